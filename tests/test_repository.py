"""What is not a wheel of an index: other projects of the repository, repositories at a commit, source archives."""

import hashlib
import io
import subprocess
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
from tests.test_api import SITE, build, paths
from tests.world import BACKEND, PYTHON, World

from pottle.api.host import own_platform
from pottle.errors import PottleError, ProjectError
from pottle.oci.platform import Platform
from pottle.oci.validate import validate

PROJECT = '[project]\nname = "{name}"\nversion = "1.0"\nrequires-python = "=={python}.*"\ndependencies = {needs}\n'
SYSTEM = '[build-system]\nrequires = []\nbuild-backend = "own"\nbackend-path = ["backend"]\n'


def project(name: str, *needs: str, packaged: bool = True) -> str:
    head = PROJECT.format(name=name, python=PYTHON, needs=list(needs))
    return f"{head}\n{SYSTEM}" if packaged else head


def package(name: str, *needs: str) -> dict[str, str]:
    """A package with a backend of its own."""
    return {
        "pyproject.toml": project(name, *needs),
        f"src/{name}/__init__.py": f"name = {name!r}\n",
        "backend/own.py": BACKEND.replace("shop", name),
    }


def lock(*entries: str) -> str:
    return f'version = 1\nrevision = 3\nrequires-python = "=={PYTHON}.*"\n' + "".join(entries)


def entry(name: str, source: str, *needs: str, more: str = "", metadata: str = "") -> str:
    listed = "".join(f'    {{ name = "{each}" }},\n' for each in needs)
    dependencies = f"dependencies = [\n{listed}]\n" if needs else ""
    text = f'\n[[package]]\nname = "{name}"\nversion = "1.0"\nsource = {{ {source} }}\n{dependencies}{more}'
    return text + (f"\n[package.metadata]\nrequires-dist = [{metadata}]\n" if metadata else "")


def write(root: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return root


def workspace(root: Path) -> Path:
    """A repository with the members core, shop (which needs core) and other, locked at its root."""
    members = '\n[manifest]\nmembers = ["core", "other", "shop"]\n'
    shop = entry("shop", 'virtual = "shop"', "core", metadata='{ name = "core", editable = "packages/core" }')
    core, other = (entry(name, f'editable = "packages/{name}"') for name in ("core", "other"))
    own = f"{project('shop', 'core', packaged=False)}\n[tool.uv.sources]\ncore = {{ workspace = true }}\n"
    return write(
        root,
        {
            "pyproject.toml": '[tool.uv.workspace]\nmembers = ["shop", "packages/*"]\n',
            "uv.lock": lock(members, core, other, shop),
            "shop/pyproject.toml": own,
            "shop/main.py": "import core\nprint(core.name)\n",
            **{f"packages/core/{path}": text for path, text in package("core").items()},
            **{f"packages/other/{path}": text for path, text in package("other").items()},
        },
    )


def test_a_member_is_built_with_the_members_that_it_needs(here: World, tmp_path: Path):
    root = workspace(tmp_path / "repository")
    built = build(here, root / "shop")
    validate(built.image)
    found = paths(built)
    assert {f"{SITE}/core/__init__.py", "app/main.py"} <= found
    assert not {path for path in found if "other" in path or path.startswith("app/packages")}
    assert [name for name, _ in built.layers][-2:] == ["neighbours", "app"]


def test_a_change_of_one_project_makes_its_own_layer_alone(here: World, tmp_path: Path):
    root = workspace(tmp_path / "repository")
    build(here, root / "shop")
    (root / "shop/main.py").write_text("import core\n")
    assert build(here, root / "shop").made == {"app"}
    (root / "packages/core/src/core/__init__.py").write_text("name = 1\n")
    assert build(here, root / "shop").made == {"neighbours"}
    (root / "packages/other/src/other/__init__.py").write_text("name = 1\n")
    assert build(here, root / "shop").made == set()


def test_a_root_leaves_its_members_out_of_the_app(here: World, tmp_path: Path):
    files = {
        "pyproject.toml": f'{project("shop", "core", packaged=False)}\n[tool.uv.workspace]\nmembers = ["packages/*"]\n'
        "[tool.uv.sources]\ncore = { workspace = true }\n",
        "main.py": "import core\n",
        "uv.lock": lock(
            '\n[manifest]\nmembers = ["core", "shop"]\n',
            entry("core", 'editable = "packages/core"'),
            entry("shop", 'virtual = "."', "core", metadata='{ name = "core", editable = "packages/core" }'),
        ),
        **{f"packages/core/{path}": text for path, text in package("core").items()},
    }
    found = paths(build(here, write(tmp_path / "shop", files)))
    assert f"{SITE}/core/__init__.py" in found
    assert not {path for path in found if path.startswith("app/packages")}


# --- sources --------------------------------------------------------------------------------------


def repository(root: Path) -> str:
    """The commit of a repository that holds the package `thing` in a subdirectory."""
    write(root, {f"python/{path}": text for path, text in package("thing").items()})
    git = ("git", "-C", str(root), "-c", "user.name=a", "-c", "user.email=a@b.example")
    for command in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "one")):
        subprocess.run((*git, *command), check=True)
    return subprocess.run((*git, "rev-parse", "HEAD"), check=True, capture_output=True, text=True).stdout.strip()


def archive(path: Path) -> str:
    """The SHA-256 of a source archive of the package `thing`."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as tar:
        for name, text in package("thing").items():
            member = tarfile.TarInfo(f"thing-1.0/{name}")
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text.encode()))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.getvalue())
    return hashlib.sha256(content.getvalue()).hexdigest()


def from_a_repository(root: Path) -> dict[str, str]:
    commit, url = repository(root), root.as_uri()
    source = f'git = "{url}?subdirectory=python&rev={commit}#{commit}"'
    wish = f'{{ name = "thing", git = "{url}?subdirectory=python&rev={commit}" }}'
    return {
        "pyproject.toml": project("shop", f"thing @ git+{url}@{commit}#subdirectory=python", packaged=False),
        "main.py": "import thing\n",
        "uv.lock": lock(entry("thing", source), entry("shop", 'virtual = "."', "thing", metadata=wish)),
    }


def from_an_index(digest: str) -> dict[str, str]:
    """As Poetry locks what an index has as a source archive alone: by its name and hash."""
    asks = f'[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\npython = "{PYTHON}.*"\nthing = "*"\n'
    entry = '[[package]]\nname = "thing"\nversion = "1.0"\noptional = false\npython-versions = "*"\n'
    files = f'files = [\n    {{file = "thing-1.0.tar.gz", hash = "sha256:{digest}"}},\n]\n'
    metadata = f'[metadata]\nlock-version = "2.1"\npython-versions = "{PYTHON}.*"\ncontent-hash = ""\n'
    return {"pyproject.toml": asks, "main.py": "import thing\n", "poetry.lock": entry + files + metadata}


def from_an_archive(digest: str) -> dict[str, str]:
    source, wish = 'path = "vendor/thing-1.0.tar.gz"', '{ name = "thing", path = "vendor/thing-1.0.tar.gz" }'
    sdist = f'sdist = {{ filename = "thing-1.0.tar.gz", hash = "sha256:{digest}" }}\n'
    sources = '\n[tool.uv.sources]\nthing = { path = "vendor/thing-1.0.tar.gz" }\n'
    return {
        "pyproject.toml": project("shop", "thing", packaged=False) + sources,
        "main.py": "import thing\n",
        "uv.lock": lock(entry("thing", source, more=sdist), entry("shop", 'virtual = "."', "thing", metadata=wish)),
    }


def test_a_repository_is_built_at_its_commit(here: World, tmp_path: Path):
    files = from_a_repository(tmp_path / "thing")
    built = build(here, write(tmp_path / "shop", files))
    validate(built.image)
    assert f"{SITE}/thing/__init__.py" in paths(built)
    assert not {path for path in paths(built) if path.endswith("direct_url.json")}


def test_a_source_archive_of_the_project_is_built(here: World, tmp_path: Path):
    digest = archive(tmp_path / "shop/vendor/thing-1.0.tar.gz")
    built = build(here, write(tmp_path / "shop", from_an_archive(digest)))
    assert f"{SITE}/thing/__init__.py" in paths(built)


def test_a_source_archive_of_an_index_is_built_by_its_hash(here: World, tmp_path: Path):
    digest = archive(tmp_path / "links/thing-1.0.tar.gz")
    there = replace(
        here, more={**here.more, "UV_FIND_LINKS": str(tmp_path / "links"), "UV_DEFAULT_INDEX": here.index.url}
    )
    found = build(there, write(tmp_path / "shop", from_an_index(digest)))
    validate(found.image)
    assert f"{SITE}/thing/__init__.py" in paths(found)


def test_an_archive_of_an_index_that_is_not_the_locked_one_is_not_built(here: World, tmp_path: Path):
    archive(tmp_path / "links/thing-1.0.tar.gz")
    there = replace(
        here, more={**here.more, "UV_FIND_LINKS": str(tmp_path / "links"), "UV_DEFAULT_INDEX": here.index.url}
    )
    with pytest.raises(PottleError) as raised:
        build(there, write(tmp_path / "shop", from_an_index("0" * 64)))
    assert str(raised.value.at) == "poetry.lock:2"


def test_an_archive_that_is_not_the_locked_one_is_not_built(here: World, tmp_path: Path):
    archive(tmp_path / "shop/vendor/thing-1.0.tar.gz")
    files = from_an_archive("0" * 64)
    with pytest.raises(Exception, match="hash") as caught:
        build(here, write(tmp_path / "shop", files))
    assert type(caught.value).__name__ == "IntegrityError"


def test_compiled_code_is_installed(here: World, tmp_path: Path):
    files = from_a_repository(tmp_path / "thing")
    backend = tmp_path / "thing/python/backend/own.py"
    tag = f"cp{PYTHON.replace('.', '')}-abi3-linux_x86_64"
    backend.write_text(BACKEND.replace("shop", "thing").replace("py3-none-any", tag))
    files = _again(tmp_path / "thing", files)
    assert f"{SITE}/thing/__init__.py" in paths(build(here, write(tmp_path / "shop", files)))


def other() -> Platform:
    """One that this machine is not."""
    return Platform.parse("linux/arm64" if str(own_platform()) == "linux/amd64" else "linux/amd64")


def test_for_another_platform_pure_python_is_built_here(here: World, tmp_path: Path):
    files = from_a_repository(tmp_path / "thing")
    root = write(tmp_path / "shop", files)
    theirs, ours = build(here, root, other()), build(here, root)
    assert f"{SITE}/thing/__init__.py" in paths(theirs)
    assert dict(theirs.layers)["sources"].diff_id == dict(ours.layers)["sources"].diff_id


def test_for_another_platform_machine_code_is_one_error(here: World, tmp_path: Path):
    files = from_a_repository(tmp_path / "thing")
    backend = tmp_path / "thing/python/backend/own.py"
    tag = f"cp{PYTHON.replace('.', '')}-abi3-linux_x86_64"
    backend.write_text(BACKEND.replace("shop", "thing").replace("py3-none-any", tag))
    files = _again(tmp_path / "thing", files)
    with pytest.raises(ProjectError, match=r"thing .*has compiled code") as caught:
        build(here, write(tmp_path / "shop", files), other())
    assert str(caught.value.at).startswith("uv.lock:")


def test_a_backend_that_fails_says_why(here: World, tmp_path: Path):
    files = from_a_repository(tmp_path / "thing")
    (tmp_path / "thing/python/backend/own.py").write_text("def build_wheel(*_):\n    raise ValueError('no luck')\n")
    files = _again(tmp_path / "thing", files)
    with pytest.raises(ProjectError, match="no luck") as caught:
        build(here, write(tmp_path / "shop", files))
    assert str(caught.value.at).startswith("uv.lock:")


def _again(root: Path, files: dict[str, str]) -> dict[str, str]:
    """The same files for a further commit."""
    git = ("git", "-C", str(root), "-c", "user.name=a", "-c", "user.email=a@b.example")
    old = subprocess.run((*git, "rev-parse", "HEAD"), check=True, capture_output=True, text=True).stdout.strip()
    subprocess.run((*git, "commit", "-qam", "two"), check=True)
    new = subprocess.run((*git, "rev-parse", "HEAD"), check=True, capture_output=True, text=True).stdout.strip()
    return {name: text.replace(old, new) for name, text in files.items()}


def test_a_list_that_names_a_repository_is_resolved_and_built(here: World, tmp_path: Path):
    commit = repository(tmp_path / "thing")
    wish = f"thing @ git+{(tmp_path / 'thing').as_uri()}@{commit}#subdirectory=python\ngreeting\n"
    config = '[tool.pottle]\nsource-builds = ["thing"]\n'
    files = {"requirements.txt": wish, "pyproject.toml": config, "main.py": "import thing\n", ".python-version": PYTHON}
    built = build(replace(here, more={"UV_DEFAULT_INDEX": here.index.url}), write(tmp_path / "shop", files))
    validate(built.image)
    assert {f"{SITE}/thing/__init__.py", f"{SITE}/greeting/__init__.py"} <= paths(built)
    assert [name for name, _ in built.layers][-3:] == ["greeting-1.0", "sources", "app"]


def test_a_list_that_names_a_repository_builds_nothing_unasked(here: World, tmp_path: Path):
    wish = f"thing @ git+{tmp_path.as_uri()}\n"
    files = {"requirements.txt": wish, "main.py": "import thing\n", ".python-version": PYTHON}
    with pytest.raises(ProjectError, match="is not a wheel") as caught:
        build(here, write(tmp_path / "shop", files))
    assert str(caught.value.at) == "requirements.txt:1"
