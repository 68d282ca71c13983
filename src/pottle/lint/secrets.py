"""What a secret looks like: names of variables and of files, values that are none, and how a build is given one."""

import re

from pottle.dockerfile.stages import Step
from pottle.errors import PottleError
from pottle.lint.build import Build
from pottle.lint.project import Project
from pottle.lint.rule import Edit, Fix
from pottle.text import Span

# Patterns as texts: `re` compiles those that are asked for, and a Dockerfile without a suspect asks for few.
_NAMES = (
    r"(?i)"
    r"(?:.*_)?(?:API_?KEY|ACCESS_KEY|SECRET_KEY|PRIVATE_KEY|ENCRYPTION_KEY|SIGNING_KEY|MASTER_KEY|SECRET|PASSWORD|PASSWD|PASSPHRASE|"
    r"TOKEN|CREDENTIALS?|(?<=_)PASS|(?<=_)PAT)"
)
_PUBLIC = r"(?i)(?:^|_)(?:PUBLIC|PUBLISHABLE)(?:_|$)|^(?:VITE|REACT_APP|VUE_APP|GATSBY)_"
_PLACEHOLDER = (
    r"(?is)"
    r"(?:.*(?:change.?me|dummy|fake|example|placeholder|replace|insecure|build|collectstatic|not.?(?:a.?)?(?:real|secret)|"
    r"unused|your|todo|set.?me|temp|default|random|ignore|anything|whatever|please|test|local|dev|sample|mock|foo|bar).*|"
    r"none|null|nil|false|true|yes|no|on|off|secret.?(?:key)?|password|passwd|pass|pw|token|key|x+|y+|\*+|\.+|-+|<.*>|\d{1,5}|abc\w{0,5}|"
    r"guest|user|admin|root|postgres|mysql|redis)"
)
"""Values that are there so that something can be built or tried."""
_PATHLIKE = r"(?:/|\./|~/|file:|https?://)\S*"
_PRIVATE_NAMES = (
    r"(?:\.env|\.env\.(?:local|prod|production|staging|live|secret|secrets)|\.pypirc|\.netrc|_netrc|\.git-credentials|\.pgpass|\.vault-token"
    r"|id_(?:rsa|dsa|ecdsa|ed25519)|[\w.-]+\.(?:p12|pfx|jks|keystore)|client_secret[\w.-]*\.json|[\w.-]*service[-_]?account[\w.-]*\.json)"
)
_BEGINNINGS = (
    ".env", ".pypirc", ".netrc", "_netrc", ".git-credentials", ".pgpass", ".vault-token", ".npmrc", "id_", "credentials",
)  # fmt: skip
_ENDS = (".p12", ".pfx", ".jks", ".keystore", ".json", ".pem", ".key", ".env", "pip.conf", "pip.ini", ".toml")
"""How the names of either kind begin or end."""
_MAY_BE_PRIVATE = r"(?:[\w.-]+\.(?:pem|key|env)|\.env[\w.-]*|pip\.conf|pip\.ini|\.npmrc|uv\.toml|secrets\.toml|credentials|config\.json)"
_SAMPLE = r"(?:^|[._-])(?:example|sample|template|tmpl|tpl|dist|defaults?|test|tests|testing|ci|dev|development|schema|docs?|dummy)(?:[._-]|$)"
_ASIDE = (
    r"(?i)"
    r"(?:^|/)(?:tests?|testing|testdata|fixtures?|examples?|samples?|docs?|demo|node_modules|site-packages|e2e|spec)/"
)
_PRIVATE_KEY = r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"
_LOGIN = r"https?://[^/\s:@$]*:[^/\s@$]+@|_authToken\s*=\s*[^$\s]|_password\s*=\s*[^$\s]"
_ASSIGNED = r"(?m)^\s*(?:export\s+)?([A-Za-z_]\w*)\s*[=:]\s*(.*?)\s*$"
_NO_VARIABLES = r":1\.[0-9](?:[.@-]|$)"
"""Versions of the Dockerfile frontend in which a secret is no variable: `env=` came with 1.10."""
_KEYED = r'"private_key"\s*:\s*"-----BEGIN|"client_secret"\s*:\s*"[^"]{8,}"|"auths?"\s*:'


def is_secret_name(name: str) -> bool:
    """Whether a variable of that name holds a secret: `GITHUB_TOKEN`, not `TOKEN_LIFETIME` and not `TOKEN_FILE`."""
    return re.fullmatch(_NAMES, name) is not None and re.search(_PUBLIC, name) is None


def is_real(value: str) -> bool:
    """Whether a value is more than something that stands in for one."""
    text = value.strip().strip("'\"")
    return (
        len(text) >= 4
        and not re.fullmatch(_PLACEHOLDER, text)
        and not re.fullmatch(_PATHLIKE, text)
        and "$" not in text
    )


def is_sample(path: str) -> bool:
    """Whether a file is there to be looked at or tested with, by its name and its place: `.env.example`, `tests/key.pem`."""
    return bool(re.search(_SAMPLE, path.rpartition("/")[2]) or re.search(_ASIDE, path))


def holds_secret(project: Project, path: str) -> bool:
    """Whether a file of the context is private by its name, and by what stands in it where it can be read."""
    name = path.rpartition("/")[2]
    if not name.startswith(_BEGINNINGS) and not name.endswith(_ENDS):
        return False  # of ten thousand files nearly all
    known, maybe = re.fullmatch(_PRIVATE_NAMES, name), re.fullmatch(_MAY_BE_PRIVATE, name)
    if (not known and not maybe) or is_sample(path):
        return False
    try:
        text = project.tree.read(path)
    except PottleError:
        return False
    if text is None:  # it is not in the repository: what is private seldom is
        return known is not None
    if not text.strip():
        return False
    if re.search(_PRIVATE_KEY, text) or re.search(_LOGIN, text) or re.search(_KEYED, text):
        return True
    if name.startswith(".env") or name.endswith((".env", ".toml")) or name in ("credentials", ".pypirc"):
        return any(is_secret_name(found[1]) and is_real(found[2]) for found in re.finditer(_ASSIGNED, text))
    return known is not None and not name.endswith(".json")


def as_mount(build: Build, step: Step, name: str) -> Fix | None:
    """Give a RUN the value of a build argument as a secret: where it is the only one that has it, and the ARG says nothing else."""
    stage = build.stage_of(step)
    argument = next(
        (
            each
            for each in stage.steps
            if each.instruction.name == "ARG" and [pair.name for pair in each.instruction.pairs] == [name]
        ),
        None,
    )
    if argument is None or argument.instruction.pairs[0].value is not None:
        return None
    if any(each.name == "syntax" and re.search(_NO_VARIABLES, each.value) for each in build.dockerfile.directives):
        return None
    users = [each for each in build.steps if each is not argument and _names(build, each, name)]
    if users != [step] or step.instruction.name != "RUN":
        return None
    line = build.source.line_span(build.source.position(argument.instruction.span.start).line)
    if build.source.at(line).strip() != build.source.at(argument.instruction.span).strip():
        return None
    at = step.instruction.keyword.end
    mount = f" --mount=type=secret,id={name},env={name}"
    return Fix(f"mount {name} as a secret", (Edit(line, ""), Edit(Span(at, at), mount)), safe=False)


def _names(build: Build, step: Step, name: str) -> bool:
    return re.search(rf"(?<!\w){name}(?!\w)", build.source.at(step.instruction.whole)) is not None


def mounted_as(build: Build, step: Step, name: str) -> bool:
    """Whether a variable of a RUN comes of a secret mount."""
    return any(
        mount.kind == "secret" and "env" in mount.fields and mount.fields["env"].value == name
        for mount in build.mounts(step)
    )
