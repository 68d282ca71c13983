"""Generated files on a disk: what stands there already, and writing over it only where it is nobody's work.

Of a file with a generated region (`pottle.generated`) the region alone is looked at and written; the rest is somebody's.
"""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from pottle import generated
from pottle.errors import HostError, ProjectError, UsageError
from pottle.text import Location
from pottle.writing import host_errors, replacing

State: TypeAlias = Literal["absent", "current", "outdated", "edited"]
"""Of a file: not there; as it should be; as pottle wrote it for an earlier state of the project; somebody's work."""


@dataclass(frozen=True, slots=True)
class Output:
    """A file as it should be."""

    path: Path
    text: str

    @property
    def found(self) -> str | None:
        """What stands there; None: nothing. Raises `HostError` for what cannot be read."""
        try:
            return self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise HostError(f"{self.path} cannot be read", hint="is it a text file?") from error

    @property
    def region(self) -> generated.Region | None:
        """What is pottle's of it, where the rest is somebody's. Raises `ProjectError` for a broken one."""
        try:
            return generated.region(self.found or "")
        except generated.InvalidRegion as error:
            hint = f"a file has one region at most: a line `{generated.BEGIN}`, and below it a line `{generated.END}`"
            raise ProjectError(str(error), at=Location(str(self.path), error.line), hint=hint) from error

    @property
    def whole(self) -> str:
        """All of the file as it should be."""
        region = self.region
        return region.replaced(self.text) if region is not None else self.text

    @property
    def state(self) -> State:
        """How what stands there relates to what should."""
        found, region = self.found, self.region
        if found is None:
            return "absent"
        own = region.text if region is not None else found
        if generated.same(own, self.text):
            return "current"
        if region is not None and not own.strip():
            return "outdated"
        return "outdated" if generated.standing(own) == "untouched" else "edited"

    @property
    def diff(self) -> str:
        """From what stands there to what should: unified, empty where they are equal."""
        before, after = (self.found or "").replace("\r\n", "\n"), self.whole.replace("\r\n", "\n")
        name = str(self.path)
        old = "/dev/null" if self.found is None else name
        lines = difflib.unified_diff(before.splitlines(), after.splitlines(), old, name, lineterm="")
        return "".join(f"{line}\n" for line in lines)


def write(outputs: Sequence[Output], *, force: bool = False) -> tuple[State, ...]:
    """Writes those that differ; gives what each was before. Nothing is written where one of them is somebody's work."""
    states = tuple(output.state for output in outputs)
    edited = [output for output, state in zip(outputs, states, strict=True) if state == "edited"]
    if edited and not force:
        raise _edited(edited)
    for output, state in zip(outputs, states, strict=True):
        if state != "current":
            whole = output.whole
            with host_errors(output.path):
                output.path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(output.path) as file:
                file.write(whole.encode())
    return states


def _edited(outputs: Sequence[Output]) -> UsageError:
    def one(output: Output, also: Sequence[UsageError] = ()) -> UsageError:
        hint = "--diff shows what would change, --force replaces it"
        return UsageError("this file is somebody's own work", at=Location(str(output.path)), hint=hint, also=also)

    return one(outputs[0], [one(other) for other in outputs[1:]])
