"""One line of a shell: what it runs, and whether only a shell can (POSIX.1-2024, "Shell Command Language", 2.2-2.9).

Most lines of a `Procfile` or a `CMD` are plain words: those become an argv and the image needs no shell. Lists, pipelines, redirections,
expansions and globs do need one; then the line stays as it is, with `exec` before its last command, so that signals reach that.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

Shell: TypeAlias = Literal["sh", "bash"]

_OPERATORS = (
    "&&", "||", ";;", ";", "|&", "|", "&>>", "&>", "&", "(", ")", "<<<", "<<", "<(", ">(", "<&", ">&", ">>", "<", ">", "\n",
)  # fmt: skip
_SEPARATORS = ("&&", "||", ";", "&", "\n")
"""What stands between commands of which the last one may be given the process."""
RESERVED = frozenset(
    {
        "if", "then", "elif", "else", "fi", "while", "until", "for", "do", "done", "case", "esac", "{", "}", "!",
        "[[", "function", "select",
    }
)  # fmt: skip
BUILTINS = frozenset(
    {
        ".", ":", "[", "alias", "bg", "cd", "command", "echo", "eval", "exit", "export", "fg", "hash", "jobs",
        "local", "printf", "pwd", "read", "readonly", "return", "set", "shift", "source", "test", "times", "trap",
        "true", "false", "type", "ulimit", "umask", "unset", "wait",
    }
)  # fmt: skip
_GO_ON = ("if", "then", "elif", "else", "while", "until", "do", "{", "!", "exec", "time")
"""Behind these a command begins."""
_REDIRECTIONS = ("<<<", "<<", "<&", ">&", ">>", "<", ">", "&>", "&>>")
_FOR_BASH = ("[[", "source", "function", "select", "shopt", "declare", "typeset", "mapfile", "readarray")
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
_EXPANSION = re.compile(r"\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)(?::?-([^}$`]*))?\})")
_OTHER_EXPANSION = re.compile(r"\$[({0-9#?*@!$'\"-]")
_GLOB = re.compile(r"(?!-)[^:]*[*?][^:]*")
"""A pattern that no file matches stays as it is (2.14.3), and no file is called `--listen=*:8000` or `[::]:8000`."""


class InvalidCommandLine(ValueError):
    """A shell would refuse the line."""


@dataclass(frozen=True, slots=True)
class CommandLine:
    """A command line, read."""

    text: str
    """As it was written, `exec` before the last command where that takes its place."""
    environment: tuple[tuple[str, str], ...]
    """`NAME=value` before the command, where it is a plain one."""
    words: tuple[str, ...]
    """The argv of a plain command; of a line for a shell, that of its last command as far as it is plain."""
    shell: str | None
    """Why a shell is needed, as a clause; None for a plain command."""
    dialect: Shell
    """Which one."""
    variables: tuple[tuple[str, str | None], ...]
    """The variables that it names and their defaults (`${PORT:-8000}`)."""
    replaced: bool = True
    """The process becomes the last command: signals reach it."""


@dataclass(slots=True)
class _Token:
    text: str
    operator: bool
    start: int
    needs: str | None = None
    """Why only a shell can make this word."""


def parse(text: str, variables: Mapping[str, str] | None = None) -> CommandLine:
    """The command line in `text`, in which `variables` have those values. Raises `InvalidCommandLine`."""
    text = text.strip()
    seen: dict[str, str | None] = {}
    tokens = list(_tokens(text, variables or {}, seen))
    operator = next((token.text for token in tokens if token.operator), None)
    dialect: Shell = "bash" if _wants_bash(text, tokens) else "sh"
    assigned, words = _assignments(tokens)
    why = _reason(tokens, operator, words)
    if why is None:
        environment = tuple((name, value) for name, _, value in (token.text.partition("=") for token in assigned))
        return CommandLine(text, environment, tuple(t.text for t in words), None, dialect, tuple(seen.items()))
    return _for_a_shell(text, tokens, why, dialect, seen)


def heads(text: str) -> Iterator[str]:
    """The first word of each simple command in `text`, whatever stands between them. Raises `InvalidCommandLine`."""
    first = True
    for token in _tokens(text, {}, {}):
        if token.operator:
            first = token.text not in _REDIRECTIONS
        elif first and token.text not in _GO_ON and not _ASSIGNMENT.match(token.text):
            first = False
            if token.text not in RESERVED:
                yield token.text


def _reason(tokens: Sequence[_Token], operator: str | None, words: Sequence[_Token]) -> str | None:
    if operator is not None:
        return "a line break" if operator == "\n" else f"`{operator}`"
    needing = next((token.needs for token in tokens if token.needs), None)
    if needing is not None:
        return needing
    if not words:
        raise InvalidCommandLine("it runs nothing")
    if words[0].text in RESERVED | BUILTINS:
        return f"`{words[0].text}`"
    return None


def _for_a_shell(
    text: str, tokens: Sequence[_Token], why: str, dialect: Shell, seen: Mapping[str, str | None]
) -> CommandLine:
    last = _last_command(tokens)
    _, words = _assignments(last, keep_exec=True)
    line = text
    compound = any(token.operator and token.text in ("(", ")") for token in tokens)
    piped = any(token.operator and token.text in ("|", "|&") for token in last)
    plain = bool(words) and not compound and not piped and words[0].text not in RESERVED | BUILTINS
    plain &= not any(token.text in ("done", "fi", "esac", "}") for token in last[:1])
    already = bool(words) and words[0].text == "exec"
    if plain and not already:
        line = f"{text[: words[0].start]}exec {text[words[0].start :]}"
    simple = tuple(_simple(words[1:] if already else words))
    return CommandLine(line, (), simple, why, dialect, tuple(seen.items()), replaced=plain)


def _last_command(tokens: Sequence[_Token]) -> Sequence[_Token]:
    """What follows the last separator; a separator at the very end ends a command, it begins none."""
    ends = [n for n, token in enumerate(tokens[:-1]) if token.operator and token.text in _SEPARATORS]
    return tokens[ends[-1] + 1 :] if ends else tokens


def _simple(tokens: Sequence[_Token]) -> Iterator[str]:
    """The words without redirections (2.7): a number before one and the word behind it belong to it."""
    for number, token in enumerate(tokens):
        behind = number > 0 and tokens[number - 1].operator
        before = number + 1 < len(tokens) and tokens[number + 1].operator and token.text.isdigit()
        if not (token.operator or behind or before):
            yield token.text


def _assignments(tokens: Sequence[_Token], *, keep_exec: bool = False) -> tuple[list[_Token], list[_Token]]:
    """The assignments before a command, and its words; `exec` and `env` are no part of it."""
    assigned: list[_Token] = []
    for number, token in enumerate(tokens):
        if not token.operator and _ASSIGNMENT.match(token.text):
            assigned.append(token)
        elif token.operator or keep_exec or token.text not in ("exec", "env"):
            return assigned, list(tokens[number:])
    return assigned, []


def _wants_bash(text: str, tokens: Sequence[_Token]) -> bool:
    heads = {token.text for token in tokens if not token.operator}
    operators = {token.text for token in tokens if token.operator}
    return bool(
        heads & set(_FOR_BASH) or operators & {"<<<", "<(", ">(", "&>", "&>>", "|&"} or re.search(r"\$'|\b\w+=\(", text)
    )


# --- words ------------------------------------------------------------------------------------------


def _tokens(text: str, variables: Mapping[str, str], seen: dict[str, str | None]) -> Iterator[_Token]:
    position = 0
    while position < len(text):
        if text.startswith("\\\n", position):
            position += 2
        elif text[position] in " \t\r":
            position += 1
        elif text[position] == "#":
            end = text.find("\n", position)
            position = len(text) if end < 0 else end
        elif operator := next((op for op in _OPERATORS if text.startswith(op, position)), None):
            yield _Token(operator, True, position)
            position += len(operator)
        else:
            word, end = _word(text, position, variables, seen)
            yield word
            position = end


def _word(text: str, start: int, variables: Mapping[str, str], seen: dict[str, str | None]) -> tuple[_Token, int]:
    """One word with its quotation removed (2.2, 2.6), and where it ends."""
    token = _Token("", False, start)
    position = start
    while position < len(text) and text[position] not in " \t\r\n;|&()<>":
        character = text[position]
        if character == "'":
            end = _closing(text, position, "'")
            token.text += text[position + 1 : end]
            position = end + 1
        elif character == '"':
            end = _closing(text, position, '"')
            token.text += "".join(_quoted(text[position + 1 : end], token, variables, seen))
            position = end + 1
        elif character == "\\":
            token.text += text[position + 1 : position + 2]
            position += 2
        else:
            end = next((n for n in range(position, len(text)) if text[n] in " \t\r\n;|&()<>'\"\\"), len(text))
            end = _whole_expansion(text, position, end)
            piece = text[position:end]
            if _GLOB.fullmatch(text[start:position] + _EXPANSION.sub("", piece)):
                token.needs = f"the pattern `{piece}`"
            if piece.startswith("~") and position == start:
                token.needs = f"`{piece}`"
            token.text += _expanded(piece, token, variables, seen)
            position = end
    return token, position


def _quoted(piece: str, token: _Token, variables: Mapping[str, str], seen: dict[str, str | None]) -> Iterator[str]:
    """What stands between double quotes: a backslash takes the meaning of the character behind it only where that has one (2.2.3)."""
    for number, part in enumerate(re.split(r"(\\[$`\"\\])", piece)):
        yield part[1] if number % 2 else _expanded(part, token, variables, seen)


def _whole_expansion(text: str, start: int, end: int) -> int:
    """`${NAME:-a b}` and `$(a b)` are one piece whatever is in them."""
    opened = max(text.rfind("${", start, end), text.rfind("$", start, end) if text.startswith("$(", end - 1) else -1)
    if opened < 0:
        return end
    closed = text.find(")" if text[opened + 1] == "(" else "}", opened)
    return max(end, closed + 1)


def _closing(text: str, start: int, mark: str) -> int:
    position = start + 1
    while position < len(text):
        if text[position] == mark:
            return position
        position += 2 if mark == '"' and text[position] == "\\" else 1
    raise InvalidCommandLine("a quotation mark has no end")


def _expanded(piece: str, token: _Token, variables: Mapping[str, str], seen: dict[str, str | None]) -> str:
    """The piece with the variables that are known; any other makes the word one for a shell."""
    if "`" in piece or _OTHER_EXPANSION.search(_EXPANSION.sub("", piece)):
        token.needs = "a substitution"

    def value(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        seen[name] = seen.get(name) or found[3]
        if name not in variables:
            token.needs = token.needs or f"`${name}`"
        return variables.get(name, found[0])

    return _EXPANSION.sub(value, piece)
