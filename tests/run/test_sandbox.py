import pytest

from pottle.run.sandbox import Spec, decode, main


def test_a_specification_survives_its_journey():
    spec = Spec("/r", ("a", "é\n"), (("K", "v"),), "/w", 1, 2, (("/tmp", 0o1777),), (("/etc/hosts", "/etc/hosts"),))
    assert decode(spec.encode()) == spec


def test_anything_else_is_no_sandbox():
    with pytest.raises(SystemExit, match="not a sandbox"):
        main(["leave"])
