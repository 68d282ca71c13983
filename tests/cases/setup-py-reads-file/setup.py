import os
import re

from setuptools import find_packages, setup

HERE = os.path.abspath(os.path.dirname(__file__))


def find_version():
    with open(os.path.join(HERE, "board/__init__.py")) as module:
        return re.search(r'__version__ = "(.+)"', module.read()).group(1)


def get_requirements(name):
    with open(os.path.join(HERE, "requirements", name), encoding="utf-8") as lines:
        return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


setup(
    name="board",
    version=find_version(),
    packages=find_packages(),
    install_requires=get_requirements("default.txt"),
    tests_require=get_requirements("test.txt"),
    python_requires=">=3.11",
)
