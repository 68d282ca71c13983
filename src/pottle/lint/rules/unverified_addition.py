"""ADD takes whatever the URL gives today.

What comes is not compared with anything: another file under the same name becomes part of the image, and nobody sees it. BuildKit compares, if it is
told with what (`--checksum=sha256:…`), and then also knows without asking that the layer is still the same.

Source: Dockerfile reference, "ADD --checksum".

A URL without a version is a warning, one over `http:` too; one with a version is an info. Quiet for git repositories.

Bad:

```dockerfile
FROM debian:trixie-slim
ADD https://files.example/tini /sbin/tini
```

Good:

```dockerfile
FROM debian:trixie-slim
ADD --checksum=sha256:93dcc18adc78c65a028a84799ecf8ad40c936fdfc5f2a57b1acda5a8117fa82c https://files.example/v0.19.0/tini /sbin/tini
```
"""

import re
from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.rule import Finding, Rule

_FILE = re.compile(r"(https?)://\S+")
_GIT = re.compile(r"\.git(?:[#?]|$)")
_VERSION = re.compile(r"(?:^|[/@_=v-])v?\d+\.\d+|VERSION|[0-9a-f]{40}", re.IGNORECASE)


def check(build: Build) -> Iterator[Finding]:
    """Every ADD of a URL."""
    for copy in build.copies:
        if copy.instruction.name != "ADD" or copy.instruction.flag("checksum") is not None:
            continue
        for word in copy.sources:
            found = _FILE.match(word.known)
            if found is None or _GIT.search(word.known):
                continue
            pinned = found[1] == "https" and _VERSION.search(word.raw) is not None
            yield Finding(
                word.span,
                "what this URL gives is compared with nothing",
                severity="info" if pinned else "warning",
                hint="`ADD --checksum=sha256:…`",
            )


RULE = Rule(Build, "warning", "security", check)
