"""Compose files (compose-spec): one for a developer's machine, and one for a host in production.

`compose.yaml` builds the generated Dockerfile, puts the working copy over the image's files and reloads. `compose.prod.yaml` stands
alone, since what development adds (mounts, ports, builds) could only be taken back by an override: it runs an image by its digest, with
nothing allowed that the program does not need.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from pottle import generated
from pottle.plan.model import ImagePlan, ProcessPlan
from pottle.plan.places import APP
from pottle.project.variables import Variable
from pottle.render import backing, reload
from pottle.render.backing import Address, Implied
from pottle.render.deployment import Deployment, volumes
from pottle.render.steps import steps
from pottle.render.yaml_text import Anchor, Apart, Because, Line, Node, Raw, comment, text

NAME = "compose.yaml"
PRODUCTION = "compose.prod.yaml"
KIND = "compose"

_DIGEST = "…@sha256:…"
_BUILD_SECRETS = {"ca": "${CA_BUNDLE:-/etc/ssl/certs/ca-certificates.crt}", "netrc": "${NETRC:-~/.netrc}"}
_COMPILED = ("maturin", "scikit_build_core", "mesonpy", "py_build_cmake", "sipbuild", "enscons")
"""Backends of packages that Python cannot run from their sources."""
_LOGS = Because(Line({"driver": "local"}), "Rotated and compressed: Docker's default fills the disk.")
_ENTRYPOINT_CAPABILITIES = ("CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID")
"""What the official images' entrypoints need to hand their data to their own user, and to become it."""


@dataclass(frozen=True)
class Project:
    """A project, and where its Dockerfile is."""

    plan: ImagePlan
    variables: tuple[Variable, ...] = ()
    context: str = "."
    """Relative to the project."""
    dockerfile: str = "Dockerfile"
    """Relative to the context."""
    target: str | None = None
    """The Dockerfile's stage for developers, where it has one: it finds the project in the working copy, and its command reloads."""
    mount: str = APP
    """Where the working copy lies in the container: the project's, or with such a stage that of the whole context."""
    roots: tuple[str, ...] = ("",)
    """Directories of the project, relative to it, from which its modules are imported."""
    secrets: tuple[str, ...] = ()
    """What the builder is given: `ca`, `netrc`."""
    lockfiles: tuple[str, ...] = ()
    """Files that make another image when they change, relative to the project."""

    @cached_property
    def deployment(self) -> Deployment:
        """Its processes and variables."""
        return Deployment(self.plan, self.variables)

    @cached_property
    def implied(self) -> tuple[Implied, ...]:
        """The servers that it needs."""
        return backing.implied(self.plan)

    @cached_property
    def hosts(self) -> Mapping[str, str]:
        """What each of those is called here: no process has the same name."""
        taken = {each.name for each in self.plan.processes}
        return {
            each.service.name: f"{each.service.name}-server" if each.service.name in taken else each.service.name
            for each in self.implied
        }

    @property
    def database(self) -> str:
        """The name of its database, and of the user there."""
        return re.sub(r"\W", "_", self.plan.name)

    @cached_property
    def addresses(self) -> tuple[Address, ...]:
        """Where it finds them."""
        return backing.addresses(self.implied, self.deployment.open, self.hosts, self.database)

    @property
    def passwords(self) -> tuple[str, ...]:
        """The variables that hold them."""
        return tuple(each.service.password for each in self.implied if each.service.password)


def development(project: Project) -> str:
    """`compose.yaml`."""
    return _marked(_Development(project))


def production(project: Project) -> str:
    """`compose.prod.yaml`."""
    return _marked(_Production(project))


def _marked(file: "_Development | _Production") -> str:
    head = "\n".join(comment(f"{file.about()}\n{generated.WORD}"))
    return generated.marked(f"{head}\n{text(file.document())}", KIND)


def interpolated(value: str) -> str:
    """A text in which Compose finds no variable."""
    return value.replace("$", "$$")


@dataclass(frozen=True)
class _File:
    """What both have."""

    project: Project
    deployment: Deployment = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "deployment", self.project.deployment)

    def shared(self) -> dict[str, Node]:
        """What all of the project's own services have."""
        raise NotImplementedError

    def own(self, process: ProcessPlan) -> dict[str, Node]:
        """What one of them has besides."""
        raise NotImplementedError

    def server(self, implied: Implied) -> dict[str, Node]:
        """A server beside it."""
        raise NotImplementedError

    @property
    def checked(self) -> bool:
        """Whether the image has a health check."""
        return self.project.plan.runtime.health_check is not None

    # --- services -----------------------------------------------------------------------------------

    def services(self) -> tuple[dict[str, Node], Node | None]:
        """All of them, and what the project's own have in common where there are several."""
        plan, shared = self.project.plan, self.shared()
        several = len(plan.processes) > 1
        mine: dict[str, Node] = {}
        for process in self._ordered():
            begin: dict[str, Node] = {"<<": Raw("*app")} if several else dict(shared)
            if process.environment:
                begin["environment"] = self.environment(process)
            mine[process.name] = {**begin, **self.own(process)}
        servers = {self.project.hosts[each.service.name]: self.server(each) for each in self.project.implied}
        return {**mine, **servers}, Anchor("app", shared) if several else None

    def _ordered(self) -> Iterator[ProcessPlan]:
        deployment = self.deployment
        yield from deployment.running
        yield from deployment.once
        yield from deployment.scheduled

    def environment(self, process: ProcessPlan | None = None) -> dict[str, Node]:
        """Variables: where the servers are, and what the code insists on."""
        found: dict[str, Node] = {}
        for name, value in process.environment if process is not None else ():
            found[name] = interpolated(value)
        for address in self.project.addresses:
            value = address.value
            found[address.variable] = value if address.read else Because(value, address.implied.unread)
        found |= {
            variable.name: f"${{{variable.name}:?}}"
            for variable in self.deployment.open
            if variable.demanded and variable.name not in found
        }
        return found

    def waits(self, process: ProcessPlan) -> Node | None:
        """`depends_on`: servers that answer, and what has to have ended."""
        conditions: dict[str, Node] = {}
        if not process.once and process.schedule is None:
            for each in self.deployment.once:
                conditions[each.name] = Line({"condition": "service_completed_successfully"})
        conditions |= {host: Line({"condition": "service_healthy"}) for host in self.project.hosts.values()}
        return conditions or None

    def common(self, process: ProcessPlan) -> dict[str, Node]:
        """What a process has in either file."""
        plan, found = self.project.plan, dict[str, Node]()
        main = process is self.deployment.main
        if process.schedule is not None:
            why = f"Compose keeps no time: cron on the host, {process.schedule}, `docker compose run --rm {process.name}`."
            found["profiles"] = Because(Line(["scheduled"]), why)
        if not main:
            found["command"] = Line([interpolated(word) for word in process.command])
            if process.stop_signal != plan.runtime.stop_signal:
                found["stop_signal"] = process.stop_signal
            if self.checked:
                why = f"The image's asks for the port of {self.deployment.main.name}."
                found["healthcheck"] = Because(Line({"disable": True}), why)
        if (conditions := self.waits(process)) is not None:
            found["depends_on"] = conditions
        return found

    def served(self, implied: Implied) -> dict[str, Node]:
        """A server as its image wants it, in either file."""
        service, project = implied.service, self.project
        names = {"user": project.database, "database": project.database}
        secret = f"/run/secrets/{self.secret(implied)}"
        found: dict[str, Node] = {"image": Because(service.image, self._why(implied))}
        for number, (key, value) in enumerate(service.settings.items()):
            found[key] = Because(value, service.note) if service.note and not number else value
        environment: dict[str, Node] = {
            name: value.format(**names, secret=secret) for name, value in service.environment
        }
        if environment:
            found["environment"] = environment
        if service.password and service.by_file:
            found["secrets"] = Line([self.secret(implied)])
        found["volumes"] = [f"{project.hosts[service.name]}-data:{service.data}"]
        test = Line(["CMD", *(interpolated(word.format(**names)) for word in service.health)])
        found["healthcheck"] = {
            "test": Because(test, service.health_note) if service.health_note else test,
            "interval": "5s",
            "timeout": "5s",
            "retries": 10,
            "start_period": "60s",
        }
        return found

    def _why(self, implied: Implied) -> str:
        at = f" ({implied.at})" if implied.at else ""
        return f"{implied.because}{at}. The newest of its series on {backing.AS_OF}."

    def secret(self, implied: Implied) -> str:
        """The name of the password's file."""
        return f"{self.project.hosts[implied.service.name]}-password"

    def rest(self) -> dict[str, Node]:
        """Volumes and secrets."""
        project = self.project
        kept = [f"{project.hosts[each.service.name]}-data" for each in project.implied]
        kept += [name for name, _ in volumes(project.plan.runtime.volumes)]
        secrets: dict[str, Node] = {
            self.secret(each): Line({"environment": each.service.password})
            for each in project.implied
            if each.service.password and each.service.by_file
        }
        secrets |= self.build_secrets()
        found: dict[str, Node] = {}
        if kept:
            found["volumes"] = dict.fromkeys(kept)
        if secrets:
            found["secrets"] = secrets
        return found

    def build_secrets(self) -> dict[str, Node]:
        """What a builder is given."""
        return {}

    def needed(self, where: str) -> str:
        """How the variables are made that have to be there."""
        passwords = self.project.passwords
        demanded = [each.name for each in self.deployment.open if each.demanded]
        names = [*passwords, *(name for name in demanded if name not in {a.variable for a in self.project.addresses})]
        if not names:
            return ""
        first = f"echo {names[0]}=$(openssl rand -hex 16) >>{where}"
        others = f"; likewise {', '.join(names[1:])}" if names[1:] else ""
        return f"\nWhat is secret is in {where}, which no version control has: `{first}`{others}."

    def kept(self) -> list[Node]:
        """Where data lie that the application writes."""
        return [f"{name}:{path}" for name, path in volumes(self.project.plan.runtime.volumes)]


class _Development(_File):
    """On a developer's machine."""

    def about(self) -> str:
        """What the file is, and how it is used."""
        plan, deployment = self.project.plan, self.deployment
        watch = " --watch" if self._watched() else ""
        how = (
            f"docker compose run --rm {deployment.main.name}"
            if deployment.ends
            else f"docker compose up --build{watch}"
        )
        return f"{plan.name} for development, by `pottle generate compose`. Yours to change.\nStart it: `{how}`.{self.needed('.env')}"

    def document(self) -> dict[str, Node]:
        """The whole."""
        services, shared = self.services()
        common: dict[str, Node] = {"x-app": shared} if shared is not None else {}
        return {"name": self.project.plan.name, **common, "services": Apart(services), **self.rest()}

    @property
    def checked(self) -> bool:
        """The stage for developers has none."""
        return self.project.target is None and super().checked

    def shared(self) -> dict[str, Node]:
        """Build, working copy, variables."""
        project = self.project
        found: dict[str, Node] = {"image": f"{project.plan.name}:development", "build": self._build()}
        environment = self.environment()
        mounted = self.kept()
        if self._mounts():
            why = "The working copy in place of the image's files: a change of code needs no build."
            copy = "." if project.mount == APP else project.context
            mounted = [Because(f"{copy}:{project.mount}", why), *mounted]
            if path := self._python_path():
                why = "Its package from there as well, before the one that is installed."
                environment = {"PYTHONPATH": Because(path, why), **environment}
        if environment:
            found["environment"] = environment
        if mounted:
            found["volumes"] = mounted
        return found

    def _build(self) -> Node:
        project = self.project
        own = steps(project.plan).own
        found: dict[str, Node] = {"context": project.context}
        if project.dockerfile != "Dockerfile":
            found["dockerfile"] = project.dockerfile
        if project.target is not None:
            found["target"] = project.target
        if own is not None and own.version_tool is not None:
            found["args"] = {"VERSION": Because("${VERSION:-0.0.0.dev0}", "No builder sees version control.")}
        if project.secrets:
            found["secrets"] = Line(list(project.secrets))
        return project.context if len(found) == 1 else found

    def build_secrets(self) -> dict[str, Node]:
        """Files of this machine."""
        return {each: Line({"file": _BUILD_SECRETS[each]}) for each in self.project.secrets}

    def _mounts(self) -> bool:
        """Whether the code runs as it lies there."""
        found = steps(self.project.plan)
        if found.program is not None:
            return False
        return found.own is None or not found.own.backend.startswith(_COMPILED)

    def _python_path(self) -> str | None:
        if steps(self.project.plan).own is None or self.project.target is not None:
            return None
        said = dict(self.project.plan.runtime.environment).get("PYTHONPATH")
        places = [f"{APP}/{root}".rstrip("/") for root in self.project.roots]
        return ":".join(dict.fromkeys((*places, *(said.split(":") if said else ()))))

    def _watched(self) -> list[Node]:
        paths = self.project.lockfiles if self._mounts() else (".",)
        return [Line({"action": "rebuild", "path": path}) for path in paths]

    def own(self, process: ProcessPlan) -> dict[str, Node]:
        """How it reloads, and where it is reached."""
        project, found = self.project, self.common(process)
        main = process is self.deployment.main
        given = main and project.target is not None  # by the stage for developers
        if self._mounts() and (other := reload.command(process, project.plan, given=given)) is not None:
            found.pop("command", None)
            found = {"command": Because(Line([interpolated(word) for word in other.argv]), other.why), **found}
        if main and self.deployment.serves:
            ports = [f"127.0.0.1:{project.plan.port}:{project.plan.port}"]
            found["ports"] = Because(list(ports), "For this machine alone: Docker's rules come before a firewall's.")
        if main and not self.deployment.ends and (watched := self._watched()):
            why = "Other dependencies are another image." if self._mounts() else "It has to be built to be run."
            found["develop"] = {"watch": Because(watched, why)}
        return found

    def server(self, implied: Implied) -> dict[str, Node]:
        """With a port for a client on this machine."""
        port = implied.service.port
        found = self.served(implied)
        found["ports"] = [f"127.0.0.1:{port}:{port}"]
        return found


class _Production(_File):
    """On one host, behind a proxy that does TLS."""

    def about(self) -> str:
        """What the file is, and how it is used."""
        plan, deployment = self.project.plan, self.deployment
        verb = f"run --rm {deployment.main.name}" if deployment.ends else "up --detach"
        return (
            f"{plan.name} on one host, by `pottle generate compose --production`. Yours to change. It stands alone: no build, no mount "
            f"of code, nothing allowed that the program does not need.\n"
            f"Start it: `IMAGE={_DIGEST} docker compose --file {PRODUCTION} {verb}`; `pottle build --push` prints IMAGE."
            f"{self.needed('.env')}"
        )

    def document(self) -> dict[str, Node]:
        """The whole."""
        services, shared = self.services()
        common: dict[str, Node] = {"x-app": shared} if shared is not None else {}
        networks: dict[str, Node] = {}
        if self.project.implied:
            why = "Servers are in here alone: nobody reaches them from outside, and they reach nobody."
            networks = {"networks": {"default": None, "backing": Because(Line({"internal": True}), why)}}
        return {
            "name": self.project.plan.name,
            **common,
            "services": Apart(services),
            **networks,
            **self.rest(),
        }

    def shared(self) -> dict[str, Node]:
        """What every process of it may do, and has."""
        memory: list[Node] = ["/tmp:size=64m", f"{self.deployment.home}:size=64m"]
        found: dict[str, Node] = {
            "image": "${IMAGE:?}",
            **({} if self.deployment.ends else {"restart": "unless-stopped"}),
            "read_only": True,
            "tmpfs": memory[:1] if self.deployment.home.startswith("/tmp") else memory,
            "cap_drop": Line(["ALL"]),
            "security_opt": Line(["no-new-privileges:true"]),
            "stop_grace_period": Because("30s", "Requests and tasks that have begun are finished."),
            "deploy": {"resources": {"limits": Because(_limits("1.0", "512M"), "To begin with: measure, then say.")}},
            "logging": _LOGS,
        }
        if environment := self.environment():
            found["environment"] = environment
        if kept := self.kept():
            found["volumes"] = kept
        if self.project.implied:
            found["networks"] = Line(["default", "backing"])
        return found

    def own(self, process: ProcessPlan) -> dict[str, Node]:
        """What one of them has besides."""
        project, found = self.project, self.common(process)
        if (process.once or process.schedule is not None) and not self.deployment.ends:
            found = {"restart": "no", **found}
        if process is self.deployment.main and self.deployment.serves:
            why = "For the proxy on this host."
            found["ports"] = Because([f"127.0.0.1:{project.plan.port}:{project.plan.port}"], why)
        return found

    def server(self, implied: Implied) -> dict[str, Node]:
        """With what its image's entrypoint needs, and no more."""
        found = self.served(implied)
        found |= {
            "restart": "unless-stopped",
            **self._root(implied),
            "cap_drop": Line(["ALL"]),
            "cap_add": Because(
                Line(list(_ENTRYPOINT_CAPABILITIES)), "Its entrypoint hands the data to its own user, and becomes that."
            ),
            "security_opt": Line(["no-new-privileges:true"]),
            "stop_grace_period": "1m",
            "deploy": {"resources": {"limits": _limits("2.0", "1G")}},
            "logging": Line({"driver": "local"}),
            "networks": Line(["backing"]),
        }
        return found

    def _root(self, implied: Implied) -> dict[str, Node]:
        """Read-only, where Compose does not have to copy a file into it."""
        if implied.service.password and implied.service.by_file:
            why = "Its root is not read-only: Compose copies the password's file into it."
            return {"tmpfs": Because(list(implied.service.writes), why)}
        return {"read_only": True, "tmpfs": list(implied.service.writes)}


def _limits(cpus: str, memory: str) -> dict[str, Node]:
    return {"cpus": cpus, "memory": memory, "pids": 512}
