"""Named projects in other styles than the usual one: what the goldens show, and what every check of Dockerfiles is run on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pottle.render.style import Style


@dataclass(frozen=True)
class Variant:
    """A project of `tests/cases`, and how its Dockerfile is written."""

    case: str
    style: Style
    options: Mapping[str, object] = field(default_factory=dict)


_DEV, _NATIVE = Style(dev=True), Style(native=True)
_SINGLE, _HOUSE = Style(layout="single-stage"), Style(layout="wheel-house")
VARIANTS: Mapping[str, Variant] = {
    "alpine": Variant("plain-script", Style(), {"base": "python:3.13-alpine3.22"}),
    "dev-lists": Variant("pipenv-flask", _DEV),
    "dev-packaged": Variant("fastapi-packaged", _DEV),
    "dev-requirements": Variant("requirements-folder", _DEV),
    "dev-workspace": Variant("uv-workspace-member", _DEV),
    "house-packaged": Variant("fastapi-packaged", _HOUSE),
    "house-sources": Variant("git-dependency", _HOUSE),
    "native-pdm": Variant("pdm-groups", _NATIVE),
    "native-pip": Variant("requirements-hashed", _NATIVE),
    "native-pipenv-single": Variant("pipenv-flask", Style(native=True, layout="single-stage")),
    "native-poetry-dev": Variant("poetry-groups-and-extras", Style(native=True, dev=True)),
    "official-image": Variant("fastapi-packaged", Style("python:3.13-slim-trixie", ("ca", "netrc"))),
    "single-django": Variant("django-static-root", _SINGLE),
    "single-packaged": Variant("fastapi-packaged", _SINGLE),
    "single-workspace": Variant("uv-workspace-member", _SINGLE),
}
