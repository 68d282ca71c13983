"""What a source is built with may be a source itself: built in the same way, before it."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from tests.test_api import SITE, build, paths
from tests.test_hostile_sources import members, sdist
from tests.world import World

from pottle.errors import ProjectError
from pottle.testing.sdist_file import SdistFile
from pottle.testing.wheel_file import WheelFile

USES = "import helper\nassert helper.version == '{version}'\n"


def project(tmp_path: Path, *required: str, version: str = "1.0") -> Path:
    """Its lock names the source of `thing`, whose backend needs `helper`."""
    source = members()
    backend, system = "thing-1.0/backend/own.py", "thing-1.0/pyproject.toml"
    source[backend] = USES.format(version=version) + source[backend]
    assert "requires = []" in source[system]
    source[system] = source[system].replace("requires = []", f"requires = {list(required)!r}")
    return sdist(tmp_path / "shop", source)


def having(here: World, *files: SdistFile | WheelFile) -> World:
    here.index.wheels |= {each.filename: each for each in files}
    return replace(here, more={**here.more, "UV_DEFAULT_INDEX": here.index.url})


@pytest.mark.parametrize("dynamic", [False, True])
def test_it_is_built_first(here: World, tmp_path: Path, dynamic: bool):
    there = having(here, SdistFile("helper", dynamic=dynamic))
    assert f"{SITE}/thing/__init__.py" in paths(build(there, project(tmp_path, "helper")))


def test_its_version_satisfies(here: World, tmp_path: Path):
    there = having(here, SdistFile("helper", "1.0"), SdistFile("helper", "2.0"))
    build(there, project(tmp_path, "helper<2"))


def test_a_wheel_is_preferred(here: World, tmp_path: Path):
    there = having(here, SdistFile("helper", files={"backend/own.py": "no Python"}), WheelFile("helper"))
    build(there, project(tmp_path, "helper"))


def test_what_it_depends_on_is_there(here: World, tmp_path: Path):
    further = SdistFile("further", dynamic=True)
    helper = SdistFile("helper", requires=["further", "greeting"], dynamic=True)
    build(having(here, helper, further), project(tmp_path, "helper"))


def test_what_it_is_built_with_may_be_a_source_too(here: World, tmp_path: Path):
    deeper = SdistFile("deeper")
    helper = SdistFile("helper", build_requires=["deeper"])
    there = having(here, replace(helper, files={"backend/own.py": "import deeper\n" + _backend(helper)}), deeper)
    build(there, project(tmp_path, "helper"))


def test_what_needs_itself_is_one_error(here: World, tmp_path: Path):
    there = having(here, SdistFile("helper", build_requires=["deeper"]), SdistFile("deeper", build_requires=["helper"]))
    with pytest.raises(ProjectError, match=r"needs itself \(thing → helper → deeper → helper\)") as raised:
        build(there, project(tmp_path, "helper"))
    assert str(raised.value.at).startswith("uv.lock:")


def test_too_many_times_over_is_one_error(here: World, tmp_path: Path):
    names = ["helper", *(f"deeper-{number}" for number in range(9))]
    chain = [SdistFile(name, build_requires=[after]) for name, after in pairwise(names)]
    with pytest.raises(ProjectError, match="too many times over"):
        build(having(here, *chain, SdistFile(names[-1])), project(tmp_path, "helper"))


def test_one_that_fails_is_told_with_what_it_is_for(here: World, tmp_path: Path):
    there = having(here, SdistFile("helper", files={"backend/own.py": "raise ValueError('no luck')\n"}))
    with pytest.raises(
        ProjectError, match=r"what thing is built with: helper 1\.0 cannot be built: .*no luck"
    ) as raised:
        build(there, project(tmp_path, "helper"))
    assert str(raised.value.at).startswith("uv.lock:")


def test_one_that_no_index_has_is_one_error(here: World, tmp_path: Path):
    with pytest.raises(ProjectError, match=r"what thing is built with: .*helper"):
        build(having(here), project(tmp_path, "helper"))


def test_nothing_of_it_runs_on_this_machine(here: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Its backend would leave a trace wherever it is imported: the sandbox of this test runs nothing."""
    from pottle.api.sandbox import Sandbox
    from pottle.build.sandbox import Ended

    trace = tmp_path / "trace"
    harm = f"open({str(trace)!r}, 'w').close()\n"
    there = having(here, SdistFile("helper", dynamic=True, files={"backend/own.py": harm, "setup.py": harm}))
    monkeypatch.setattr(Sandbox, "run_in", lambda *_: Ended(1, "nothing is run"))
    with pytest.raises(ProjectError, match="nothing is run"):
        build(there, project(tmp_path, "helper"))
    assert not trace.exists()


def test_a_lock_holds_its_source_and_what_that_is_built_with(here: World, tmp_path: Path):
    helper = SdistFile("helper", build_requires=["greeting"], dynamic=True)
    there, root = having(here, helper), project(tmp_path, "helper")
    assert there.pottle("lock", root).code == 0
    text = (root / "pottle.lock").read_text()
    assert helper.sha256 in text
    assert 'of = "helper"' in text
    before = build(there, root)
    newer = having(here, SdistFile("helper", "2.0"), WheelFile("greeting", "9.0"))
    assert build(newer.fresh("other", **newer.more), root).image.digest == before.image.digest
    assert there.pottle("lock", root, "--check").code == 0
    assert (root / "pottle.lock").read_text() == text


def _backend(file: SdistFile) -> str:
    import io
    import tarfile

    with tarfile.open(fileobj=io.BytesIO(file.content)) as tar:
        found = tar.extractfile(f"{file.name}-{file.version}/backend/own.py")
        assert found is not None
        return found.read().decode()
