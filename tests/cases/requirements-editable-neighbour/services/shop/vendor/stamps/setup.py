from setuptools import setup

setup(name="stamps", version="1", py_modules=["stamps"], install_requires=["pillow"])
