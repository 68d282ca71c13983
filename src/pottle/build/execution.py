"""How the container starts, in the words of the image config: a plan's `Runtime` as OCI and Docker write it."""

from pottle.oci.config import Empty, Execution, Healthcheck
from pottle.oci.image import Makeup
from pottle.oci.platform import Platform
from pottle.plan.model import HealthCheck, ImagePlan


def makeup(plan: ImagePlan) -> Makeup:
    """What the image has besides its layers."""
    runtime = plan.runtime
    execution = Execution(
        user=runtime.user,
        exposed_ports={port: Empty() for port in runtime.ports},
        env=tuple(f"{name}={value}" for name, value in runtime.environment),
        entrypoint=runtime.entrypoint or None,
        cmd=runtime.command,
        volumes={path: Empty() for path in runtime.volumes},
        working_dir=runtime.working_dir,
        labels=dict(runtime.labels),
        stop_signal=runtime.stop_signal,
        healthcheck=_healthcheck(runtime.health_check) if runtime.health_check else None,
    )
    return Makeup(Platform.parse(plan.platform), plan.epoch, execution, dict(plan.annotations))


def _healthcheck(check: HealthCheck) -> Healthcheck:
    return Healthcheck.command(
        check.command,
        interval=check.interval,
        timeout=check.timeout,
        start_period=check.start_period,
        retries=check.retries,
    )
