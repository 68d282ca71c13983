"""The copy of a project that is built has a build system that can be had."""

import tomllib

import pytest

from pottle.sources.pypi.build_system import complete

POETRY = "poetry.core.masonry.api"
COMPLETED = {
    "Poetry's of old": ('[build-system]\nrequires = ["poetry>=0.12"]\nbuild-backend = "poetry.masonry.api"\n', POETRY),
    "Poetry without any": ('[tool.poetry]\nname = "p"\n', POETRY),
    "PDM without any": ('[project]\nname = "p"\n[tool.pdm]\ndistribution = true\n', "pdm.backend"),
    "with a byte order mark": ('\ufeff[tool.poetry]\nname = "p"\n', POETRY),
}
KEPT = {
    "Poetry's": f'[build-system]\nrequires = ["poetry-core"]\nbuild-backend = "{POETRY}"\n',
    "another's": '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n[tool.poetry]\n',
    "none that anybody implies": '[project]\nname = "p"\n',
    "nonsense": "[build-system\n",
    "a system that is none": "build-system = 3\n",
}


@pytest.mark.parametrize(("text", "backend"), COMPLETED.values(), ids=COMPLETED)
def test_what_is_missing_is_written(tmp_path, text, backend):
    (tmp_path / "pyproject.toml").write_text(f"{text}[tool.other]\nx = 1  # why\n", encoding="utf-8")
    complete(tmp_path)
    written = (tmp_path / "pyproject.toml").read_text()
    assert tomllib.loads(written)["build-system"]["build-backend"] == backend
    assert "x = 1  # why" in written


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_what_is_there_stays(tmp_path, text):
    (tmp_path / "pyproject.toml").write_text(text)
    complete(tmp_path)
    assert (tmp_path / "pyproject.toml").read_text() == text


def test_a_project_without_the_file_stays_without(tmp_path):
    complete(tmp_path)
    assert list(tmp_path.iterdir()) == []
