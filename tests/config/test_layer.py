"""Where options come from, which place wins, and that every mistake is told at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pottle.config.layer import Layer, Setting, from_environment, from_flags, from_pottle_toml, from_pyproject
from pottle.config.options import EPOCH, Options, ProcessOptions
from pottle.errors import ConfigError
from pottle.text import Location


def file(text: str) -> Layer:
    return from_pyproject(f"[tool.pottle]\n{text}")


def message(layer: Layer) -> str:
    with pytest.raises(ConfigError) as caught:
        layer.options()
    return str(caught.value)


def test_nothing_said_gives_the_defaults():
    options = Layer().options()
    assert options == Options()
    assert (options.optimize, options.variant, options.epoch, options.command) == ("speed", "default", EPOCH, None)


def test_flags_outrank_the_environment_and_it_the_file():
    layers = [
        file('python = "3.11"\nport = 1\nbase = "bookworm"'),
        from_environment({"POTTLE_PYTHON": "3.12", "POTTLE_PORT": "2"}),
    ]
    options = (layers[0] | layers[1] | from_flags({"python": "3.13", "port": None})).options()
    assert (options.python, options.port, options.base) == ("3.13", 2, "bookworm")
    assert {name: str(at) for name, at in options.origins.items()} == {
        "python": "--python",
        "port": "POTTLE_PORT",
        "base": "pyproject.toml:4",
    }


def test_mappings_are_merged_name_by_name():
    layer = file('env = { A = "1", B = "2" }') | from_environment({"POTTLE_ENV": "B=3 C='4 5'"})
    assert layer.options().env == (("A", "1"), ("B", "3"), ("C", "4 5"))


def test_pottle_toml_has_the_same_keys_at_the_top():
    assert from_pottle_toml('packages = ["libpq5"]\nallow-expired = ["forky"]').options() == Options(
        packages=("libpq5",), allow_expired=("forky",)
    )


def test_every_key_is_read():
    text = """
    base = "debian:trixie"
    python = "3.13"
    platforms = ["linux/amd64", "linux/arm64"]
    command = ["python", "-m", "x"]
    port = 9000
    app = "x.y:app"
    lockfile = "poetry.lock"
    optimize = "size"
    compression = "zstd"
    compile = "nuitka"
    variant = "debug"
    packages = ["libpq5"]
    build-packages = ["libpq-dev"]
    strict = true
    extras = ["fast"]
    groups = ["prod"]
    volumes = ["/data", "/app/media"]
    source-builds = ["natural"]
    labels = { "a.b" = "c" }
    env = { X = "" }
    build-env = { SECRET_KEY = "x" }
    collectstatic = false
    compilemessages = false
    exclude = ["*.md", "!a.md"]
    keep = ["numpy/_core/include"]
    mirror = "http://mirror.example/debian"
    debs = "vendor/debs"
    locked = true
    allow-expired = ["forky"]
    process = { worker = { command = "x" } }
    step = { messages = { command = "x", outputs = ["locale"] } }
    lint = { ignore = ["size"] }
    cache-from = ["registry.example/cache"]
    cache-to = "registry.example/cache"
    """
    assert set(file(text).options().origins) == set(Options.__slots__) - {"epoch", "origins"}


VARIABLES = {
    "words": ({"POTTLE_COMMAND": "python -c 'print(1)'"}, "command", ("python", "-c", "print(1)")),
    "a list with commas": (
        {"POTTLE_PLATFORMS": "linux/amd64,linux/arm64"},
        "platforms",
        ("linux/amd64", "linux/arm64"),
    ),
    "a switch": ({"POTTLE_STRICT": "1"}, "strict", True),
    "a switch that is off": ({"POTTLE_STRICT": "no"}, "strict", False),
    "a list with blanks": ({"POTTLE_PACKAGES": "libpq5 libgomp1"}, "packages", ("libpq5", "libgomp1")),
    "an empty one": ({"POTTLE_BASE": ""}, "base", None),
    "the epoch": ({"SOURCE_DATE_EPOCH": "1700000000"}, "epoch", 1_700_000_000),
    "somebody else's": ({"POTTLE_SERVICE_HOST": "10.0.0.1"}, "base", None),
}


@pytest.mark.parametrize(("environ", "name", "value"), VARIABLES.values(), ids=VARIABLES)
def test_variables(environ, name, value):
    assert getattr(from_environment(environ).options(), name) == value


MISTAKES = {
    'pyton = "3.13"': "unknown key `pyton` (hint: did you mean `python`?)",
    'allow_expired = ["forky"]': "unknown key `allow_expired` (hint: did you mean `allow-expired`?)",
    "port = 0": "`port`: expected `int` >= 1 (hint: The port that the application listens on.)",
    'port = "80"': "`port`: expected `int`, got `str` (hint: The port that the application listens on.)",
    'optimize = "fast"': '`optimize`: invalid enum value \'fast\' (hint: "speed", or "size" without bytecode, tests, headers, stubs and symbols: smaller, slower to start.)',
    "command = []": "`command`: expected `array` of length >= 1 (hint: The container's argv, in place of what the code suggests.)",
}


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_has_its_line_and_a_way_out(text):
    assert message(file(text)) == f"pyproject.toml:2: {MISTAKES[text]}"


REFUSED = [
    'python = "three"', 'platforms = ["windows/amd64"]', 'packages = ["libpq5; rm -rf /"]', 'mirror = "http://u:p@mirror.example"',
    'env = { "A=B" = "c" }', "env = { A = 1 }", 'app = "a b"', 'base = "Debian!"', 'groups = "prod"',
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_a_value_that_cannot_be_is_refused(text):
    assert message(file(text)).startswith("pyproject.toml:2: `")


@pytest.mark.parametrize(
    "environ",
    [
        {"POTTLE_PORT": "eighty"},
        {"POTTLE_COMMAND": "'"},
        {"POTTLE_STRICT": "perhaps"},
        {"POTTLE_ENV": "A"},
        {"POTTLE_PLATFORM": "x"},
        {"SOURCE_DATE_EPOCH": "-1"},
    ],
)
def test_a_variable_that_cannot_be_is_refused(environ):
    assert message(from_environment(environ)).startswith(f"{next(iter(environ))}: ")


PROCESSES = """
[tool.pottle.process.worker]
command = ["celery", "-A", "x"]

[tool.pottle.process.clean]
command = "a && b"
schedule = "@daily"
"""


def test_processes_are_tables_by_name():
    found = dict(from_pyproject(PROCESSES).options().process)
    assert found["worker"] == ProcessOptions(("celery", "-A", "x"))
    assert found["clean"] == ProcessOptions("a && b", "@daily")
    assert {name: str(process.at) for name, process in found.items()} == {
        "clean": "pyproject.toml:5",
        "worker": "pyproject.toml:2",
    }


def test_processes_of_several_files_are_merged_by_name():
    both = from_pyproject(PROCESSES) | from_pottle_toml('[process.worker]\ncommand = "y"\n')
    assert [(name, process.command) for name, process in both.options().process] == [
        ("clean", "a && b"),
        ("worker", "y"),
    ]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('comand = "x"\ncommand = "y"', "pyproject.toml:3: unknown key `comand` (hint: did you mean `command`?)"),
        ('schedule = "@daily"', "pyproject.toml:2: the process p has no command"),
        ("command = 3", "pyproject.toml:3: `command`: expected `str | array`, got `int`"),
        ("command = []", "pyproject.toml:3: `command`: it runs nothing"),
        ('command = ""', "pyproject.toml:3: `command`: it runs nothing"),
        ('command = "x"\nschedule = "at night"', "pyproject.toml:4: `schedule` cannot be at night"),
        ('command = "x"\nschedule = "* * * *"', "pyproject.toml:4: `schedule` cannot be * * * *"),
    ],
)
def test_a_process_that_cannot_be_is_refused(text: str, what: str):
    assert message(from_pyproject(f"\n[tool.pottle.process.p]\n{text}\n")).startswith(what)


@pytest.mark.parametrize("text", ["process = 3", 'process = { "a b" = { command = "x" } }', "process = { a = 3 }"])
def test_what_is_no_table_of_processes_is_refused(text: str):
    assert message(file(text)).startswith("pyproject.toml:2: `process`")


def test_all_mistakes_are_told_at_once():
    layer = file('pyton = "3.13"\nport = 0') | from_environment({"POTTLE_PORT": "x"}) | from_flags({"base": "!"})
    assert [line.split(":")[0] for line in message(layer).splitlines()] == [
        "pyproject.toml",
        "pyproject.toml",
        "POTTLE_PORT",
        "--base",
    ]


def test_a_pottle_toml_that_is_no_toml_is_an_error():
    assert message(from_pottle_toml("base = \n")).startswith("pottle.toml:1: this is not TOML")


def test_a_pyproject_that_is_no_toml_is_not_this_rooms_business():
    assert from_pyproject("[") == Layer()


def test_what_the_linter_is_told():
    text = """
    [tool.pottle.lint]
    select = ["size"]
    severity = { size = "info" }
    per-file-ignores = { "Dockerfile.dev" = ["runs-as-root"] }
    """
    lint = from_pyproject(text).options().lint
    assert (lint.select, lint.severity) == (("size",), (("size", "info"),))
    assert lint.per_file_ignores == (("Dockerfile.dev", ("runs-as-root",)),)
    assert str(lint.origins["severity"]) == "pyproject.toml:4"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("selct = []", "pyproject.toml:2: unknown key `selct` (hint: did you mean `select`?)"),
        ('severity = { size = "loud" }', "pyproject.toml:2: `severity`"),
        ('ignore = "size"', "pyproject.toml:2: `ignore`"),
    ],
)
def test_what_the_linter_is_told_wrongly(text, said):
    assert message(from_pyproject(f"[tool.pottle.lint]\n{text}\n")).startswith(said)


def test_a_table_that_is_none_is_an_error():
    assert message(from_pyproject("[tool]\npottle = 3\n")).startswith("pyproject.toml:2: this has to be a table")


LAYERS = st.builds(
    lambda ports, env: Layer(
        {
            **({"port": Setting(ports, Location("a"))} if ports else {}),
            **({"env": Setting(env, Location("b"))} if env else {}),
        }
    ),
    st.integers(0, 3),
    st.dictionaries(st.sampled_from("ABC"), st.sampled_from("xyz")),
)


@given(LAYERS, LAYERS, LAYERS)
def test_layers_are_a_monoid(a: Layer, b: Layer, c: Layer):
    assert ((a | b) | c).settings == (a | (b | c)).settings
    assert (Layer() | a).settings == a.settings == (a | Layer()).settings


def test_steps_are_tables_by_name():
    text = '[tool.pottle.step.b]\ncommand = "x y"\noutputs = ["l"]\n[tool.pottle.step.a]\ncommand = ["x"]\noutputs = ["/d"]\n'
    found = from_pyproject(text).options().step
    assert [(name, step.command, step.outputs, str(step.at)) for name, step in found] == [
        ("a", ("x",), ("/d",), "pyproject.toml:4"),
        ("b", "x y", ("l",), "pyproject.toml:1"),
    ]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('command = "x"', "pyproject.toml:2: the step s has no outputs"),
        ('outputs = ["l"]', "pyproject.toml:2: the step s has no command"),
        ('command = ""\noutputs = ["l"]', "pyproject.toml:3: `command`: it runs nothing"),
        ('command = "x"\noutputs = []', "pyproject.toml:4: `outputs`"),
        ('command = "x"\noutputs = ["l"]\nshell = true', "pyproject.toml:5: unknown key `shell`"),
    ],
)
def test_a_step_that_cannot_be_is_refused(text: str, what: str):
    assert message(from_pyproject(f"\n[tool.pottle.step.s]\n{text}\n")).startswith(what)
