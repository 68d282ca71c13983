"""The summary of a build: as many lines as are worth reading, whatever the number of layers."""

from types import SimpleNamespace

from click import unstyle

from pottle.cli.build_text import text
from pottle.cli.deliveries import Delivered
from pottle.oci.descriptor import Descriptor
from pottle.oci.digest import Digest
from pottle.oci.layer import Layer
from pottle.plan.model import CopyProject, InstallWheels, LayerPlan

MB = 1_000_000


def layer(name: str, size: float) -> Layer:
    digest = Digest.of(name.encode())
    return Layer(Descriptor("application/x", digest, int(size * MB)), digest, int(2 * size * MB))


def built(sizes: dict[str, float], made: set[str], platform: str = "linux/amd64"):
    """`app` is the project's own, everything else is of wheels."""
    wheels = InstallWheels("/opt/venv", (), None)
    copy = CopyProject("/app", less_wheel=False, bytecode=None)
    plans = tuple(LayerPlan(name, (copy if name == "app" else wheels,), "") for name in sizes)
    layers = tuple((name, layer(name, size)) for name, size in sizes.items())
    return SimpleNamespace(
        plan=SimpleNamespace(name="shop", platform=platform, layers=plans, base_image=None),
        layers=layers,
        made=frozenset(made),
        shared=frozenset(),
    )


def shown(*builds) -> list[str]:
    product = SimpleNamespace(builds=builds)
    return unstyle(text(Delivered(product, (), (), None, None), 1.0)).splitlines()  # type: ignore[arg-type]


SIZES = {"scipy-1.0": 30, "numpy-2.0": 20, **{f"environment-{letter}": 1 for letter in "abcdefgh"}, "app": 0.1}


def test_what_did_not_change_is_one_line():
    lines = shown(built(SIZES, {"app"}))
    assert [line.split()[:-1] for line in lines[:2]] == [
        ["10", "of", "wheels", "116.0", "MB", "58.0", "MB"],
        ["app", "0.2", "MB", "0.1", "MB"],
    ]
    assert [line.split()[-1] for line in lines[:2]] == ["unchanged", "made"]


def test_what_was_made_is_named():
    lines = shown(built(SIZES, {"app", "numpy-2.0", "environment-c"}))
    assert [line.split("  ")[1].strip() for line in lines[:-1]] == ["8 of wheels", "numpy-2.0", "environment-c", "app"]


def test_of_many_that_were_made_the_heaviest_are_named():
    lines = shown(built(SIZES, set(SIZES)))
    assert [line.split("  ")[1].strip() for line in lines[:-1]] == [
        *("scipy-1.0", "numpy-2.0", "environment-a", "environment-b", "environment-c", "5 more of wheels", "app")
    ]
    assert "10.0 MB" in lines[5]


def test_one_layer_has_its_name():
    assert shown(built({"environment": 1, "app": 1}, {"app"}))[0].split()[0] == "environment"


def test_platforms_have_columns_and_share_what_is_equal():
    other = {**SIZES, "numpy-2.0": 25}
    lines = shown(built(SIZES, set(SIZES)), built(SIZES, set(), "linux/arm64"))
    assert all(line.endswith("the same  made") for line in lines[1:8])
    (numpy,) = [line for line in shown(built(SIZES, {"numpy-2.0"}), built(other, {"numpy-2.0"})) if "numpy" in line]
    assert "50.0 MB   25.0 MB" in numpy


def test_columns_stand_under_each_other():
    lines = shown(built({"a-distribution-with-a-long-name-1.0": 3, "app": 1}, {"app"}))[:-1]
    assert len({line.index(" MB") for line in lines}) == 1
