from pathlib import Path

from setuptools import find_packages, setup

setup(
    name="scm-version-setup-py",
    use_scm_version=True,
    packages=find_packages(),
    install_requires=["click"],
    long_description=Path("README.rst").read_text(),
)
