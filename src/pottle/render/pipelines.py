"""Continuous integration: GitHub Actions and GitLab CI/CD.

Both do the same: what pottle finds and what it has generated is checked for every change; the image is built and pushed from the main
branch and for tags, and its digest handed on. Layers are found in the registry beside the images: a change may read them, and only
what pushes an image writes them. No job may do more than it does.
"""

import shlex
from dataclasses import dataclass

from pottle import __version__, generated
from pottle.render.yaml_text import Apart, Because, Block, Line, Node, Raw, comment, text

GITHUB = ".github/workflows/image.yaml"
GITLAB = ".gitlab-ci.yml"
KIND = "pipeline"
PROVIDERS = ("github", "gitlab")

CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
RUNNER = "ubuntu-24.04"
PYTHON = "python:3.13.15-trixie"
"""With git: it says which files are the project's. Of 2026-08-21, as `backing.AS_OF`."""

_DISTRIBUTION = f"pottle=={__version__}"
_MINUTES = 20


@dataclass(frozen=True, slots=True)
class Built:
    """What is built: a project, or all of a repository."""

    name: str
    directory: str = ""
    """Or the script, relative to the repository; "" for itself."""
    every: bool = False
    """Every project below the directory."""
    history: bool = False
    """A version is in version control alone."""

    def _flags(self) -> str:
        return "--all " if self.every else ""

    def _place(self) -> str:
        return f" {shlex.quote(self.directory)}" if self.directory else ""

    def refresh(self) -> str:
        """What says whether a generated file is old."""
        return f"pottle generate refresh {self._flags()}--check{self._place()}"

    def build(self, cache: str) -> str:
        """What builds, and pushes nothing."""
        return f'pottle build {self._flags()}--cache-from "{cache}"{self._place()}'

    def push(self, image: str, tag: str, cache: str) -> tuple[str, str]:
        """What builds and pushes, and prints `NAME@DIGEST`: two lines."""
        name = f"{image}/{{name}}" if self.every else image
        return (
            f'pottle build {self._flags()}--push --tag "{name}:{tag}" \\',
            f'  --cache-from "{cache}" --cache-to "{cache}"{self._place()}',
        )

    @property
    def what(self) -> str:
        """For a reader."""
        return "The images of this repository" if self.every else f"The image of {self.name}"


def render(provider: str, built: Built) -> str:
    """The file for one of `PROVIDERS`."""
    flags = f" --provider {provider}{' --all' if built.every else ''}"
    about = (
        f"{built.what}: checked for every change, built and pushed from the main branch and for tags.\n"
        f"By `pottle generate ci{flags}`. Yours to change. {generated.WORD}"
    )
    document = _github(built) if provider == "github" else _gitlab(built)
    return generated.marked("\n".join(comment(about)) + "\n" + text(document), KIND)


# --- GitHub -----------------------------------------------------------------------------------------


def expression_free(line: str) -> str:
    """A text in which GitHub finds no expression."""
    return line.replace("${{", "${{ '${{' }}")


def _github(built: Built) -> dict[str, Node]:
    cancel = Because(
        Raw("${{ github.event_name == 'pull_request' }}"), "What pushes an image is not cut short by the next one."
    )
    return {
        "name": "image",
        "on": {
            "pull_request": None,
            "push": {"branches": Line(["main"]), "tags": Line(["v*"])},
        },
        "permissions": Because({}, "What a job does not ask for, it may not do."),
        "concurrency": {"group": Raw("image-${{ github.ref }}"), "cancel-in-progress": cancel},
        "jobs": Apart({"check": _github_check(built), "push": _github_push(built)}),
    }


def _github_check(built: Built) -> dict[str, Node]:
    pull_request = "github.event_name == 'pull_request'"
    return {
        **_github_job(Line({"contents": "read", "packages": "read"})),
        "steps": [
            *_github_begin(built),
            {"run": "pottle lint --format github"},
            {"run": expression_free(built.refresh())},
            {"if": pull_request, **_github_login()},
            {
                "if": pull_request,
                "run": Because(
                    expression_free(built.build("$IMAGE/cache")), "It reads the cache, and never writes it."
                ),
            },
        ],
    }


def _github_push(built: Built) -> dict[str, Node]:
    first, last = map(expression_free, built.push("$IMAGE", "$GITHUB_REF_NAME", "$IMAGE/cache"))
    lines = [
        f"image=$({first}",
        f"{last})",
        'printf "image<<END\\n%s\\nEND\\n" "$image" >>"$GITHUB_OUTPUT"',
        'printf "    %s\\n" $image >>"$GITHUB_STEP_SUMMARY"',
    ]
    outputs = Because(
        {"image": Raw("${{ steps.push.outputs.image }}")}, "For what deploys it: the name with its digest."
    )
    return {
        "needs": "check",
        "if": "github.event_name == 'push'",
        **_github_job(Line({"contents": "read", "packages": "write"})),
        "outputs": outputs,
        "steps": [*_github_begin(built), _github_login(), {"id": "push", "run": Block(lines)}],
    }


def _github_job(permissions: Line) -> dict[str, Node]:
    return {"runs-on": RUNNER, "timeout-minutes": _MINUTES, "permissions": permissions}


def _github_begin(built: Built) -> list[Node]:
    given: dict[str, Node] = {"persist-credentials": False}
    if built.history:
        given["fetch-depth"] = Because(0, "The version is in the tags.")
    return [
        {"uses": Raw(CHECKOUT), "with": given},
        {"run": f"pipx install {_DISTRIBUTION}"},
    ]


def _github_login() -> dict[str, Node]:
    lines = [
        'echo "$TOKEN" | docker login ghcr.io --username "$GITHUB_ACTOR" --password-stdin',
        'echo "IMAGE=ghcr.io/${GITHUB_REPOSITORY,,}" >>"$GITHUB_ENV"',
    ]
    return {
        "name": "Log in",
        "env": {"TOKEN": Raw("${{ secrets.GITHUB_TOKEN }}")},
        "run": Block(lines),
    }


# --- GitLab -----------------------------------------------------------------------------------------


def _gitlab(built: Built) -> dict[str, Node]:
    merge_request = '$CI_PIPELINE_SOURCE == "merge_request_event"'
    login = (
        """export DOCKER_AUTH_CONFIG="$(printf '{"auths":{"%s":{"auth":"%s"}}}' "$CI_REGISTRY" """
        """"$(printf '%s:%s' "$CI_REGISTRY_USER" "$CI_REGISTRY_PASSWORD" | base64 --wrap=0)")\""""
    )
    variables: dict[str, Node] = {"PIP_ROOT_USER_ACTION": "ignore"}
    if built.history:
        variables["GIT_DEPTH"] = Because("0", "The version is in the tags.")
    cache = "$CI_REGISTRY_IMAGE/cache"
    first, last = built.push("$CI_REGISTRY_IMAGE", "${CI_COMMIT_TAG:-$CI_COMMIT_REF_SLUG}", cache)
    read_only = f'if [ -n "$CI_MERGE_REQUEST_IID" ]; then {built.build(cache)}; fi'
    why = "For what deploys it: IMAGE is the name with its digest."
    return {
        "workflow": {
            "rules": [
                {"if": merge_request},
                {"if": "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"},
                {"if": "$CI_COMMIT_TAG"},
            ]
        },
        ".pottle": {
            "image": PYTHON,
            "timeout": f"{_MINUTES} minutes",
            "variables": variables,
            "before_script": [
                f"pip install --quiet {_DISTRIBUTION}",
                Because(login, "The job's own login, for this job alone."),
            ],
        },
        "check": {
            "extends": ".pottle",
            "stage": "test",
            "interruptible": True,
            "script": [
                "pottle lint --format gitlab >lint.json",
                built.refresh(),
                Because(read_only, "A merge request reads the cache, and never writes it."),
            ],
            "artifacts": {"when": "always", "reports": Line({"codequality": "lint.json"})},
        },
        "push": {
            "extends": ".pottle",
            "stage": "deploy",
            "needs": Line(["check"]),
            "rules": [Line({"if": merge_request, "when": "never"}), Line({"when": "on_success"})],
            "script": [Block([first, f"{last} >images.txt"]), "cat images.txt", *_gitlab_told(built)],
            "artifacts": {
                "paths": Line(["images.txt"]),
                **({} if built.every else {"reports": Because(Line({"dotenv": "image.env"}), why)}),
            },
        },
    }


def _gitlab_told(built: Built) -> list[Node]:
    return [] if built.every else ['echo "IMAGE=$(cat images.txt)" >image.env']
