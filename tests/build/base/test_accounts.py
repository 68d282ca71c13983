"""The accounts, held against the formats that passwd(5), group(5), shadow(5) and gshadow(5) describe."""

import pytest

from pottle.build.base.accounts import Account, accounts
from pottle.oci.entry import Directory, File

USER = Account("nonroot", 65532, 65532, "nonroot", "/home/nonroot")


def files(user: Account = USER) -> dict[str, list[list[str]]]:
    found = (entry for entry in accounts(user) if isinstance(entry, File))
    return {each.path: [line.split(":") for line in each.read().decode().splitlines()] for each in found}


def test_there_are_root_the_user_and_nobody():
    assert [(fields[0], fields[2]) for fields in files()["etc/passwd"]] == [
        ("root", "0"),
        ("nonroot", "65532"),
        ("nobody", "65534"),
    ]


def test_every_line_has_as_many_fields_as_its_format():
    counts = {path: {len(fields) for fields in lines} for path, lines in files().items()}
    assert counts == {"etc/passwd": {7}, "etc/group": {4}, "etc/shadow": {9}, "etc/gshadow": {4}}


def test_every_x_has_its_line_in_the_shadow():
    found = files()
    assert [fields[0] for fields in found["etc/shadow"]] == [
        fields[0] for fields in found["etc/passwd"] if fields[1] == "x"
    ]
    assert [fields[0] for fields in found["etc/gshadow"]] == [
        fields[0] for fields in found["etc/group"] if fields[1] == "x"
    ]


def test_no_password_opens_anything():
    found = files()
    assert {fields[1] for fields in found["etc/shadow"] + found["etc/gshadow"]} == {"*"}


def test_every_users_group_exists():
    found = files()
    assert {fields[3] for fields in found["etc/passwd"]} <= {fields[2] for fields in found["etc/group"]}


def test_secrets_are_for_root_to_read():
    assert {e.path: e.mode for e in accounts(USER) if isinstance(e, File)} == {
        "etc/passwd": 0o644,
        "etc/group": 0o644,
        "etc/shadow": 0o640,
        "etc/gshadow": 0o640,
    }


def test_the_home_is_the_users_and_any_uid_in_group_0_may_write():
    homes = [entry for entry in accounts(USER) if isinstance(entry, Directory)]
    assert homes == [Directory("root", 0o700), Directory("home/nonroot", 0o775, uid=65532, gid=0)]


def test_the_application_may_run_as_root():
    found = files(Account("root", 0, 0, "root", "/root"))
    assert [fields[0] for fields in found["etc/passwd"]] == ["root", "nobody"]
    assert [e for e in accounts(Account("root", 0, 0, "root", "/root")) if isinstance(e, Directory)] == [
        Directory("root", 0o700)
    ]


def test_a_uid_has_one_name():
    found = files(Account("app", 65534, 1000, "app", "/app"))
    assert [(fields[0], fields[2]) for fields in found["etc/passwd"]] == [("root", "0"), ("app", "65534")]


@pytest.mark.parametrize("name", ["a:b", "a\nroot", "a\0"])
def test_a_name_cannot_smuggle_a_line_in(name: str):
    with pytest.raises(ValueError, match="cannot be an account"):
        Account(name, 1, 1, "g", "/")
