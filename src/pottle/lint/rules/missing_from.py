"""Nothing says what the image is made from.

No image can be built of a Dockerfile without a FROM. What is in it is checked all the same, as far as it does not depend on the base: an
example of documentation, or a part that something else puts together, is often meant to be one.

Source: Dockerfile reference, "FROM".

Quiet for an empty file.

Bad:

```dockerfile
CMD ["python", "-u", "main.py"]
```

Good:

```dockerfile
FROM python:3.13-slim-trixie
USER 1000
CMD ["python", "-u", "main.py"]
```
"""

from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.rule import Finding, Rule


def check(build: Build) -> Iterator[Finding]:
    """The first instruction that would need one."""
    stage = build.final
    if stage is not None and stage.instruction.name != "FROM":
        yield Finding(
            stage.instruction.keyword,
            "there is no FROM: this is a part of a Dockerfile, and no image can be built of it alone",
        )


RULE = Rule(Build, "info", "build", check)
