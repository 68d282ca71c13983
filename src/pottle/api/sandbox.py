"""Where commands of a project run while it is built."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pottle.api.host import Host, own_platform
from pottle.api.products import reference
from pottle.api.provisioning import complete
from pottle.errors import HostError

if TYPE_CHECKING:
    from pottle.build.sandbox import Command, Ended
    from pottle.oci.image import Image


@dataclass(frozen=True, slots=True)
class Sandbox:
    """Runs commands of a project in its image: `pottle.build.sandbox.Sandbox` by means of `pottle.run`."""

    host: Host

    def run(self, image: "Image", command: "Command", work: Path) -> "Ended":
        """How the command ended; raises `HostError` where the image is for another machine than this."""
        from pottle.build.sandbox import Ended
        from pottle.run.command import run_command
        from pottle.run.settings import Host as RunHost
        from pottle.run.stored import stored_image

        own, wanted = own_platform(), f"{image.config.os}/{image.config.architecture}"
        if wanted != f"{own.os}/{own.architecture}":
            what = f"a command of the project has to run in the image, and this machine is {own}, not {wanted}"
            raise HostError(what, hint=f"build on a machine that is {wanted}")
        complete(image, self.host)
        run_host = RunHost(self.host.environ, self.host.cache)
        stored = stored_image(image, reference("building"))
        return Ended(*run_command(stored, command.argv, command.environment, command.outputs, work, run_host))
