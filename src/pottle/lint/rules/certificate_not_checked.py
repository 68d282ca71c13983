"""Something is fetched from whoever answers.

Without a check of the certificate, or of a repository's signature, whoever is on the way can send another file; what is fetched while an image is
built is run as root. A server with a certificate of one's own needs its authority in the image (`SSL_CERT_FILE`, `PIP_CERT`), not less.

Source: the tools' own documentation of `--trusted-host` (pip), `--allow-insecure-host` (uv), `--insecure` (curl), `--no-check-certificate` (wget),
`http.sslVerify` (git), `--allow-unauthenticated` and `[trusted=yes]` (apt-secure(8)), `--allow-untrusted` (apk).

Quiet for the machine itself (`localhost`) and for packages that lie there as files.

Bad:

```dockerfile
FROM python:3.13-slim
RUN pip install --no-cache-dir --trusted-host index.example --index-url https://index.example/simple shop
```

Good:

```dockerfile
FROM python:3.13-slim
RUN pip install --no-cache-dir --index-url https://index.example/simple shop
```
"""

import re
from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.commands import Command, Word
from pottle.lint.invocations import invocation
from pottle.lint.rule import Finding, Rule

_HERE = re.compile(r"(?:^|//|@)(?:localhost|127\.\d+\.\d+\.\d+|\[?::1\]?|host\.docker\.internal)(?:[:/]|$)")
_CURL = re.compile(r"-[a-zA-Z]*k[a-zA-Z]*|--insecure|--proxy-insecure")
_LONGEST = 100
"""Characters of a word of options."""
_CURL_VALUED = frozenset("AbcCdDeEFhHKmoPQrtTuUwxXyYz")
"""Short options of curl whose value may stand behind them in the same word: in `-okey` the k is none."""
_OPTIONS = {
    "pip": ("--trusted-host",),
    "uv": ("--allow-insecure-host", "--trusted-host"),
    "apt": ("--allow-unauthenticated", "--force-yes", "--allow-insecure-repositories"),
    "apk": ("--allow-untrusted",),
    "dnf": ("--nogpgcheck",),
}
_VARIABLES = {
    "PIP_TRUSTED_HOST": None,
    "UV_INSECURE_HOST": None,
    "PYTHONHTTPSVERIFY": ("0",),
    "GIT_SSL_NO_VERIFY": ("1", "true", "yes", "on"),
    "NODE_TLS_REJECT_UNAUTHORIZED": ("0",),
    "CONDA_SSL_VERIFY": ("false", "0"),
}
"""With the values that switch the check off; None: any."""
_WHAT = "no certificate is checked: whoever is on the way decides what is fetched"
_UNSIGNED = "no signature is checked: whoever is on the way decides what is installed"


def check(build: Build) -> Iterator[Finding]:
    """Every RUN, and the variables of ENV and ARG."""
    for command in build.run_commands:
        if not any(_HERE.search(word.known) for word in command.words):
            yield from _of(command)
    for step in build.steps:
        for pair in step.instruction.pairs if step.instruction.name in ("ENV", "ARG") else ():
            off = _VARIABLES.get(pair.name, ())
            value = (pair.value or "").strip("'\"")
            if value and (off is None or value.lower() in off) and not _HERE.search(value):
                yield Finding(pair.span, _WHAT)


def _of(command: Command) -> Iterator[Finding]:
    found = invocation(command)
    if found is not None:
        files = [word for word in found.arguments if word.known.endswith((".apk", ".deb", ".rpm"))]
        option = found.option(*_OPTIONS.get(found.tool, ()))
        if option is not None and not (files and len(files) == len(found.arguments)):
            yield Finding(
                option.span, _UNSIGNED if found.tool in ("apt", "apk", "dnf") else _WHAT, hint=_hint(found.tool)
            )
        return
    word = _switch(command)
    if word is not None:
        yield Finding(word.span, _WHAT, hint="put the authority's certificate into the image")
    trusted = next((each for each in command.whole if "trusted=yes" in each.raw and "file:" not in each.raw), None)
    if trusted is not None:
        yield Finding(trusted.span, _UNSIGNED, hint="`signed-by=` names the repository's key")


def _switch(command: Command) -> Word | None:
    words = command.words[1:]
    match command.program:
        case "curl":
            return next(
                (
                    word
                    for word in words
                    if len(word.known) < _LONGEST and _CURL.fullmatch(word.known) and not _takes(word.known)
                ),
                None,
            )
        case "wget":
            return next((word for word in words if word.known == "--no-check-certificate"), None)
        case "git":
            joined = " ".join(word.known for word in words).lower()
            if re.search(r"http\.(?:\S+\.)?sslverify[= ](?:false|0|no|off)\b", joined):
                return next((word for word in words if "sslverify" in word.known.lower()), None)
        case "npm" | "yarn":
            joined = " ".join(word.known for word in words)
            if re.search(r"strict-ssl[= ]\"?false", joined):
                return next((word for word in words if "strict-ssl" in word.known), None)
    return None


def _takes(text: str) -> bool:
    """Whether the `k` of a word of short options belongs to the value of another one."""
    if text.startswith("--"):
        return False
    at = text.index("k")
    return any(letter in _CURL_VALUED for letter in text[1:at])


def _hint(tool: str) -> str:
    if tool in ("apt", "apk", "dnf"):
        return "add the repository's key"
    return "give the authority's certificate: `PIP_CERT`, `SSL_CERT_FILE`"


RULE = Rule(Build, "warning", "security", check)
