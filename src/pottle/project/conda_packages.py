"""Which of conda's packages are what on a package index: most have one of the same name, but nobody promises that.

Only what is known is translated. What belongs to the interpreter comes with the image; what exists in conda alone is refused.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet

INTERPRETERS = frozenset(
    {
        "python", "python_abi", "pip", "setuptools", "wheel", "conda", "mamba", "nomkl", "_libgcc_mutex", "_openmp_mutex",
        "blas", "bzip2", "ca-certificates", "icu", "ld_impl_linux-64", "ld_impl_linux-aarch64", "libblas", "libcblas",
        "libexpat", "libffi", "libgcc", "libgcc-ng", "libgfortran", "libgfortran-ng", "libgfortran5", "libgomp", "liblapack",
        "liblzma", "libmpdec", "libnsl", "libopenblas", "libsqlite", "libstdcxx", "libstdcxx-ng", "libuuid", "libxcrypt",
        "libzlib", "ncurses", "openblas", "openssl", "readline", "sqlite", "tk", "tzdata", "xz", "zlib",
    }
)  # fmt: skip
"""The interpreter, its libraries, what installs packages, and the libraries that wheels bring themselves."""

_SAME = frozenset(
    {
        "aiofiles", "aiohttp", "alembic", "altair", "anyio", "arrow", "asyncpg", "attrs", "babel", "bcrypt", "beautifulsoup4",
        "black", "blinker", "bokeh", "boto3", "botocore", "bottleneck", "cachetools", "celery", "certifi", "cffi", "chardet",
        "charset-normalizer", "click", "cloudpickle", "colorama", "cryptography", "cycler", "cython", "datasets", "django",
        "djangorestframework", "duckdb", "falcon", "fastapi", "fastparquet", "filelock", "flask", "flask-cors",
        "flask-sqlalchemy", "fsspec", "gensim", "gradio", "greenlet", "grpcio", "gunicorn", "h11", "h5py", "httpcore", "httpx",
        "huggingface_hub", "hypercorn", "idna", "imageio", "ipykernel", "ipython", "itsdangerous", "jinja2", "joblib",
        "jsonschema", "jupyterlab", "keras", "kiwisolver", "lightgbm", "litestar", "llvmlite", "loguru", "lxml", "mako",
        "markdown", "markupsafe", "marshmallow", "matplotlib", "mlflow", "multidict", "mypy", "networkx", "nltk", "notebook",
        "numba", "numexpr", "numpy", "openpyxl", "orjson", "packaging", "pandas", "paramiko", "passlib", "patsy", "pendulum",
        "pillow", "platformdirs", "plotly", "polars", "prometheus_client", "protobuf", "psutil", "pyarrow", "pycparser",
        "pydantic", "pydantic-core", "pydantic-settings", "pygments", "pyjwt", "pymongo", "pymysql", "pyparsing", "pyramid",
        "pytest", "python-dateutil", "python-dotenv", "python-multipart", "pytz", "pyyaml", "pyzmq", "quart", "redis", "regex",
        "requests", "rich", "ruamel.yaml", "ruff", "s3fs", "safetensors", "sanic", "scikit-image", "scikit-learn", "scipy",
        "scrapy", "seaborn", "sentence-transformers", "sentencepiece", "shapely", "simplejson", "six", "sniffio", "spacy",
        "sqlalchemy", "sqlmodel", "starlette", "statsmodels", "streamlit", "sympy", "tabulate", "tenacity", "tensorboard",
        "tensorflow", "threadpoolctl", "tokenizers", "toml", "tomli", "toolz", "tornado", "tqdm", "transformers", "typer",
        "typing-extensions", "typing_extensions", "tzlocal", "ujson", "urllib3", "uvicorn", "uvloop", "waitress", "watchfiles",
        "websockets", "werkzeug", "wtforms", "xarray", "xgboost", "xlrd", "xlsxwriter", "xmltodict", "yarl", "zstandard",
    }
)  # fmt: skip

_RENAMED: Mapping[str, str] = {
    "dash": "dash",
    "dask": "dask[complete]",
    "dask-core": "dask",
    "matplotlib-base": "matplotlib",
    "msgpack-python": "msgpack",
    "psycopg2": "psycopg2-binary",
    "py-xgboost": "xgboost",
    "pytables": "tables",
    "python-graphviz": "graphviz",
    "pytorch": "torch",
    "seaborn-base": "seaborn",
    "snappy-python": "python-snappy",
    "uvicorn-standard": "uvicorn[standard]",
}
"""conda's name → that of the distribution."""

Answer: TypeAlias = Requirement | Literal["interpreter", "unknown"]

_SPEC = re.compile(
    r"(?:[\w./-]+::)?(?P<name>[A-Za-z0-9_][\w.-]*)\s*(?:\[(?P<keys>[^\]]*)\]|(?P<version>[=<>!~\d].*))?", re.DOTALL
)
_KEYED = re.compile(r"""version\s*=\s*["']?([^"',\]]+(?:,[<>=!][^"',\]]+)*)["']?""")


class InvalidSpec(ValueError):
    """The text is no match specification of conda, or one that no requirement says."""


def requirement(spec: str) -> Answer:
    """What a match specification is on a package index. Raises `InvalidSpec`."""
    match = _SPEC.fullmatch(spec.strip())
    if match is None:
        raise InvalidSpec(f"{spec!r} is no specification of a package")
    name = match["name"].lower()
    if name in INTERPRETERS:
        return "interpreter"
    distribution = _RENAMED.get(name, name if name in _SAME else None)
    if distribution is None:
        return "unknown"
    keyed = _KEYED.search(match["keys"] or "")
    version = ",".join(_specifiers((match["version"] or "").strip() or (keyed[1] if keyed else "")))
    try:
        return Requirement(f"{distribution}{SpecifierSet(version)}")
    except (InvalidSpecifier, InvalidRequirement):
        raise InvalidSpec(f"{spec!r} has a version that no requirement can say") from None


def _specifiers(version: str) -> Iterator[str]:
    """`=1.2` is `==1.2.*`, `1.2` exactly that, `=1.2=build` exactly that version; comparisons stay."""
    for part in filter(None, (part.strip() for part in version.split(","))):
        if re.match(r"[<>!~]", part):
            yield part.replace(" ", "")
            continue
        fuzzy = re.match(r"=(?!=)", part) is not None
        number, _, build = part.lstrip("= ").partition("=")
        number = number.strip().partition(" ")[0]
        if number == "*":
            continue
        yield f"=={number}.*" if fuzzy and not build and not number.endswith("*") else f"=={number}"
