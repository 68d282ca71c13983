"""The accounts, held against the formats that passwd(5), group(5), shadow(5) and gshadow(5) describe."""

import pytest

from pottle.build.base.accounts import Account, accounts, added
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


# --- among those of a base image ------------------------------------------------------------------

PASSWD = ("root:x:0:0:root:/root:/bin/bash", "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin")
GROUP = ("root:x:0:", "staff:x:50:")


def beside(passwd: tuple[str, ...] = PASSWD, group: tuple[str, ...] = GROUP) -> dict[str, list[str]]:
    found = (entry for entry in added(USER, passwd, group) if isinstance(entry, File))
    return {each.path: each.read().decode().splitlines() for each in found}


def test_the_user_comes_after_those_that_are_there():
    found = beside()
    assert found["etc/passwd"] == [*PASSWD, "nonroot:*:65532:65532:nonroot:/home/nonroot:/usr/sbin/nologin"]
    assert found["etc/group"] == [*GROUP, "nonroot:*:65532:"]


def test_no_password_is_looked_for_in_a_shadow_that_does_not_have_it():
    assert set(beside()) == {"etc/passwd", "etc/group"}


def test_who_has_the_number_keeps_it():
    taken = (*PASSWD, "nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin")
    assert beside(taken, (*GROUP, "nonroot:x:65532:")) == {}


def test_who_has_the_name_keeps_it():
    found = beside((*PASSWD, "nonroot:x:1000:1000::/home/user:"), (*GROUP, "nonroot:x:1000:"))
    assert found["etc/passwd"][-1].startswith("nonroot-65532:*:65532:65532:")
    assert found["etc/group"][-1] == "nonroot-65532:*:65532:"


def test_the_home_is_the_users_in_any_case():
    (home,) = [entry for entry in added(USER, PASSWD, GROUP) if isinstance(entry, Directory)]
    assert (home.path, home.uid, home.gid, home.mode) == ("home/nonroot", 65532, 0, 0o775)


def test_an_image_without_accounts_gets_ours():
    assert beside((), ())["etc/passwd"][0].startswith("root:x:0:0:")


def test_lines_that_say_nothing_are_kept():
    assert beside((*PASSWD, "+::::::"), GROUP)["etc/passwd"][2] == "+::::::"
