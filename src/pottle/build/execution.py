"""How the container starts, in the words of the image config: a plan's `Runtime` as OCI and Docker write it."""

from pottle.base_image import BaseImage
from pottle.oci.config import Empty, Execution, Healthcheck, History
from pottle.oci.descriptor import Descriptor
from pottle.oci.digest import Digest
from pottle.oci.image import BaseLayers, Makeup
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
    below = _base(plan.base_image) if plan.base_image is not None else None
    return Makeup(Platform.parse(plan.platform), plan.epoch, execution, dict(plan.annotations), below)


def _base(image: BaseImage) -> BaseLayers:
    return BaseLayers(
        layers=tuple(Descriptor(each.media_type, Digest(each.digest), each.size) for each in image.layers),
        diff_ids=tuple(Digest(each.diff_id) for each in image.layers),
        history=tuple(History(each.created, each.created_by, each.comment, each.empty_layer) for each in image.history),
        docker=image.media_types == "docker",
    )


def _healthcheck(check: HealthCheck) -> Healthcheck:
    return Healthcheck.command(
        check.command,
        interval=check.interval,
        timeout=check.timeout,
        start_period=check.start_period,
        retries=check.retries,
    )
