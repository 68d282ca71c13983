"""Requirements without wheels become exactly one wheel each."""

from dataclasses import replace

import pytest

from pottle.errors import IntegrityError, ProjectError, SourceError
from pottle.sources.pypi.resolve import Asked, Indexes, Resolved, Wanted, resolve
from pottle.testing.package_index import PackageIndex
from pottle.testing.wheel_file import WheelFile
from pottle.text import Location

HERE = Location("requirements.txt", 3)
PURE = WheelFile("demo", files={"demo.py": ""})
AMD64 = WheelFile("demo", tag="cp313-cp313-manylinux_2_28_x86_64", files={"demo.so": b"x"})
ARM64 = WheelFile("demo", tag="cp313-cp313-manylinux_2_28_aarch64", files={"demo.so": b"y"})
NEEDY = WheelFile("needy", requires=["demo>=1", "absent; python_version < '3.13'"])


def using(session, index, **changes):
    return replace(session, environ={**session.environ, "UV_DEFAULT_INDEX": index.url, **changes})


@pytest.mark.parametrize(("platform", "best"), [("linux/amd64", AMD64), ("linux/arm64", ARM64)])
def test_pins_the_wheel_that_fits_the_target(session, platform, best):
    with PackageIndex(PURE, AMD64, ARM64) as index:
        asked = replace(using(session, index), target=replace(session.target, platform=platform))
        (wheel,) = resolve(asked, [Wanted("demo")]).wheels
        assert (wheel.filename, wheel.sha256, wheel.url) == (best.filename, best.sha256, index.url_of(best))


def test_adds_what_is_depended_on_by_the_targets_markers(session):
    with PackageIndex(PURE, NEEDY) as index:
        assert [w.name for w in resolve(using(session, index), [Wanted("needy")]).wheels] == ["demo", "needy"]


def test_adds_nothing_to_a_complete_set(session):
    with PackageIndex(PURE, NEEDY) as index:
        assert [w.name for w in resolve(using(session, index), [Wanted("needy")], Asked(complete=True)).wheels] == [
            "needy"
        ]


def test_nothing_wanted_asks_nobody(session):
    assert resolve(session, []) == Resolved()


def test_a_wheel_has_to_have_one_of_the_hashes(session):
    with PackageIndex(PURE, AMD64) as index:
        (wheel,) = resolve(using(session, index), [Wanted("demo==1.0", (f"sha256:{PURE.sha256}",))]).wheels
        assert wheel.filename == PURE.filename
        with pytest.raises(IntegrityError, match=r"no wheel of demo 1.0 has a hash that is allowed") as raised:
            resolve(using(session, index), [Wanted("demo==1.0", ("sha256:" + "0" * 64,), HERE)])
    assert raised.value.at == HERE


def test_what_the_user_prefers_elsewhere_does_not_count(session):
    older = WheelFile("demo", "0.5")
    with PackageIndex(PURE, older) as index:
        (wheel,) = resolve(
            using(session, index, UV_RESOLUTION="lowest", UV_EXCLUDE_NEWER="2001-01-01"), [Wanted("demo")]
        ).wheels
    assert wheel.version == "1.0"


PROBLEMS = {
    "no such version": ("demo==9", ProjectError, "the requirements cannot be resolved"),
    "no such project": ("absent", ProjectError, "the requirements cannot be resolved"),
    "no wheel that fits": ("macos", ProjectError, "no wheel fits the image"),
    "not a requirement": ("demo ==", ProjectError, "not a requirement: 'demo =='"),
    "a repository": ("demo @ git+https://user:pw@host.example/demo", ProjectError, "demo is not a wheel but git"),
}


@pytest.mark.parametrize(("requirement", "kind", "message"), PROBLEMS.values(), ids=PROBLEMS)
def test_a_problem_is_one_error(session, requirement, kind, message):
    with (
        PackageIndex(PURE, WheelFile("macos", tag="cp313-cp313-macosx_11_0_arm64")) as index,
        pytest.raises(kind) as raised,
    ):
        resolve(using(session, index), [Wanted(requirement, at=HERE)])
    assert raised.value.what.startswith(message)
    assert "pw@" not in str(raised.value)
    assert raised.value.hint or "not a requirement" in raised.value.what


def test_an_index_that_is_away_is_a_source_error(session):
    with PackageIndex() as index:
        pass
    with pytest.raises(SourceError, match="cannot be reached"):
        resolve(using(session, index), [Wanted("demo")])


def test_an_index_named_in_the_list_takes_the_place_of_the_users(session):
    private = WheelFile("private", files={"private.py": ""})
    with PackageIndex(PURE) as users, PackageIndex(private) as named:
        environ = {key: value for key, value in session.environ.items() if key != "UV_DEFAULT_INDEX"}
        asked = replace(session, environ=environ)
        (wheel,) = resolve(asked, [Wanted("private")], Asked(indexes=Indexes(named.url))).wheels
        assert wheel.name == "private"
        found = resolve(
            using(session, users), [Wanted("private"), Wanted("demo")], Asked(indexes=Indexes(None, (named.url,)))
        ).wheels
        assert [(w.name, w.url) for w in found] == [("demo", users.url_of(PURE)), ("private", named.url_of(private))]


# --- several indexes: as torch's are used ---------------------------------------------------------------------

TORCH = WheelFile("torch", "2.9.1", requires=["numpy"])
CPU = WheelFile("torch", "2.9.1+cpu", tag="cp313-cp313-manylinux_2_28_x86_64", requires=["numpy"])
CUDA = WheelFile("torch", "2.9.1+cu128", tag="cp313-cp313-manylinux_2_28_x86_64", requires=["numpy"])
NUMPY = WheelFile("numpy", "2.3.0")
OLD_NUMPY = WheelFile("numpy", "2.1.0")
REPACKED = WheelFile("numpy", "2.3.0", files={"numpy.py": "repacked = True\n"})

LISTS = {
    "the local version that is named": (["torch==2.9.1+cpu", "numpy==2.3.0"], {"torch": CPU, "numpy": NUMPY}),
    "the extra index's local version": (["torch==2.9.1", "numpy==2.3.0"], {"torch": CPU, "numpy": NUMPY}),
    "what the extra index has but not in that version": (["numpy==2.3.0"], {"numpy": NUMPY}),
    "what nothing pins": (["torch"], {"torch": CPU, "numpy": OLD_NUMPY}),
}


@pytest.mark.parametrize(("wanted", "expected"), LISTS.values(), ids=LISTS)
def test_several_indexes_are_all_looked_into(session, wanted, expected):
    with PackageIndex(TORCH, NUMPY) as users, PackageIndex(CPU, OLD_NUMPY) as cpu:
        found = resolve(using(session, users), [*map(Wanted, wanted)], Asked(indexes=Indexes(None, (cpu.url,)))).wheels
        assert {wheel.name: wheel.sha256 for wheel in found} == {n: wheel.sha256 for n, wheel in expected.items()}
        assert {wheel.name: wheel.url for wheel in found} == {
            name: (cpu if wheel in (CPU, OLD_NUMPY) else users).url_of(wheel) for name, wheel in expected.items()
        }


def test_hashes_say_whose_file_is_meant(session):
    with PackageIndex(TORCH, NUMPY) as users, PackageIndex(CPU, REPACKED) as cpu:
        wanted = [Wanted(f"{w.name}=={w.version}", (f"sha256:{w.sha256}",)) for w in (CPU, NUMPY)]
        found = resolve(using(session, users), wanted, Asked(True, Indexes(None, (cpu.url,)))).wheels
    assert [(wheel.name, wheel.sha256) for wheel in found] == [("numpy", NUMPY.sha256), ("torch", CPU.sha256)]


def test_a_hash_that_no_index_has_is_still_an_error(session):
    wanted = [Wanted("numpy==2.3.0", ("sha256:" + "0" * 64,))]
    with PackageIndex(TORCH) as users, PackageIndex(REPACKED) as cpu:
        asked, indexes = using(session, users), Indexes(None, (cpu.url,))
        with pytest.raises(IntegrityError, match=r"no wheel of numpy 2\.3\.0 has a hash that is allowed"):
            resolve(asked, wanted, Asked(True, indexes))


@pytest.mark.parametrize("complete", [True, False])
def test_a_requirement_comes_from_the_index_that_is_its_own(session, complete):
    with PackageIndex(TORCH, NUMPY) as users, PackageIndex(CPU, OLD_NUMPY) as cpu, PackageIndex(CUDA) as cuda:
        for own, expected in ((cpu, CPU), (cuda, CUDA), (users, TORCH)):
            wanted = [Wanted("torch==2.9.1", index=own.url), Wanted("numpy")]
            found = resolve(using(session, users), wanted, Asked(complete)).wheels
            assert [(w.name, w.version) for w in found] == [("numpy", "2.3.0"), ("torch", expected.version)]


def test_who_prefers_a_strategy_gets_it(session):
    with PackageIndex(TORCH, NUMPY) as users, PackageIndex(OLD_NUMPY) as extra:
        asked, indexes = using(session, users, UV_INDEX_STRATEGY="first-index"), Indexes(None, (extra.url,))
        with pytest.raises(ProjectError):
            resolve(asked, [Wanted("numpy==2.3.0")], Asked(indexes=indexes))


def test_a_local_version_without_its_index_says_where_to_look(session):
    with PackageIndex(TORCH, NUMPY) as users, pytest.raises(ProjectError) as caught:
        resolve(using(session, users), [Wanted("torch==2.9.1+cpu")])
    assert caught.value.hint == ("versions with `+cpu` are on an index of their own: name it with --extra-index-url")
