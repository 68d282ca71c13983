"""`pottle lint`: files, fixes, formats, exit codes, and whatever else may lie where a Dockerfile should."""

import io
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree as ET

import click
import pytest

from pottle.cli.failure import run
from pottle.cli.surroundings import Surroundings
from pottle.lint import registry

BAD = "FROM python:3.13-slim\nUSER 1000\nRUN pip install flask\nCMD uvicorn a:b\n"
GOOD = (
    'FROM python:3.13-slim\nUSER 1000\nRUN pip install --no-cache-dir flask\nCMD ["uvicorn", "a:b", "--host", "::"]\n'
)
FIXED = GOOD.replace('"::"', '"0.0.0.0"')


class Said:
    """What a call has said, and its exit code."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, click.unstyle(out), click.unstyle(err)

    @property
    def rules(self) -> list[str]:
        return [each["rule"] for each in json.loads(self.out)["findings"]]


RULES = (
    "cache-mount-disabled",
    "end-of-life-python",
    "floating-python",
    "ignored-input",
    "loopback-bind",
    "malformed-exec-form",
    "merged-argument",
    "password-in-url",
    "pip-cache-in-layer",
    "public-database-port",
    "python-outside-bounds",
    "removed-pip-option",
    "root-only-pattern",
    "runs-as-root",
    "secret-in-variable",
    "shell-form-command",
    "unreadable-file",
    "unused-suppression",
    "uv-pip-without-environment",
    "uv-run-at-start",
)
"""The rules that these files are about: what further ones say of them is no matter of the command."""


@pytest.fixture
def lint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(registry, "names", lambda: RULES)

    def call(*arguments: str, **environ: str) -> Said:
        code = run(["lint", *arguments], Surroundings(environ))
        return Said(code, *capsys.readouterr())

    return call


def write(**files: str) -> None:
    for name, text in files.items():
        Path(name.replace("__", ".")).write_text(text)


# --- what is found ----------------------------------------------------------------------------------


def test_findings_and_where_they_stand(lint):
    write(Dockerfile=BAD)
    said = lint()
    assert said.code == 1
    assert said.err == ""
    assert said.out == (
        "warning[pip-cache-in-layer]: pip leaves what it has downloaded in the layer\n"
        "  --> Dockerfile:3:5\n"
        "   3 | RUN pip install flask\n"
        "     |     ^^^^^^^^^^^\n"
        "  fix: add `--no-cache-dir` (--fix)\n"
        "\n"
        "warning[shell-form-command]: a shell runs this CMD as process 1 and passes no signal on: "
        "every stop ends in a kill\n"
        "  --> Dockerfile:4:1\n"
        "   4 | CMD uvicorn a:b\n"
        "     | ^^^\n"
        "  fix: write it as a JSON array (--fix)\n"
        "\n"
        "error[loopback-bind]: uvicorn listens on 127.0.0.1 by default: nothing outside the container reaches it\n"
        "  --> Dockerfile:4:5\n"
        "   4 | CMD uvicorn a:b\n"
        "     |     ^^^^^^^\n"
        "  fix: listen on 0.0.0.0 (--fix)\n"
        "\n"
        "1 error, 2 warnings in 1 file; 3 can be fixed with --fix\n"
    )


def test_no_secret_is_shown(lint):
    write(Dockerfile="FROM python:3.13-slim\nENV API_TOKEN=Zq8rT2pL9\nADD https://ci:Zq8rT2pL9@a.example/b /b\n")
    for form in ("text", "json", "sarif", "github", "gitlab", "junit"):
        said = lint("--format", form, "--select", "security")
        assert said.code == 1
        assert "Zq8rT2pL9" not in said.out
    out = lint("--select", "security").out
    assert "   2 | ENV API_TOKEN=*********\n     |               ^^^^^^^^^\n" in out
    assert "   3 | ADD https://************@a.example/b /b\n     |                ^^^^^^^^^\n" in out


def test_nothing_is_found(lint):
    write(Dockerfile=GOOD)
    assert (lint().code, lint().out) == (0, "nothing found in 1 file\n")
    assert lint("-q").out == ""


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github", "gitlab", "junit"])
def test_the_exit_code_does_not_depend_on_the_format(lint, form: str):
    write(Dockerfile=BAD, good__dockerfile=GOOD)
    assert lint("--format", form).code == 1
    assert lint("--format", form, "good.dockerfile").code == 0
    assert lint("--format", form, "nowhere").code == 2
    assert lint("--format", form, "--select", "nothing").code == 2


def test_what_a_directory_holds(lint):
    names = [
        "Dockerfile",
        "Dockerfile.dev",
        "dev.Dockerfile",
        "Containerfile",
        "compose.yaml",
        "docker-compose.dev.yml",
        ".dockerignore",
    ]
    for name in [*names, "Dockerfile.j2", "dockerfile.js", "compose.py", "README.md"]:
        Path(name).write_text("services: {}\n" if "compose" in name else "FROM x\n")
    Path("deep/er").mkdir(parents=True)
    Path("deep/er/Dockerfile").write_text("FROM x\n")
    for ignored in (".git", "node_modules", ".venv"):
        Path(ignored).mkdir()
        Path(ignored, "Dockerfile").write_text("FROM x\n")
    Path("Dockerfile.cookie").write_text("{% if x %}\nFROM x\n{% endif %}\n")
    Path("Dockerfile.directory").mkdir()
    os.mkfifo("Dockerfile.fifo")
    assert sorted(json.loads(lint("--format", "json").out)["files"]) == sorted([*names, "deep/er/Dockerfile"])


def test_a_file_that_is_named_twice_is_checked_once(lint):
    write(Dockerfile=BAD)
    assert json.loads(lint("--format", "json", "Dockerfile", ".", "./Dockerfile").out)["files"] == ["Dockerfile"]


def test_standard_input(lint, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(BAD.encode())))
    said = lint("-", "--format", "json", "--stdin-filename", "docker/Dockerfile.web")
    assert json.loads(said.out)["files"] == ["docker/Dockerfile.web"]
    assert "pip-cache-in-layer" in said.rules


def test_standard_input_fixed(lint, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(BAD.encode())))
    said = lint("-", "--fix")
    assert (said.code, said.out) == (0, FIXED)


# --- fixes ------------------------------------------------------------------------------------------


def test_fix(lint):
    write(Dockerfile=BAD)
    said = lint("--fix")
    assert (said.code, said.err) == (0, "3 fixed\n")
    assert Path("Dockerfile").read_text() == FIXED


def test_fix_writes_what_has_changed_alone(lint):
    write(Dockerfile=GOOD)
    Path("Dockerfile").chmod(0o444)
    before = Path("Dockerfile").stat()
    assert lint("--fix").code == 0
    after = Path("Dockerfile").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_fix_keeps_the_mode_of_a_file(lint):
    write(Dockerfile=BAD)
    Path("Dockerfile").chmod(0o640)
    lint("--fix")
    assert Path("Dockerfile").stat().st_mode & 0o777 == 0o640


def test_fix_of_a_link_changes_what_it_leads_to(lint):
    write(real__dockerfile=BAD)
    Path("Dockerfile").symlink_to("real.dockerfile")
    lint("--fix", "Dockerfile")
    assert Path("Dockerfile").is_symlink()
    assert Path("real.dockerfile").read_text() == FIXED


def test_diff(lint):
    write(Dockerfile=BAD)
    said = lint("--diff")
    assert said.code == 1
    assert Path("Dockerfile").read_text() == BAD
    assert said.out.startswith("--- Dockerfile\n+++ Dockerfile\n@@ -1,4 +1,4 @@\n")
    assert "-RUN pip install flask\n" in said.out
    assert (lint("--diff", "--select", "end-of-life-python").code, lint("--diff", "--select", "security").out) == (
        0,
        "",
    )


def test_unsafe_fixes_are_asked_for(lint):
    text = 'FROM python:3.13-slim\nCMD ["a"]\n'
    write(Dockerfile=text)
    assert lint("--fix").code == 1
    assert Path("Dockerfile").read_text() == text
    assert lint("--unsafe-fixes").code == 0
    assert "USER 10001" in Path("Dockerfile").read_text()


def test_a_fix_in_another_file(lint):
    write(Dockerfile="FROM x\nCOPY README.md .\n", README__md="", __dockerignore="*.md\n")
    assert "+!README.md\n" in lint("--diff", "Dockerfile").out
    assert lint("--fix", "Dockerfile").code == 0
    assert Path(".dockerignore").read_text() == "*.md\n!README.md\n"


def test_fixes_of_several_files_in_one_other(lint):
    write(a__dockerfile="FROM x\nCOPY a.md .\n", b__dockerfile="FROM x\nCOPY b.md .\n", __dockerignore="*.pyc\n*.md\n")
    write(a__md="", b__md="")
    Path("below").mkdir()
    Path("below/a.py").touch()
    wanted = "**/*.pyc\n*.md\n!a.md\n!b.md\n"
    said = lint("--diff")
    assert (said.code, said.out.count("+!a.md"), said.out.count("+!b.md")) == (1, 1, 1)
    assert lint("--fix").code == 0
    assert Path(".dockerignore").read_text() == wanted


# --- what is asked ----------------------------------------------------------------------------------


def test_select_and_ignore(lint):
    write(Dockerfile=BAD)
    assert lint("--format", "json", "--select", "size").rules == ["pip-cache-in-layer"]
    assert lint("--format", "json", "--ignore", "size,loopback-bind").rules == ["shell-form-command"]


def test_a_broken_file_is_told_whatever_is_selected(lint):
    write(Dockerfile="FROM a\n# pottle: ignore[loopback-bind]\nRUN <<EOF\n")
    assert lint("--format", "json", "--select", "size").rules == ["unreadable-file"]
    assert lint("--format", "json").rules == ["unreadable-file"]
    assert lint("--ignore", "unreadable-file").code == 0


def test_configuration(lint):
    write(
        Dockerfile=BAD,
        pyproject__toml='[tool.pottle.lint]\nignore = ["shell-form-command"]\nseverity = { size = "info" }\n'
        'per-file-ignores = { "*.dev" = ["all"] }\n',
    )
    write(Dockerfile__dev=BAD)
    found = json.loads(lint("--format", "json").out)["findings"]
    assert [(each["path"], each["rule"], each["severity"]) for each in found] == [
        ("Dockerfile", "pip-cache-in-layer", "info"),
        ("Dockerfile", "loopback-bind", "error"),
    ]


def test_an_unknown_rule(lint):
    write(Dockerfile=GOOD)
    said = lint("--select", "loopback-bnd")
    assert (said.code, said.err) == (
        2,
        "error: there is no rule `loopback-bnd`\n  hint: did you mean `loopback-bind`?\n",
    )
    write(pyproject__toml='[tool.pottle.lint]\nignore = ["loopback-bnd"]\n')
    said = lint()
    assert said.code == 3
    assert "  --> pyproject.toml:2\n  hint: did you mean `loopback-bind`?\n" in said.err


def test_explain_and_rules(lint):
    assert lint("--explain", "loopback-bind").out.startswith("loopback-bind (error, runtime)\n\nThe server listens")
    assert lint("--explain", "loopback").code == 2
    assert "loopback-bind  " in lint("--rules").out
    told = json.loads(lint("--explain", "loopback-bind", "--format", "json").out)
    assert told in json.loads(lint("--rules", "--format", "json").out)
    assert (told["severity"], told["finds"][:10]) == ("error", "The server")


def test_statistics(lint):
    write(Dockerfile=BAD, b__dockerfile=BAD)
    said = lint("--statistics")
    assert said.code == 1
    assert said.out.splitlines()[0].split() == ["2", "error", "loopback-bind"]
    assert json.loads(lint("--statistics", "--format", "json").out)[0] == {
        "rule": "loopback-bind",
        "severity": "error",
        "count": 2,
    }


SUPPRESSED = {
    "the instruction below": "# pottle: ignore[pip-cache-in-layer] on purpose\nRUN pip install a",
    "behind another comment": "# pottle: ignore[pip-cache-in-layer]\n# why\n\nRUN pip install a",
    "between the lines": "RUN b \\\n  # pottle: ignore[pip-cache-in-layer]\n  && pip install a",
    "several rules": "# pottle: ignore[pip-cache-in-layer, pip-cache-in-layer]\nRUN pip install a",
    "the file": "RUN pip install a\n# pottle: ignore-file[pip-cache-in-layer]",
    "hadolint's": "# hadolint ignore=DL3042 why\nRUN pip install a",
    "hadolint's for the file": "# hadolint global ignore=DL3008,DL3042\nRUN pip install a",
}


@pytest.mark.parametrize("text", SUPPRESSED.values(), ids=SUPPRESSED)
def test_comments_that_silence(lint, text: str):
    write(Dockerfile=f"FROM python:3.13-slim\n{text}\n")
    assert lint().out == "nothing found in 1 file\n"


def test_a_comment_silences_no_other_instruction(lint):
    write(
        Dockerfile="FROM python:3.13-slim\n# pottle: ignore[pip-cache-in-layer]\nRUN pip install a\nRUN pip install b\n"
    )
    assert [each["start"]["line"] for each in json.loads(lint("--format", "json").out)["findings"]] == [4]


def test_buildkits_directive(lint):
    write(Dockerfile=f"# check=skip=JSONArgsRecommended;error=true\n{BAD}")
    assert "shell-form-command" not in lint("--format", "json").rules


@pytest.mark.parametrize(
    "line",
    [
        '      - "5432:5432" # pottle: ignore[public-database-port] why',
        '      # pottle: ignore[public-database-port]\n      - "5432:5432"',
    ],
)
def test_comments_in_yaml(lint, line: str):
    write(compose__yaml=f"services:\n  db:\n    image: postgres\n    ports:\n{line}\n")
    assert lint().out == "nothing found in 1 file\n"


# --- formats ----------------------------------------------------------------------------------------


def test_json_counts_bytes(lint):
    write(Dockerfile=f"# é\n{BAD}")
    (found,) = json.loads(lint("--format", "json", "--select", "pip-cache-in-layer").out)["findings"]
    content = Path("Dockerfile").read_bytes()
    assert content[found["start"]["offset"] : found["end"]["offset"]] == b"pip install"
    assert (found["start"]["line"], found["start"]["column"]) == (4, 5)
    (edit,) = found["fix"]["edits"]
    assert content[: edit["offset"]].endswith(b"pip install")
    assert edit["text"] == " --no-cache-dir"


def test_sarif(lint):
    write(Dockerfile=BAD)
    (done,) = json.loads(lint("--format", "sarif").out)["runs"]
    rules = [each["id"] for each in done["tool"]["driver"]["rules"]]
    for result in done["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "Dockerfile"
        assert result["partialFingerprints"]
    assert len({each["partialFingerprints"]["pottle/v1"] for each in done["results"]}) == len(done["results"])


def test_fingerprints_do_not_move_with_lines(lint):
    def prints() -> set[str]:
        return {each["fingerprint"] for each in json.loads(lint("--format", "gitlab").out)}

    write(Dockerfile=BAD)
    before = prints()
    write(Dockerfile=f"# one more line\n{BAD}")
    assert prints() == before


def test_github_escapes(lint):
    Path("a,b%.dockerfile").write_text(BAD)
    line = lint("--format", "github").out.splitlines()[0]
    assert line.startswith("::warning file=a%2Cb%25.dockerfile,line=3,endLine=3,col=5,endColumn=16,title=pip-cache")


def test_junit(lint):
    write(Dockerfile=BAD, good__dockerfile=GOOD)
    root = ET.fromstring(lint("--format", "junit").out)
    assert {suite.get("name"): suite.get("failures") for suite in root} == {"Dockerfile": "3", "good.dockerfile": "0"}
    assert all(len(suite) for suite in root)


# --- whatever else may be there ---------------------------------------------------------------------

JUNK = {
    "nothing": b"",
    "zeros": b"\x00" * 1000,
    "no UTF-8": b"FROM python:3.13\nRUN echo \xff\xfe\n",
    "UTF-16": "FROM python:3.13\n".encode("utf-16"),
    "a mark and Windows' line ends": b"\xef\xbb\xbfFROM python:3.13\r\nUSER a\r\n",
    "lone returns": b"FROM python:3.13\rRUN a\r",
    "a here-document without an end": b"FROM a\nRUN <<EOF\n",
    "an array without an end": b'FROM a\nCMD ["a',
    "brackets": b"FROM a\nCMD " + b"[" * 20_000,
    "brackets for a shell": b"FROM a\nRUN " + b"$(" * 20_000,
    "quotes": b"FROM a\nRUN " + b"\"'" * 20_000,
    "variables": b"FROM " + b"${A:-" * 10_000,
    "an ENV of itself": b"FROM a\n" + b"ENV A=$A$A$A$A\n" * 3_000,
    "a value that doubles": b"FROM a\nENV A=aaaaaaaaaa\n" + b"ENV A=$A$A\n" * 100,
    "an image of an executable": Path(sys.executable).read_bytes()[:500_000],
}


@pytest.mark.parametrize("content", JUNK.values(), ids=JUNK)
@pytest.mark.parametrize("name", ["Dockerfile", "compose.yaml", ".dockerignore"])
def test_junk_is_never_a_crash(lint, content: bytes, name: str):
    Path(name).write_bytes(content)
    Path("other.dockerfile").write_text(BAD)
    began = time.monotonic()
    said = lint("--format", "json", "--fix")
    assert time.monotonic() - began < 20
    assert said.code in (0, 1)
    assert said.code == 1 or name != "compose.yaml" or content == b""
    assert name in json.loads(said.out)["files"]
    assert Path("other.dockerfile").read_text() == FIXED, "the others go on"


def test_junk_is_shown_as_text(lint):
    Path("Dockerfile").write_bytes(b"FROM python:3.13-slim\nUSER a\nRUN pip install \x1b[31m\xff \xe2\x80\xae a\n")
    said = lint()
    assert "\x1b" not in said.out
    assert "\u202e" not in said.out
    assert "RUN pip install \ufffd[31m\ufffd \ufffd a" in said.out


def test_a_file_that_cannot_be_read(lint, monkeypatch: pytest.MonkeyPatch):
    write(Dockerfile=BAD, other__dockerfile=BAD)

    def refused(self: Path, *arguments: object, **more: object) -> object:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", refused)
    said = lint("Dockerfile")
    assert said.code == 1
    assert "error[unreadable-file]: it cannot be read: permission denied\n  --> Dockerfile:1:1\n" in said.out


def test_a_directory_without_any(lint):
    Path("Dockerfile").mkdir()
    said = lint("Dockerfile")
    assert said.code == 2
    assert said.err.startswith("error: there is nothing to check below Dockerfile\n")


def test_what_does_not_exist(lint):
    said = lint("Dockerfile")
    assert (said.code, said.err.splitlines()[0]) == (2, "error: Dockerfile does not exist")


def test_a_large_file(lint):
    Path("Dockerfile").write_text(
        "FROM python:3.13-slim\nUSER a\n" + "RUN <<EOF\n" + "echo 'x' && true\n" * 600_000 + "EOF\n"
    )
    assert lint("-q", "Dockerfile").code == 0


def test_a_file_that_is_too_large(lint):
    with Path("Dockerfile").open("wb") as file:
        file.truncate(1 << 30)
    said = lint("Dockerfile")
    assert (said.code, said.out.splitlines()[0]) == (1, "error[unreadable-file]: it is larger than 16 MiB")


def test_ten_thousand_stages(lint):
    Path("Dockerfile").write_text("".join(f"FROM python:3.13-slim AS s{n}\nRUN pip install a\n" for n in range(10_000)))
    assert lint("-q", "Dockerfile").code == 1


def test_a_yaml_bomb(lint):
    levels = "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(20))
    Path("compose.yaml").write_text(f"a: &a [x]\n{levels}services: {{ db: *u }}\n")
    assert lint("compose.yaml").code == 0


def test_it_answers_fast(tmp_path: Path):
    for n in range(60):
        (tmp_path / f"Dockerfile.{n}").write_text(BAD)
    times = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "pottle", "lint", "-q", tmp_path], capture_output=True, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(times) < 2, "seconds of work, for machines with much else to do; 0.4 on one that has not"
