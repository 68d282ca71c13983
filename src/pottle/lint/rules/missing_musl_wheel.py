"""A locked distribution has wheels for glibc and none for Alpine's musl.

What takes seconds elsewhere is compiled for minutes there, if its compiler and its headers are there at all. That Alpine has no wheels is
out of date: NumPy, pandas, cryptography and many more have them; those named here have not.

Source: the file names in the lock (PEP 656); scikit-learn, torch, tensorflow and opencv were the best known of them in 2026-11.

Quiet for what is needed on some platforms alone, and where another Python may be fetched.

Bad:

```dockerfile
FROM python:3.13-alpine3.22
WORKDIR /app
COPY . .
RUN pip install --no-cache-dir uv==0.13.8 && uv sync --locked
```

```
# pyproject.toml
[project]
name = "shop"
version = "1.0"
requires-python = ">=3.13"
dependencies = ["scikit-learn"]
```

```
# uv.lock
version = 1
requires-python = ">=3.13"

[[package]]
name = "scikit-learn"
version = "1.7.0"
source = { registry = "https://index.example/simple" }
wheels = [{ url = "https://index.example/scikit_learn-1.7.0-cp313-cp313-manylinux_2_17_x86_64.whl", hash = "sha256:00" }]

[[package]]
name = "shop"
version = "1.0"
source = { virtual = "." }
dependencies = [{ name = "scikit-learn" }]

[package.metadata]
requires-dist = [{ name = "scikit-learn" }]
```

Good:

```dockerfile
FROM python:3.13-slim-trixie
WORKDIR /app
COPY . .
RUN pip install --no-cache-dir uv==0.13.8 && uv sync --locked
```

```
# pyproject.toml
[project]
name = "shop"
version = "1.0"
requires-python = ">=3.13"
dependencies = ["scikit-learn"]
```

```
# uv.lock
version = 1
requires-python = ">=3.13"

[[package]]
name = "scikit-learn"
version = "1.7.0"
source = { registry = "https://index.example/simple" }
wheels = [{ url = "https://index.example/scikit_learn-1.7.0-cp313-cp313-manylinux_2_17_x86_64.whl", hash = "sha256:00" }]

[[package]]
name = "shop"
version = "1.0"
source = { virtual = "." }
dependencies = [{ name = "scikit-learn" }]

[package.metadata]
requires-dist = [{ name = "scikit-learn" }]
```
"""

from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.installing import installing
from pottle.lint.rule import Finding, Rule

_SHOWN = 3


def check(build: Build) -> Iterator[Finding]:
    """Every Alpine base that distributions are compiled on, once."""
    told: set[int] = set()
    for each in installing(build):
        bottom = build.stage_of(each.found.command.step).bottom
        if each.libc != "musl" or bottom.index in told:
            continue
        missing = [
            one
            for one in each.needed
            if one.native and one.fits(each.minor, "glibc") and not one.fits(each.minor, "musl")
        ]
        if missing:
            told.add(bottom.index)
            names = ", ".join(one.name for one in missing[:_SHOWN])
            more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
            verb = "has" if len(missing) == 1 else "have"
            yield Finding(
                bottom.instruction.words[0].span,
                f"{names}{more} {verb} wheels for glibc and none for Alpine's musl in {each.lock}: built from source here",
                hint="take a slim image",
            )


RULE = Rule(Build, "warning", "build", check)
