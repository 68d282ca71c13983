"""A password stands in the compose file.

Whoever can read the repository has it, as long as its history lives; and it is shown by `docker inspect`. Compose takes values from an untracked `.env`
or from the environment (`${NAME:?}`), and mounts secrets as files.

Source: https://docs.docker.com/compose/how-tos/use-secrets/, https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/.

Quiet for what is no secret (`postgres`, `changeme`, the user's own name, a test key of Cloudflare's: `1x00000000…`), in files for development and tests by their names, and for variables.
A password in a URL is told whatever it is where the database reads its own from a file: one of the two is wrong.

Bad:

```yaml
services:
  db:
    image: postgres:17
    environment:
      POSTGRES_PASSWORD: Tr0ub4dor&3
```

Good:

```yaml
services:
  db:
    image: postgres:17
    environment:
      POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?}
```
"""

import re
from collections.abc import Iterator

from pottle.lint.compose import Compose, Entry, Service
from pottle.lint.purposes import for_development
from pottle.lint.rule import Finding, Rule

_NAME = re.compile(
    r"(?:.*_)?(?:PASSWORD|PASSWD|PASS|PWD|SECRET|SECRET_KEY|SECRET_KEY_BASE|TOKEN|API_KEY|APIKEY|PRIVATE_KEY|ACCESS_KEY)",
    re.IGNORECASE,
)
_URL = re.compile(r"[a-z][a-z0-9+.-]*://([^:/@\s]*):([^@\s/]+)@([^:/@\s?]+)")
_NO_SECRET = re.compile(
    r"pass|pwd|secret|root|admin|user|guest|dev|test|local|example|change|insecure|dummy|demo|sample|foo|bar|your|default|placeholder|replace|todo|xxx"
    r"|postgres|mysql|maria|mongo|redis|rabbit|minio|django|flask|1234|abc|qwerty|token|key|none|null|true|false|<|\*\*|\.\.\.|(\w)\1{7}",
    re.IGNORECASE,
)
_SHORTEST = 8


def check(compose: Compose) -> Iterator[Finding]:
    """Every literal that looks like one, and every URL that knows better than a secret."""
    if for_development(compose.path):
        return
    for service in compose.services.values():
        for entry in service.environment():
            if entry.value is None or "$" in entry.value:
                continue
            url = _URL.search(entry.value)
            if url is not None and (other := compose.services.get(url[3])) is not None and _from_file(other):
                yield Finding(
                    entry.span,
                    f"the password of `{url[3]}` stands here, and `{url[3]}` reads its own from a file",
                    hint=_HINT,
                )
            elif url is not None and _secret(service, url[2], url[1]):
                yield Finding(entry.span, "a password stands in the URL: whoever reads the file has it", hint=_HINT)
            elif url is None and _NAME.fullmatch(entry.name) and _secret(service, entry.value):
                yield Finding(entry.span, f"`{entry.name}` stands in the file: whoever reads it has it", hint=_HINT)


_HINT = "take it from an untracked .env (`${NAME:?}`), or mount it: `secrets:`"


def _from_file(service: Service) -> bool:
    return any(entry.name.endswith("PASSWORD_FILE") for entry in service.environment())


def _secret(service: Service, value: str, user: str = "") -> bool:
    """Whether it may keep a secret: long enough, no word that everybody tries, not the name of something around it."""
    around = {
        user.lower(),
        service.name.lower(),
        *(_value(each) for each in service.environment() if not _NAME.fullmatch(each.name)),
    }
    is_word = re.fullmatch(r"[a-z]+|[A-Z]+|[0-9.]+|/.*|https?://.*", value) is not None
    return len(value) >= _SHORTEST and not is_word and value.lower() not in around and not _NO_SECRET.search(value)


def _value(entry: Entry) -> str:
    return (entry.value or "").lower()


RULE = Rule(Compose, "warning", "security", check)
