"""RUN has no shell to run in.

`scratch` is empty, and distroless images have no shell: `exec: "/bin/sh": stat /bin/sh: no such file or directory`, and the image does not
build. Whatever has to be run is run in a stage that has one, and its result is copied.

Source: https://docs.docker.com/build/building/base-images/#create-a-minimal-base-image-using-scratch; GoogleContainerTools/distroless.

Quiet for `:debug` images, for the exec form, and where a shell may have been copied.

Bad:

```dockerfile
FROM gcr.io/distroless/python3-debian12
RUN pip install flask==3.1.0
```

Good:

```dockerfile
FROM python:3.11-slim-bookworm AS build
RUN pip install --no-cache-dir --target /packages flask==3.1.0

FROM gcr.io/distroless/python3-debian12
COPY --from=build /packages /packages
ENV PYTHONPATH=/packages
```
"""

from collections.abc import Iterator

from pottle.dockerfile.stages import Step
from pottle.lint.build import Build
from pottle.lint.images import ImageName
from pottle.lint.rule import Finding, Rule

_SHELLS = ("/bin", "/usr/bin", "/busybox", "/usr")


def check(build: Build) -> Iterator[Finding]:
    """The first RUN of each stage that has no shell."""
    for stage in build.stages.stages:
        image = ImageName.parse(stage.root) if stage.root is not None else None
        if image is None or not _has_none(image):
            continue
        for step in stage.steps:
            if step.instruction.name == "RUN" and not step.instruction.json and not _may_have_one(build, step):
                yield Finding(
                    step.instruction.keyword,
                    f"`{stage.root}` has no shell: this cannot run",
                    hint="run it in a stage that has one, and copy what comes of it",
                )
                break


def _has_none(image: ImageName) -> bool:
    if image.repository == "scratch":
        return True
    return image.repository.startswith("gcr.io/distroless/") and "debug" not in (image.tag or "")


def _may_have_one(build: Build, step: Step) -> bool:
    """Whether something may have been copied or mounted to where shells lie, or the shell is named."""
    if step.before.shell[:1] != ("/bin/sh",):
        return True
    targets = [copy.target for copy in build.copies_before(step)] + [mount.target for mount in build.mounts(step)]
    return any(target is None or target == "/" or target.startswith(_SHELLS) for target in targets)


RULE = Rule(Build, "error", "build", check)
