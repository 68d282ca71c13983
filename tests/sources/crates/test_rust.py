"""What a source says of Rust."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from pottle.sources.crates.rust import read

PACKAGE = '[package]\nname = "x"\nversion = "0.1.0"\n'


def source(tmp_path: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.mark.parametrize("required", ["maturin>=1,<2", "setuptools-rust", "setuptools_rust>=1.7", "maturin[patchelf]"])
def test_it_is_built_with_rust(tmp_path: Path, required: str):
    assert read(source(tmp_path, {"src/native/Cargo.toml": PACKAGE}), (required,)) is not None


@pytest.mark.parametrize("required", ["setuptools", "maturinx", "setuptools-rusty"])
def test_it_is_not_built_with_rust(tmp_path: Path, required: str):
    assert read(source(tmp_path, {"src/native/Cargo.toml": PACKAGE}), (required,)) is None


def test_a_manifest_at_its_root_is_enough(tmp_path: Path):
    assert read(source(tmp_path, {"Cargo.toml": PACKAGE}), ("scikit-build-core",)) is not None


def test_examples_are_not_what_is_built(tmp_path: Path):
    files = {"examples/one/Cargo.toml": PACKAGE, "examples/one/Cargo.lock": "version = 4\n"}
    assert read(source(tmp_path, files), ("setuptools-rust",)) is None


def test_the_lock_nearest_to_the_root_counts(tmp_path: Path):
    files = {
        "Cargo.toml": PACKAGE,
        "Cargo.lock": "version = 3\n",
        "crates/one/Cargo.toml": PACKAGE,
        "crates/one/Cargo.lock": "version = 4\n",
    }
    found = read(source(tmp_path, files), ("maturin",))
    assert found is not None
    assert found.locks == (tmp_path / "Cargo.lock",)
    assert found.needed == (1, 53)


def test_crates_that_it_brings_along_are_not_its_own(tmp_path: Path):
    files = {
        "Cargo.toml": PACKAGE,
        "include/cargo/y-1.0.0/Cargo.toml": '[package]\nrust-version = "1.99"\n',
        "include/cargo/y-1.0.0/Cargo.lock": "",
        "include/cargo/y-1.0.0/.cargo-checksum.json": "{}",
        ".cargo/config.toml": '[source.crates-io]\nreplace-with = "v"\n[source.v]\ndirectory = "include/cargo"\n',
    }
    found = read(source(tmp_path, files), ("maturin",))
    assert found is not None
    assert (found.vendored, found.locks, found.needed) == (True, (), None)


def test_registries_that_it_names(tmp_path: Path):
    files = {
        "Cargo.toml": PACKAGE,
        ".cargo/config.toml": '[registries.own]\nindex = "sparse+https://own.example/"\n',
    }
    found = read(source(tmp_path, files), ("maturin",))
    assert found is not None
    assert (found.vendored, found.indexes) == (False, ("sparse+https://own.example/",))


@pytest.mark.parametrize(
    ("manifest", "lock", "needed"),
    [
        ('[package]\nrust-version = "1.83"\n', "version = 4\n", (1, 83)),
        ('[package]\nrust-version = "1.56.1"\n', "version = 4\n", (1, 78)),
        ('[package]\nedition = "2024"\n', "version = 3\n", (1, 85)),
        ('[workspace.package]\nrust-version = "1.88"\n', "version = 4\n", (1, 88)),
        ("[package]\nrust-version = { workspace = true }\n", "", None),
        ("workspace = 1\npackage = 2\n", "version = [4]\n", None),
        ("=", "=", None),
    ],
)
def test_how_new_a_rust_it_needs(tmp_path: Path, manifest: str, lock: str, needed: "tuple[int, int] | None"):
    found = read(source(tmp_path, {"Cargo.toml": manifest, "Cargo.lock": lock}), ("maturin",))
    assert found is not None
    assert found.needed == needed


def test_links_are_not_followed(tmp_path: Path):
    (tmp_path / "secret").write_text('[package]\nrust-version = "1.99"\n')
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/Cargo.toml").symlink_to(tmp_path / "secret")
    assert read(tmp_path / "tree", ("maturin",)) is None
