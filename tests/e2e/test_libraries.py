"""Distributions that need a library of the system, in the image that pottle makes of them without being told: imported and used."""

from pathlib import Path

import pytest
from tests.e2e.command import Pottle

pytestmark = [pytest.mark.engine, pytest.mark.network, pytest.mark.slow]

USES = {
    "opencv-python": ("import cv2, numpy; print(cv2.blur(numpy.ones((9, 9)), (3, 3)).sum())", "81.0", "libgl1"),
    "weasyprint": (
        "import weasyprint; print(weasyprint.HTML(string='x').write_pdf()[:5])",
        "b'%PDF-'",
        "libpango-1.0-0",
    ),
    "pyodbc": ("import pyodbc; print(pyodbc.drivers())", "[]", "libodbc2"),
    "soundfile": ("import soundfile; print(soundfile.available_formats()['WAV'])", "WAV (Microsoft)", None),
}


@pytest.mark.parametrize("name", USES)
def test_it_works_in_the_image(name: str, pottle: Pottle, tmp_path: Path):
    code, said, package = USES[name]
    (tmp_path / "pyproject.toml").write_text(
        f'[project]\nname = "try-{name}"\nversion = "1.0"\nrequires-python = "==3.13.*"\ndependencies = ["{name}"]\n'
    )
    (tmp_path / "main.py").write_text(f"{code}\n")
    built = pottle.call("build", "--platform=linux/amd64", tmp_path)
    assert built.code == 0, built.stderr
    ran = pottle.call("run", "-q", "--backend=unshare", tmp_path)
    assert (ran.code, ran.stdout.strip()) == (0, said), ran.stderr
    plan = pottle("plan", "--resolve", "--platform=linux/amd64", tmp_path).stdout
    assert package is None or package in plan
