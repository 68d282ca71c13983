"""conda's packages on a package index."""

import pytest

from pottle.project.conda_packages import INTERPRETERS, InvalidSpec, requirement

TRANSLATED = {
    "numpy": "numpy",
    "NumPy=1.26": "numpy==1.26.*",
    "numpy==1.26.4": "numpy==1.26.4",
    "numpy=1.26.4=py312heda63a1_0": "numpy==1.26.4",
    "numpy 1.26.*": "numpy==1.26.*",
    "numpy >=1.26,<3": "numpy<3,>=1.26",
    "numpy=1.26.*": "numpy==1.26.*",
    "numpy=*": "numpy",
    "conda-forge::pandas>=2": "pandas>=2",
    "conda-forge/linux-64::pandas": "pandas",
    "numpy[version='>=1.26,<3',build=*py312*]": "numpy<3,>=1.26",
    "matplotlib-base": "matplotlib",
    "pytorch>=2": "torch>=2",
    "uvicorn-standard": "uvicorn[standard]",
    "psycopg2=2.9": "psycopg2-binary==2.9.*",
}


@pytest.mark.parametrize(("spec", "expected"), TRANSLATED.items())
def test_translated(spec: str, expected: str):
    assert str(requirement(spec)) == expected


@pytest.mark.parametrize("spec", ["python=3.12", "pip", "openssl=3.3.1=h2466b09_1", *sorted(INTERPRETERS)])
def test_what_comes_with_the_image(spec: str):
    assert requirement(spec) == "interpreter"


@pytest.mark.parametrize("spec", ["gdal=3.9", "cudatoolkit", "mkl", "r-base", "conda-forge::ffmpeg", "shop-internal"])
def test_what_exists_in_conda_alone(spec: str):
    assert requirement(spec) == "unknown"


@pytest.mark.parametrize("spec", ["numpy=1.8|1.9", "numpy===", "numpy>=one", "?", "- numpy"])
def test_what_no_requirement_says(spec: str):
    with pytest.raises(InvalidSpec):
        requirement(spec)
