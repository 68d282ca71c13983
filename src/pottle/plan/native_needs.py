"""Distributions that need a Debian package at run time which no wheel can bring: a program that they run, a library that they load.

Each row was measured: the wheel in a slim image of its suite, imported and used before and after the package was installed (July to
November 2026; the names in each suite, November 2026). What a wheel's machine code is linked with can be seen in the wheel and is not
for a table; the few of that kind that are here fail on import. The table is to be replaced by that analysis.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from pottle.plan.bases import Base
from pottle.plan.system import Need

_AFTER_2038 = ("trixie", "forky", "noble")
"""Suites in which libraries with a 64-bit time_t have names of their own (Debian's t64 transition, 2024)."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one distribution needs."""

    packages: tuple[str, ...]
    because: str
    direct: bool = False
    """Only where the project itself asks for the distribution: others that depend on it do without."""
    unless: tuple[str, ...] = ()
    """Distributions beside which it does not need them."""


_CAIRO = "it loads libcairo"
_BRINGERS = ("streamlit", "mlflow", "mlflow-skinny", "wandb", "dvc", "bandit", "gradio")
"""What depends on GitPython and does without git."""

ROWS: Mapping[str, Row] = {
    # programs that are run
    "gitpython": Row(("git",), "it runs git", direct=True, unless=_BRINGERS),
    "pydub": Row(("ffmpeg",), "it runs ffmpeg", direct=True),
    "ffmpeg-python": Row(("ffmpeg",), "it runs ffmpeg", direct=True),
    "pytesseract": Row(("tesseract-ocr",), "it runs tesseract", direct=True),
    "ocrmypdf": Row(("tesseract-ocr", "ghostscript"), "it runs tesseract and ghostscript", direct=True),
    "pdf2image": Row(("poppler-utils",), "it runs pdftoppm", direct=True),
    "graphviz": Row(("graphviz",), "it runs dot", direct=True),
    "pypandoc": Row(("pandoc",), "it runs pandoc", direct=True, unless=("pypandoc-binary",)),
    "python-gnupg": Row(("gpg",), "it runs gpg", direct=True),
    "jpype1": Row(("default-jre-headless",), "it loads a Java virtual machine", direct=True),
    # libraries that are loaded by name
    "cairocffi": Row(("libcairo2",), _CAIRO),
    "cairosvg": Row(("libcairo2",), _CAIRO),
    "weasyprint": Row(("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"), "it loads Pango and HarfBuzz"),
    "python-magic": Row(("libmagic1",), "it loads libmagic"),
    "pyzbar": Row(("libzbar0",), "it loads libzbar"),
    "wand": Row(("libmagickwand",), "it loads MagickWand"),
    "pyvips": Row(("libvips42",), "it loads libvips", unless=("pyvips-binary",)),
    "sounddevice": Row(("libportaudio2",), "it loads PortAudio"),
    "pyenchant": Row(("libenchant-2-2",), "it loads Enchant"),
    "pyttsx3": Row(("libespeak-ng1",), "it loads eSpeak NG"),
    "pyusb": Row(("libusb-1.0-0",), "it loads libusb"),
    "pylibdmtx": Row(("libdmtx0",), "it loads libdmtx"),
    "psycopg": Row(("libpq5",), "it loads libpq", unless=("psycopg-binary",)),
    # libraries that the machine code is linked with
    "psycopg-c": Row(("libpq5",), "it is linked with libpq"),
    "psycopg2": Row(("libpq5",), "it is linked with libpq"),
    "mysqlclient": Row(("libmariadb3",), "it is linked with libmariadb"),
    "python-ldap": Row(("libldap2",), "it is linked with libldap"),
    "pyodbc": Row(("libodbc2",), "it is linked with libodbc"),
    "lightgbm": Row(("libgomp1",), "it is linked with libgomp"),
    "rasterio": Row(("libexpat1",), "it is linked with libexpat"),
    "fiona": Row(("libexpat1",), "it is linked with libexpat"),
    "osmium": Row(("libexpat1",), "it is linked with libexpat"),
    "pyuwsgi": Row(("libexpat1",), "it is linked with libexpat"),
    "opencv-python": Row(
        ("libxcb1", "libgl1", "libglib2.0-0"), "it is linked with OpenGL; opencv-python-headless needs none of them"
    ),
}

_T64 = frozenset({"libmagic1", "libzbar0", "libvips42", "libglib2.0-0", "libdmtx0"})
_NAMES: Mapping[str, Mapping[str, str]] = {
    "libdmtx0": {"bookworm": "libdmtx0b", "jammy": "libdmtx0b"},
    "libldap2": {"bookworm": "libldap-2.5-0", "jammy": "libldap-2.5-0"},
    "libharfbuzz-subset0": {"jammy": "libharfbuzz0b"},
    "libmagickwand": {
        "trixie": "libmagickwand-7.q16-10",
        "forky": "libmagickwand-7.q16-10",
        "noble": "libmagickwand-6.q16-7t64",
        "bookworm": "libmagickwand-6.q16-6",
        "jammy": "libmagickwand-6.q16-6",
    },
}
"""Packages whose name differs by suite."""


def needs(held: Mapping[str, str | None], direct: Collection[str], base: Base) -> Iterator[Need]:
    """What the distributions of an environment need on `base`; `direct` are those that the project asks for."""
    for name in sorted(held.keys() & ROWS.keys()):
        row = ROWS[name]
        if (row.direct and name not in direct) or any(other in held for other in row.unless):
            continue
        packages = tuple(named(package, base.suite) for package in row.packages)
        yield Need(packages, "packages", " ".join(packages), f"{name}: {row.because}", held[name])


def named(package: str, suite: str) -> str:
    """A package as the suite calls it."""
    found = _NAMES.get(package, {}).get(suite)
    if found is not None:
        return found
    return f"{package}t64" if package in _T64 and suite in _AFTER_2038 else package
