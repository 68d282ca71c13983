"""Manifests for Kubernetes: what runs all the time as Deployments, what ends as a Job, what has its time as a CronJob.

Every pod keeps the "restricted" Pod Security Standard. Images are named by `pottle://.`, which `pottle resolve` replaces by what it has
built and pushed, by its digest; so nothing here changes with the code. What is secret is referred to, never written.

Reference: kubernetes.io/docs/reference/kubernetes-api, as of 1.30; `$(NAME)` in arguments and values is Kubernetes' own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from pottle import generated
from pottle.manifests import SCHEME
from pottle.plan.model import ImagePlan, ProcessPlan
from pottle.project.variables import Variable
from pottle.render import backing
from pottle.render.deployment import Deployment, is_secret, volumes
from pottle.render.yaml_text import Because, Line, Node, comment, text

NAME = "kubernetes.yaml"
KIND = "kubernetes"

_COMMAND = re.compile(r"`pottle generate kubernetes(?: --image (\S+))?`")
_ALONE = ("beat", "scheduler", "clock", "cron")
"""Processes of which there must be one: each of several would do everything."""
_LONGEST = 52
"""Characters of a name: a CronJob's, which gives its Jobs eleven more (RFC 1123 admits 63)."""
_LOCAL = re.compile(r"localhost|127\.0\.0\.1|\[::1\]")


def remembered(found: str) -> str | None:
    """The image that a file names by its own word; None: the project's own."""
    match = _COMMAND.search(found)
    return match[1] if match else None


def render(plan: ImagePlan, variables: tuple[Variable, ...], image: str | None = None, *, script: str = ".") -> str:
    """The file. `image` None: the project beside it, or the `script` there."""
    manifests = _Manifests(Deployment(plan, variables), image, f"{SCHEME}{script}")
    documents = [text(each, apart=False) for each in manifests.documents()]
    head = "\n".join(comment(f"{manifests.about()}\n{generated.WORD}"))
    return generated.marked(f"{head}\n" + "---\n".join(documents), KIND)


def name_of(*words: str) -> str:
    """A name as Kubernetes wants it, also of a Service: letters, digits and dashes, a letter first."""
    joined = re.sub(r"[^a-z0-9]+", "-", "-".join(words).lower()).strip("-")
    return (joined if joined[:1].isalpha() else f"app-{joined}")[:_LONGEST].rstrip("-")


def literal(value: str) -> str:
    """A text in which Kubernetes finds no variable."""
    return value.replace("$", "$$")


@dataclass(frozen=True)
class _Manifests:
    deployment: Deployment
    image: str | None
    project: str
    said: set[str] = field(default_factory=set)
    """What a comment has said before: pods are much alike."""

    def _because(self, node: Node, why: str) -> Node:
        """The node, with the comment where it is the first of its kind."""
        if why in self.said:
            return node
        self.said.add(why)
        return Because(node, why)

    @property
    def plan(self) -> ImagePlan:
        return self.deployment.plan

    @cached_property
    def name(self) -> str:
        """Of all of it, and of its ConfigMap, its Secret, its Service."""
        return name_of(self.plan.name)

    def about(self) -> str:
        """What the file is, and how it is used."""
        flag = f" --image {self.image}" if self.image else ""
        apply = f"kubectl apply -f {NAME}" if self.image else f"pottle resolve {NAME} | kubectl apply -f -"
        lines = [f"{self.plan.name} on Kubernetes, by `pottle generate kubernetes{flag}`. Yours to change. `{apply}`"]
        if self.secrets:
            create = f"kubectl create secret generic {self.name} --from-env-file=FILE"
            lines.append(f"The Secret {self.name} is not here: `{create}`, with {', '.join(self.secrets)}.")
        if self.demanded:
            lines.append(f"The ConfigMap has to be given {', '.join(self.demanded)}: nothing starts without.")
        return "\n".join(lines)

    # --- the environment ----------------------------------------------------------------------------

    @cached_property
    def _addresses(self) -> frozenset[str]:
        """Variables that say where a server is: what the code has for them is a developer's machine."""
        services = backing.implied(self.plan)
        hosts = {each.service.name: each.service.name for each in services}
        return frozenset(each.variable for each in backing.addresses(services, self.deployment.open, hosts, "app"))

    @cached_property
    def _wanted(self) -> tuple[str, ...]:
        """The variables that somebody has to set."""
        demanded = {each.name for each in self.deployment.open if each.demanded}
        return tuple(sorted(demanded | self._addresses))

    @cached_property
    def secrets(self) -> tuple[str, ...]:
        """Those that nobody shall read, optional ones too: their defaults are for developers."""
        optional = {each.name for each in self.deployment.open if is_secret(each.name)}
        return tuple(sorted({*(name for name in self._wanted if is_secret(name)), *optional}))

    @cached_property
    def demanded(self) -> tuple[str, ...]:
        """The others."""
        return tuple(name for name in self._wanted if not is_secret(name))

    @cached_property
    def settings(self) -> dict[str, str]:
        """What may be set, as the code has it."""
        return {
            each.name: each.default
            for each in self.deployment.open
            if each.default is not None
            and each.name not in (*self.secrets, *self.demanded)
            and not _LOCAL.search(each.default)
        }

    def _environment(self, process: ProcessPlan) -> list[Node]:
        found: list[Node] = [{"name": name, "value": literal(value)} for name, value in process.environment]
        found += [_reference(name, "configMapKeyRef", self.name) for name in self.demanded]
        optional = set(self.secrets) - set(self._wanted)
        return found + [_reference(name, "secretKeyRef", self.name, optional=name in optional) for name in self.secrets]

    # --- objects ------------------------------------------------------------------------------------

    def documents(self) -> Iterator[dict[str, Node]]:
        """What others refer to first."""
        deployment = self.deployment
        if self.settings or self.demanded:
            yield self._config_map()
        yield from (self._claim(name) for name, _ in volumes(self.plan.runtime.volumes))
        for process in deployment.once:
            yield self._job(process)
        for process in deployment.running:
            if process is deployment.main and deployment.ends:
                yield self._job(process)
            else:
                yield self._deployment(process)
        if deployment.serves and deployment.main in deployment.running:
            yield self._service()
        for process in deployment.scheduled:
            yield self._cron_job(process)

    def _object(self, version: str, kind: str, name: str, labels: dict[str, str] | None = None) -> dict[str, Node]:
        labels = labels or {"app.kubernetes.io/name": self.name}
        return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "labels": dict(labels)}}

    def _labels(self, process: ProcessPlan) -> dict[str, str]:
        return {"app.kubernetes.io/name": self.name, "app.kubernetes.io/component": name_of(process.name)}

    def _config_map(self) -> dict[str, Node]:
        document = self._object("v1", "ConfigMap", self.name)
        why = (
            "As the code has them. To be added: " + ", ".join(self.demanded)
            if self.demanded
            else "As the code has them."
        )
        return {**document, "data": Because(dict(self.settings), why)}

    def _claim(self, name: str) -> dict[str, Node]:
        spec: Node = {
            "accessModes": Line(["ReadWriteOnce"]),
            "resources": {"requests": {"storage": Because("1Gi", "To begin with: it can grow, not shrink.")}},
        }
        return {**self._object("v1", "PersistentVolumeClaim", f"{self.name}-{name}"), "spec": spec}

    def _deployment(self, process: ProcessPlan) -> dict[str, Node]:
        main = process is self.deployment.main
        labels = self._labels(process)
        name = self.name if main else name_of(self.name, process.name)
        spec: dict[str, Node] = {}
        if self.plan.runtime.volumes:
            spec["replicas"] = Because(1, "Its volume is mounted once at a time.")
            spec["strategy"] = Line({"type": "Recreate"})
        elif process.name in _ALONE:
            spec["replicas"] = Because(1, "Two would each do everything.")
            spec["strategy"] = Line({"type": "Recreate"})
        else:
            spec["replicas"] = 2 if main and self.deployment.serves else 1
        spec["selector"] = {"matchLabels": dict(labels)}
        spec["template"] = self._template(process, None)
        return {**self._object("apps/v1", "Deployment", name, labels), "spec": spec}

    def _job(self, process: ProcessPlan) -> dict[str, Node]:
        main = process is self.deployment.main
        name = self.name if main else name_of(self.name, process.name)
        document = self._object("batch/v1", "Job", name, self._labels(process))
        why = f"A Job never changes: `kubectl delete job {name} --ignore-not-found` before it is applied again."
        if process.once:
            why = f"Before a new version of the others runs. {why}"
        return {**document, "spec": Because({"backoffLimit": 2, "template": self._template(process, "Never")}, why)}

    def _cron_job(self, process: ProcessPlan) -> dict[str, Node]:
        main = process is self.deployment.main
        document = self._object(
            "batch/v1", "CronJob", self.name if main else name_of(self.name, process.name), self._labels(process)
        )
        spec: dict[str, Node] = {
            "schedule": process.schedule,
            "timeZone": Because("Etc/UTC", "Else it is the cluster's own."),
            "concurrencyPolicy": Because("Forbid", "A run that takes long is not met by the next one."),
            "startingDeadlineSeconds": 600,
            "jobTemplate": {"spec": {"backoffLimit": 2, "template": self._template(process, "Never")}},
        }
        return {**document, "spec": spec}

    def _service(self) -> dict[str, Node]:
        spec: Node = {
            "selector": dict(self._labels(self.deployment.main)),
            "ports": [{"name": "http", "port": 80, "targetPort": "http"}],
        }
        return {**self._object("v1", "Service", self.name), "spec": spec}

    # --- pods ---------------------------------------------------------------------------------------

    def _template(self, process: ProcessPlan, restart: str | None) -> dict[str, Node]:
        uid, _, gid = self.plan.runtime.user.partition(":")
        rights: dict[str, Node] = {"runAsNonRoot": True, "runAsUser": int(uid), "runAsGroup": int(gid or uid)}
        if self.plan.runtime.volumes:
            rights["fsGroup"] = int(gid or uid)
        rights["seccompProfile"] = Line({"type": "RuntimeDefault"})
        spec: dict[str, Node] = {}
        if restart is not None:
            spec["restartPolicy"] = restart
        spec["automountServiceAccountToken"] = self._because(False, "It does not speak to the cluster.")
        spec["enableServiceLinks"] = self._because(False, "Else a Service called redis sets REDIS_PORT, to an address.")
        if process.stop_signal != self.plan.runtime.stop_signal:
            why = f"As process 1 it would not hear the image's {self.plan.runtime.stop_signal}, for which it has no handler."
            spec["shareProcessNamespace"] = self._because(True, why)
        spec["securityContext"] = rights
        spec["containers"] = [self._container(process)]
        spec["volumes"] = [
            *({"name": name, "emptyDir": Line({"sizeLimit": "64Mi"})} for name, _ in self._memory),
            *(
                {"name": name, "persistentVolumeClaim": Line({"claimName": f"{self.name}-{name}"})}
                for name, _ in volumes(self.plan.runtime.volumes)
            ),
        ]
        return {"metadata": {"labels": dict(self._labels(process))}, "spec": spec}

    def _container(self, process: ProcessPlan) -> dict[str, Node]:
        main = process is self.deployment.main
        image: Node = self.image or self._because(
            self.project, "What lies here: `pottle resolve` puts its image's digest there."
        )
        found: dict[str, Node] = {"name": name_of(process.name), "image": image}
        if not main:
            found["args"] = Line([literal(word) for word in process.command])
        if main and self.deployment.serves:
            found["ports"] = [Line({"name": "http", "containerPort": self.plan.port})]
        if environment := self._environment(process):
            found["env"] = environment
        if self.settings:
            found["envFrom"] = [{"configMapRef": Line({"name": self.name})}]
        if main and self.deployment.serves:
            found |= self._probes()
            why = "Those who call it forget its address before it stops."
            found["lifecycle"] = {"preStop": {"sleep": Because(Line({"seconds": 5}), why)}}
        limits = self._because(
            Line({"memory": "512Mi"}), "No limit for the CPU: it would be slowed down while others idle."
        )
        found["resources"] = self._because(
            {"requests": Line({"cpu": "100m", "memory": "256Mi"}), "limits": limits},
            "To begin with: measure, then say.",
        )
        found["securityContext"] = {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": Line(["ALL"])},
        }
        found["volumeMounts"] = [*self._mounts()]
        return found

    def _mounts(self) -> Iterator[Node]:
        for name, path in (*self._memory, *volumes(self.plan.runtime.volumes)):
            yield Line({"name": name, "mountPath": path})

    @cached_property
    def _memory(self) -> tuple[tuple[str, str], ...]:
        """Where it may write, and nothing is kept."""
        home = self.deployment.home
        return (("tmp", "/tmp"), *(() if home.startswith("/tmp") else (("home", home),)))

    def _probes(self) -> dict[str, Node]:
        """As the image's own health check asks; that it is alive, only its port has to say."""
        answers: dict[str, Node] = {"tcpSocket": Line({"port": "http"})}
        ready = answers
        if (path := _route(self.plan)) is not None:
            why = "As the image's own check: a pod's address is no host that a framework admits."
            header = Because([Line({"name": "Host", "value": "127.0.0.1"})], why)
            ready = {"httpGet": {"path": path, "port": "http", "httpHeaders": header}}
        alive = "Not what it depends on: a database that is away is no reason to start anew."
        return {
            "startupProbe": {**answers, "periodSeconds": 2, "failureThreshold": 30},
            "readinessProbe": {**ready, "periodSeconds": 10, "timeoutSeconds": 5},
            "livenessProbe": Because({**answers, "periodSeconds": 30, "timeoutSeconds": 5}, alive),
        }


def _reference(name: str, kind: str, object_: str, *, optional: bool = False) -> Node:
    key: dict[str, str | int | bool | Line | None] = {"name": object_, "key": name}
    if optional:
        key["optional"] = True
    return {"name": name, "valueFrom": {kind: Line(key)}}


def _route(plan: ImagePlan) -> str | None:
    """The path that the plan's health check asks for."""
    said = next((reason.value for reason in plan.reasons if reason.decision == "health"), "")
    return said.removeprefix("GET ") if plan.runtime.health_check is not None and said.startswith("GET ") else None
