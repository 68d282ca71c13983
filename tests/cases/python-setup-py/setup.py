from setuptools import setup

REQUIRES = ">=3.8,<3.13"

setup(name="python-setup-py", version="1.0.0", python_requires=REQUIRES)
