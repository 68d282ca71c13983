from setuptools import find_packages, setup

COMMON = ["requests>=2.31"]

setup(
    name="Weigh_Station",
    version="2.4.1",
    python_requires=">=3.10,<3.13",
    packages=find_packages(exclude=["tests"]),
    install_requires=COMMON
    + [
        "click>=8",
        'pywin32; sys_platform == "win32"',
    ],
    extras_require={"docs": ["sphinx"], "test": ["pytest"]},
    entry_points={"console_scripts": ["weigh = weigh.cli:main", "weigh-station = weigh.cli:main"]},
)
