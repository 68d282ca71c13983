"""`python -m tests.fuzz TARGET [libFuzzer's options] [corpus]`: Atheris, which `pip install atheris` brings, looks for bytes that break a target."""

import sys

import atheris  # for who fuzzes alone: its wheels are for few Pythons

with atheris.instrument_imports(include=["pottle"]):
    from tests.fuzz.targets import TARGETS

if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
    sys.exit(f"usage: python -m tests.fuzz {{{','.join(TARGETS)}}} [libFuzzer's options] [corpus]")
atheris.Setup([sys.argv[0], *sys.argv[2:]], TARGETS[sys.argv[1]])
atheris.Fuzz()
