"""What scripts come to: done in their place, of no account in an image, or told."""

import pytest

from pottle.build.base.accounts import Account
from pottle.build.base.scripts.effects import Scripts, effects
from pottle.oci.entry import Directory, Entry, File, Symlink

FILES = (
    File("usr/share/thing/thing.conf", b"[a]\n", 0o640),
    File("usr/share/odbc/template.ini", b"[Driver]\nDriver = x.so\n"),
    File("usr/bin/tool", b""),
    Directory("etc/thing"),
    File("etc/kept", b"kept"),
)


def made(script: str, files: tuple[Entry, ...] = FILES) -> tuple[Entry, ...]:
    return effects([Scripts("thing", postinst=f"#!/bin/sh\nset -e\n{script}")], files).entries


DONE = {
    "a directory": ("mkdir -p -m 755 /var/lib/thing", [Directory("var/lib/thing")]),
    "one by install": ("install -d /srv/thing", [Directory("srv/thing")]),
    "an empty file": ("touch /etc/new /etc/kept", [File("etc/new", b"")]),
    "a copy": ("cp -a /usr/share/thing/thing.conf /etc/new.conf", [File("etc/new.conf", b"[a]\n", 0o640)]),
    "a copy into a directory": (
        "cp /usr/share/thing/thing.conf /etc/thing/",
        [File("etc/thing/thing.conf", b"[a]\n", 0o640)],
    ),
    "a configuration file (ucf)": (
        "ucf --three-way /usr/share/thing/thing.conf /etc/thing.conf",
        [File("etc/thing.conf", b"[a]\n", 0o640)],
    ),
    "a link": ("ln -sf ../thing /etc/thing/link", [Symlink("etc/thing/link", "../thing")]),
    "a driver (odbcinst)": (
        "odbcinst -i -d -f /usr/share/odbc/template.ini",
        [File("etc/odbcinst.ini", b"[Driver]\nDriver = x.so\n\n")],
    ),
    "what depends on a file": ("[ -e /etc/not ] || touch /etc/new", [File("etc/new", b"")]),
    "what is there already": ("touch /etc/kept; mkdir /etc/thing; cp /usr/bin/tool /etc/kept", []),
    "what may not be": ("if some; then touch /etc/new; fi", []),
    "a word that is not known": ("touch /etc/$(hostname)", []),
    "what does not belong in an image": ("mkdir -p /var/cache/apt/x; touch /etc/init.d/x", []),
    "a way out of the tree": ("touch /etc/../../x; ln -s x /../y", []),
    "a hard link": ("ln /etc/kept /etc/other", []),
    "a file that is not there": ("cp /usr/share/nothing /etc/new", []),
}


@pytest.mark.parametrize(("script", "entries"), DONE.values(), ids=DONE)
def test_does(script, entries):
    assert list(made(script)) == entries


def untold(script: str, package: str = "thing") -> tuple[str, ...]:
    return effects([Scripts(package, postinst=script)], FILES).untold


OF_NO_ACCOUNT = {
    "debhelper's blocks": (
        "if command -v py3compile >/dev/null 2>&1; then\n\tpy3compile -p thing \nfi\n"
        'dpkg-maintscript-helper rm_conffile /etc/x 1.0 -- "$@"\n'
        "deb-systemd-helper unmask x.service >/dev/null || true\nupdate-rc.d x defaults >/dev/null\n"
    ),
    "caches": "fc-cache -s -f 1>/var/log/fontconfig.log 2>&1; update-icon-caches /usr/share/icons/x; ldconfig",
    "owners": "chown root:adm /etc/kept; chmod 640 /etc/kept; dpkg-statoverride --add x; rm -f /etc/old",
    "accounts": "adduser --system x; addgroup --system y",
    "an upgrade": 'if [ -n "$2" ]; then rebuild-the-world; fi',
    "a trigger": 'if [ "$1" = triggered ]; then rebuild-the-world; fi',
    "questions": ". /usr/share/debconf/confmodule\ndb_version 2.0\ndb_get thing/x || true\n",
    "words": "echo starting >&2; printf x; echo x > /dev/null",
    "schemas that are not there": "glib-compile-schemas /usr/share/glib-2.0/schemas || true",
}


@pytest.mark.parametrize("script", OF_NO_ACCOUNT.values(), ids=OF_NO_ACCOUNT)
def test_stays_quiet(script):
    assert untold(script) == ()


TOLD = {
    "a program of its own": (
        "/usr/sbin/thing-setup --all",
        "thing: its script would run `thing-setup --all`, which is not done: see whether it is missed",
    ),
    "perhaps": (
        "if some; then thing-setup; fi",
        "thing: its script would run `some`, `thing-setup`, which is not done: see whether it is missed",
    ),
    "a file that is written": (
        "cat > /etc/thing.conf <<EOF\nx\nEOF",
        "thing: its script would run `cat > /etc/thing.conf`, which is not done: see whether it is missed",
    ),
    "a file that is edited": (
        "sed -i s/a/b/ /etc/kept",
        "thing: its script would run `sed -i s/a/b/ /etc/kept`, which is not done: see whether it is missed",
    ),
    "a diversion": (
        "dpkg-divert --add --rename /usr/bin/x",
        "thing: its script would run `dpkg-divert --add --rename /usr/bin/x`, which is not done: see whether it is missed",
    ),
    "what has a way out": (
        "locale-gen",
        (
            "thing: its script would run `locale-gen`, which is not done: "
            "set LANG to C.UTF-8, which every image has, or name the package locales-all"
        ),
    ),
    "many": (
        "a; b; c; d",
        "thing: its script would run `a`, `b` and 2 more, which is not done: see whether it is missed",
    ),
    "another language": (
        "#!/usr/bin/perl -w\nprint 1;",
        "thing: its script cannot be read (it is written for perl): what it would do is not done",
    ),
    "no script at all": ("if", "thing: its script cannot be read (it ends too early): what it would do is not done"),
}


@pytest.mark.parametrize(("script", "sentence"), TOLD.values(), ids=TOLD)
def test_tells(script, sentence):
    assert untold(script) == (sentence,)


def test_a_package_that_somebody_has_looked_at_is_not_told_about():
    assert untold("thing-setup; touch /etc/new", "libwrap0") == ()


def test_schemas_are_missed_where_python_may_use_them():
    script = Scripts("libglib2.0-0", postinst="glib-compile-schemas /usr/share/glib-2.0/schemas")
    schema = File("usr/share/glib-2.0/schemas/a.gschema.xml", b"")
    typelib = File("usr/lib/girepository-1.0/Gtk-3.0.typelib", b"")
    assert effects([script], [schema]).untold == ()
    assert "GSettings" in effects([script], [schema, typelib]).untold[0]


def test_accounts_come_of_scripts_and_of_sysusers():
    scripts = Scripts("cron", postinst="addgroup --system crontab", sysusers=("u cron - x /var/spool/cron\n",))
    assert effects([scripts], FILES).accounts == (
        Account("cron", 999, 999, "cron", "/var/spool/cron"),
        Account("crontab", 998, 998, "crontab", "/nonexistent", group_only=True),
    )


def test_debconfs_default_answers_decide():
    templates = "Template: thing/style\nType: select\nDefault: slight\n\nTemplate: thing/other\nDefault: false\n"
    script = 'db_get thing/style; case "$RET" in slight) touch /etc/slight;; *) touch /etc/other;; esac'
    found = effects([Scripts("thing", postinst=script, templates=templates)], FILES)
    assert [entry.path for entry in found.entries] == ["etc/slight"]


def test_one_package_sees_what_another_made():
    first = Scripts("a", postinst="touch /etc/odbcinst.ini")
    second = Scripts("b", postinst="odbcinst -i -d -f /usr/share/odbc/template.ini")
    again = Scripts("c", postinst="odbcinst -i -d -f /usr/share/odbc/template.ini")
    (file,) = effects([first, second, again], FILES).entries
    assert isinstance(file, File)
    assert file.read() == b"[Driver]\nDriver = x.so\n\n"
