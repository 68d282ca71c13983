"""What a Dockerfile says for a plan, beyond the goldens."""

import re
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pottle import api
from pottle.errors import ProjectError, UsageError
from pottle.generated import BEGIN, END
from pottle.oci.platform import Platform
from pottle.project.reader import read_project
from pottle.project.tree import DictTree
from pottle.render import listed
from pottle.render.files import write
from pottle.render.style import SECRETS, Layout, Style

HOST = api.Host(Path("/nonexistent"), {})
SCRIPT: Mapping[str, str] = {
    "main.py": "print('hello')\n",
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n',
}
Project = Callable[..., Path]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    def write(**files: str) -> Path:
        for name, text in {**SCRIPT, **files}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    return write


def dockerfile(root: Path, style: Style | None = None, **flags: object) -> str:
    outputs = api.generate(["dockerfile"], root, api.read_options(root, {}, flags), HOST, style)
    return outputs[0].text


def test_it_remembers_how_it_was_written(project: Project):
    root = project()
    style = Style("python:3.13-slim-trixie", ("ca", "netrc"))
    (root / "Dockerfile").write_text(text := dockerfile(root, style))
    assert dockerfile(root) == text
    assert dockerfile(root, Style()) != text


def test_it_remembers_nothing_that_is_not_one_of_its_flags(project: Project):
    root = project(Dockerfile="# by `pottle generate dockerfile --secret /etc/shadow --force x --from`\nFROM scratch\n")
    assert "/etc/shadow" not in dockerfile(root)


def test_one_that_was_generated_is_no_evidence_for_the_plan(project: Project):
    root = project()
    (root / "Dockerfile").write_text(dockerfile(root))
    files = {path.name: path.read_text() for path in root.iterdir()}
    assert read_project(DictTree(files)).recipe is None
    changed = {**files, "Dockerfile": "FROM python:3.12-slim\nCMD python main.py\n"}
    assert read_project(DictTree(changed)).recipe is not None


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_mounted_for_the_commands_that_fetch_and_is_neither_argument_nor_variable(
    project: Project, secret: str
):
    text = dockerfile(project(**{"requirements.txt": "idna==3.7\n"}), Style(secrets=(secret,)))
    mounts = [line for line in text.splitlines() if "type=secret" in line]
    assert mounts
    assert all(f"id={secret},target={SECRETS[secret]}" in line for line in mounts)
    assert not [line for line in text.splitlines() if line.startswith(("ARG", "ENV")) and secret in line.lower()]


def test_the_last_stage_runs_nothing_but_what_it_has_to(project: Project):
    text = dockerfile(project())
    last = text.rpartition("\nFROM ")[2]
    assert re.findall(r"^RUN.*", last, re.MULTILINE) == []
    assert "COPY --link --from=app /app /app" in last
    assert "USER 65532:65532" in last


def test_settings_reach_the_container_as_they_are(project: Project):
    root = project(**{"pottle.toml": 'env = { GREETING = "it\'s $5 \\\\ \\"now\\"" }\nlabels = { "a.b" = "x y" }\n'})
    text = dockerfile(root)
    (line,) = (line.strip(" \\") for line in text.splitlines() if "GREETING" in line)
    assert shlex.split(line.replace(r"\$", "$").removeprefix("ENV "))[0] == 'GREETING=it\'s $5 \\ "now"'
    assert 'LABEL a.b="x y"' in text


def test_a_directory_that_keeps_data_is_the_users_and_a_volume(project: Project):
    text = dockerfile(project(**{"pottle.toml": 'volumes = ["/data"]\n'}))
    assert "RUN install -d -o 65532 -g 0 -m 0775 /data" in text
    assert 'VOLUME ["/data"]' in text


def test_without_bytecode_nothing_is_compiled(project: Project):
    text = dockerfile(project(**{"pottle.toml": 'optimize = "size"\n'}))
    assert "compileall" not in text
    assert "UV_COMPILE_BYTECODE" not in text


TRANSLATED = {
    "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'settings')\n",
    "settings.py": "INSTALLED_APPS = []\n",
    "locale/de/LC_MESSAGES/django.po": "",
}


def test_what_a_command_runs_with_stays_in_its_stage(project: Project):
    stages = dockerfile(project(**TRANSLATED)).partition("FROM runtime AS compilemessages")[2]
    made, _, image = stages.partition("FROM runtime AS image")
    assert "gettext" in made
    assert "manage.py compilemessages" in made
    assert "COPY --link --from=compilemessages /app/locale /app/locale" in image
    assert "gettext" not in image


@pytest.mark.parametrize("layout", ["single-stage", "wheel-house"])
def test_it_would_stay_in_the_image_where_that_is_the_stage(project: Project, layout: Layout):
    with pytest.raises(UsageError, match="compilemessages needs a program"):
        dockerfile(project(**TRANSLATED), Style(layout=layout))


def test_it_says_that_it_leaves_in_what_a_small_image_goes_without(project: Project):
    root = project(**{"pyproject.toml": SCRIPT["pyproject.toml"] + 'dependencies = ["numpy"]\n'})
    assert "leaves out of distributions" in dockerfile(root, optimize="size").partition("\nARG ")[0]
    assert "leaves out of distributions" not in dockerfile(root)


@pytest.mark.parametrize("dynamic", ['dynamic = ["dependencies"]', 'dynamic = ["optional-dependencies", "version"]'])
def test_a_lock_that_only_a_build_could_check_is_taken_as_it_is(project: Project, dynamic: str):
    system = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
    version = "" if "version" in dynamic else 'version = "1"\n'
    lock = 'version = 1\nrevision = 3\nrequires-python = ">=3.11"\n\n[[package]]\nname = "shop"\nsource = { editable = "." }\n'
    scripts = '[project.scripts]\nshop = "shop:main"\n'
    files = {
        "pyproject.toml": f'[project]\nname = "shop"\n{version}requires-python = ">=3.11"\n{dynamic}\n{scripts}{system}',
        "uv.lock": lock,
        "shop.py": "def main(): ...\n",
    }
    text = dockerfile(project(**files))
    assert "uv sync --frozen" in text
    assert "# Not --locked" in text


def test_platforms_that_differ_are_told_apart_by_markers(project: Project):
    files = {
        "requirements.txt": "-r base.txt\n",
        "base.txt": "".join(
            f'{name}==1.0 ; platform_machine == "{machine}" --hash=sha256:{digit * 64}\n'
            for name, machine, digit in (("one", "x86_64", "1"), ("two", "aarch64", "2"))
        )
        + f"three==3.0 --hash=sha256:{'3' * 64}\n",
    }
    root = project(**files)
    (root / "pyproject.toml").unlink()
    outputs = api.generate(["dockerfile"], root, api.read_options(root, {}, {}), HOST, None)
    lock = next(output.text for output in outputs if output.path.name == "Dockerfile.lock")
    assert 'one==1.0 ; platform_machine == "x86_64" \\\n    --hash=sha256:1111' in lock
    assert 'two==1.0 ; platform_machine == "aarch64" \\\n    --hash=sha256:2222' in lock
    assert "three==3.0 \\\n" in lock


def test_a_wheel_of_an_index_on_this_machine_is_looked_for_by_its_hash(project: Project):
    lock = (
        'lock-version = "1.0"\ncreated-by = "test"\n[[packages]]\nname = "one"\nversion = "1.0"\nindex = "file:///srv/index"\n'
        'wheels = [{ name = "one-1.0-py3-none-any.whl", url = "file:///srv/index/one-1.0-py3-none-any.whl", '
        f'hashes = {{ sha256 = "{"1" * 64}" }} }}]\n'
    )
    root = project(**{"pylock.toml": lock, "pottle.toml": 'lockfile = "pylock.toml"\n'})
    plans = [api.plan(root, api.read_options(root, {}, {}), Platform.parse("linux/amd64"))]
    text = listed.render(plans)
    assert text is not None
    assert f"one==1.0 \\\n    --hash=sha256:{'1' * 64}\n" in text
    assert "file:" not in text


REGION = f'# mine\n{BEGIN}\n{END}\nFROM image\nCMD ["other"]\n'


def test_a_region_of_a_dockerfile_is_filled_and_remembers_its_style(project: Project):
    root = project(Dockerfile=REGION)
    (first,) = api.generate(["dockerfile"], root, api.read_options(root, {}, {}), HOST, Style(dev=True))
    write([first])
    whole = (root / "Dockerfile").read_text()
    assert whole.startswith(f"# mine\n{BEGIN}\n# shop: ")
    assert whole.endswith(f'{END}\nFROM image\nCMD ["other"]\n')
    (again,) = api.generate(["dockerfile"], root, api.read_options(root, {}, {}), HOST)
    assert again.state == "current"


def test_a_dockerfile_with_a_region_is_no_evidence_for_the_plan(project: Project):
    root = project(Dockerfile=REGION)
    files = {path.name: path.read_text() for path in root.iterdir()}
    assert read_project(DictTree(files)).recipe is None


def test_a_region_below_a_stage_of_somebodys_is_refused(project: Project):
    root = project(Dockerfile=f"FROM node\n{REGION}")
    with pytest.raises(ProjectError, match="below this stage") as caught:
        dockerfile(root)
    assert str(caught.value.at).endswith("Dockerfile:1")
