"""Where cargo would get crates on this machine."""

from pathlib import Path

import pytest

from pottle.errors import ConfigError
from pottle.sources.crates.cargo_config import read

INDEX = "registry+https://git.example/index"
MIRROR = "sparse+https://mirror.example/index/"


def place(tmp_path: Path, config: str, index: str = INDEX, name: str = "config.toml", **environ: str) -> "str | Path":
    (tmp_path / ".cargo").mkdir()
    (tmp_path / ".cargo" / name).write_text(config)
    return read({"HOME": str(tmp_path), **environ}).place(index)


def test_without_a_configuration_it_is_the_index_of_the_lock(tmp_path: Path):
    assert read({"HOME": str(tmp_path)}).place(INDEX) == INDEX
    assert read({}).place(INDEX) == INDEX


def test_a_source_may_be_replaced(tmp_path: Path):
    config = f'[source.crates-io]\nreplace-with = "near"\n[source.near]\nregistry = "{MIRROR}"\n'
    assert place(tmp_path, config) == MIRROR


def test_the_older_name_of_the_file_counts(tmp_path: Path):
    config = f'[source.crates-io]\nreplace-with = "near"\n[source.near]\nregistry = "{MIRROR}"\n'
    assert place(tmp_path, config, name="config") == MIRROR


def test_a_source_may_be_replaced_by_a_registry(tmp_path: Path):
    config = f'[source.crates-io]\nreplace-with = "near"\n[registries.near]\nindex = "{MIRROR}"\n'
    assert place(tmp_path, config) == MIRROR


def test_a_registry_may_be_named_in_the_environment(tmp_path: Path):
    config = '[source.crates-io]\nreplace-with = "near-by"\n'
    assert place(tmp_path, config, CARGO_REGISTRIES_NEAR_BY_INDEX=MIRROR) == MIRROR


def test_a_source_may_be_a_directory_of_crate_files(tmp_path: Path):
    config = '[source.crates-io]\nreplace-with = "near"\n[source.near]\nlocal-registry = "/srv/crates"\n'
    assert place(tmp_path, config) == Path("/srv/crates")


def test_only_the_registry_that_is_meant_is_replaced(tmp_path: Path):
    config = (
        f'[source.crates-io]\nreplace-with = "near"\n[source.near]\nregistry = "{MIRROR}"\n'
        '[registries.own]\nindex = "sparse+https://own.example/"\n'
    )
    assert place(tmp_path, config, "sparse+https://own.example/") == "sparse+https://own.example/"


def test_a_choice_comes_before_all_of_it(tmp_path: Path):
    config = f'[source.crates-io]\nreplace-with = "near"\n[source.near]\nregistry = "{MIRROR}"\n'
    assert place(tmp_path, config, POTTLE_CRATES="/srv/crates") == Path("/srv/crates")


WRONG = {
    "no TOML": ("=", "no configuration of cargo"),
    "a circle": ('[source.crates-io]\nreplace-with = "crates-io"\n', "without end"),
    "unpacked crates": (
        '[source.crates-io]\nreplace-with = "near"\n[source.near]\ndirectory = "/srv"\n',
        "crates that are unpacked",
    ),
}


@pytest.mark.parametrize(("config", "told"), WRONG.values(), ids=WRONG)
def test_what_leads_nowhere_is_one_error(tmp_path: Path, config: str, told: str):
    with pytest.raises(ConfigError, match=told) as raised:
        place(tmp_path, config)
    assert str(raised.value.at).endswith("config.toml")
