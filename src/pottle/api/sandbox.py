"""Where commands of a project run while it is built."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pottle.api.host import Host, own_platform
from pottle.api.products import reference
from pottle.api.provisioning import complete
from pottle.errors import HostError

if TYPE_CHECKING:
    from pottle.build.sandbox import Command, Ended, Task
    from pottle.oci.image import Image
    from pottle.oci.platform import Platform
    from pottle.stop import Stop


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
        how = (command.argv, command.environment, command.outputs, work, run_host)
        ended = run_command(stored, *how, seeded=command.seeded)
        return Ended(ended.code, ended.said, ended.exceeded)

    def run_in(self, root: Path, task: "Task", platform: "Platform", stop: "Stop") -> "Ended":
        """How the task ended: in a sandbox of this machine's kernel, else in a container of a Docker engine.

        Raises `HostError` where nothing here can run what is for that platform.
        """
        from pottle.build.builder_root import PLACE
        from pottle.build.sandbox import Ended
        from pottle.run import command
        from pottle.run.engine_task import engine
        from pottle.run.settings import Host as RunHost

        wanted = command.Task(task.argv, task.environment, task.working_dir, task.writable, task.readable)
        refused = self._foreign(platform)
        if refused is None:
            try:
                ended = command.run_in(root, wanted, RunHost(self.host.environ, self.host.cache), stop)
                return Ended(ended.code, ended.said, ended.exceeded)
            except command.NothingHere as error:
                refused = error
        try:
            ended = engine(self.host.environ, str(platform), f"/{PLACE}").run(root, wanted, stop)
        except HostError as error:
            refused.what = f"{refused.what}; {error.what}"
            raise refused from error
        return Ended(ended.code, ended.said, ended.exceeded)

    def _foreign(self, platform: "Platform") -> HostError | None:
        """Why a sandbox of this machine cannot run what is for the platform."""
        own = own_platform()
        if sys.platform == "linux" and str(platform) == str(own):
            return None
        machine = str(own) if sys.platform == "linux" else sys.platform
        what = f"a distribution has to be built for {platform}, and this machine is {machine}"
        hint = f"build on a machine that is {platform}, start a Docker engine that runs it, or lock versions that have wheels"
        return HostError(what, hint=hint)
