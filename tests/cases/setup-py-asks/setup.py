from setuptools import setup
from tools.pins import pinned

setup(name="oracle", version="1.0", packages=["oracle"], install_requires=pinned("runtime"))
