from tests.plan.test_base_images import LOCK, PROJECT, changed, planned

from pottle.base_image import BaseImage
from pottle.plan.model import ImagePlan

MUSL = changed(libc="musl", libc_version="1.2")


def lock(*wheels: tuple[str, int]) -> str:
    """With these wheels of one distribution, and what they weigh."""
    head = LOCK.partition("wheels = [")[0]
    lines = [
        f'    {{ url = "https://files.example/native-1.0-{tags}.whl", hash = "sha256:{"a" * 64}", size = {size} }},\n'
        for tags, size in wheels
    ]
    return f"{head}wheels = [\n{''.join(lines)}]\n"


def told(plan: ImagePlan) -> list[str]:
    return [f"{reason.value}: {reason.because}" for reason in plan.reasons if reason.decision == "machine_code"]


def on(image: BaseImage, *wheels: tuple[str, int]) -> list[str]:
    return told(planned(image, {**PROJECT, "uv.lock": lock(*wheels)}))


def test_what_machine_code_weighs_for_either():
    wheels = ("cp312-cp312-manylinux_2_17_x86_64", 2_000_000), ("cp312-cp312-musllinux_1_2_x86_64", 3_100_000)
    assert on(MUSL, *wheels) == ["1 of 1 wheel: 3.1 MB for musl, 2.0 MB for glibc"]


def test_what_has_no_machine_code_for_musl_is_slower():
    wheels = ("cp312-cp312-manylinux_2_17_x86_64", 2_000_000), ("py3-none-any", 1_000_000)
    assert on(MUSL, *wheels) == ["0 of 1 wheel: native has some for glibc alone, and is slower here"]


def test_where_nothing_is_compiled_there_is_nothing_to_tell():
    assert on(MUSL, ("py3-none-any", 1_000_000)) == []


def test_nor_on_glibc():
    wheels = ("cp312-cp312-manylinux_2_17_x86_64", 2_000_000), ("cp312-cp312-musllinux_1_2_x86_64", 3_100_000)
    assert on(changed(), *wheels) == []
