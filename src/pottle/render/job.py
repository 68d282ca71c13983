"""What a Dockerfile is written from, all of it: what its parts share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pottle.plan.model import ImagePlan
from pottle.render import instructions as write
from pottle.render.bases import Base
from pottle.render.context import Context
from pottle.render.steps import Steps
from pottle.render.style import SECRETS, Style

SOURCE = "/src"
"""Where the project lies while the image is made."""
WHEELS = "/wheels"


@dataclass(frozen=True)
class Job:
    """The plans as they are on their base, their build context, and how somebody wants them written."""

    plan: ImagePlan
    """The first of `plans`, on its base."""
    steps: Steps
    plans: Sequence[ImagePlan]
    context: Context
    style: Style
    base: Base
    digests: Mapping[str, str] = field(default_factory=dict)
    """Image → digest, where images are pinned."""

    @property
    def environment(self) -> str:
        """Where the environment lies."""
        return self.steps.environment.path

    @property
    def site(self) -> str:
        """Where libraries lie below a prefix."""
        return f"lib/python{self.plan.python}/site-packages"

    @property
    def place(self) -> str:
        """The project in the context: `.`, or `./apps/web`."""
        return f"./{self.context.directory}" if self.context.directory else "."

    @property
    def development(self) -> bool:
        """Whether developers have a stage, and dependencies that the image has not."""
        return self.style.dev and bool(self.context.development)

    def named(self, image: str) -> str:
        """The image as a `FROM` names it."""
        return f"{image}@{self.digests[image]}" if image in self.digests else image

    def secrets(self) -> tuple[str, ...]:
        """Mounts of what the builder is given."""
        return tuple(write.secret(each, SECRETS[each]) for each in self.style.secrets)
