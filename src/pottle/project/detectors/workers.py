"""Workers of task queues: Celery, RQ, arq, dramatiq, huey, taskiq, FastStream and Django Q.

What is found is the object or the modules that the queue's own program is given; `pottle.plan.launchers` knows the programs.
`Application.arguments` holds what comes of the code: how Celery is told its application, the names of RQ's queues, dramatiq's modules.
A schedule in the code makes a further process (`beat`, `scheduler`), since exactly one may run.
"""

import ast
from collections.abc import Iterator
from typing import TypeAlias

from pottle.project.entries import Entries, enclosing
from pottle.project.facts import Application, Process
from pottle.project.makers import Makers
from pottle.project.module import Module, Named, shown, text_of
from pottle.project.names import Names
from pottle.project.survey import Survey

WORKER = 60
"""Below a factory, above scripts: what serves the web is the image's own process where there is both."""
CONVENTIONAL = 3
DEEPEST = 4

Found: TypeAlias = Iterator[Application | Process]

_HUEYS = (
    "Huey",
    "RedisHuey",
    "PriorityRedisHuey",
    "RedisExpireHuey",
    "SqliteHuey",
    "FileHuey",
    "MemoryHuey",
    "PriorityRedisExpireHuey",
)
_CELERY_NAMES = ("app", "celery", "celery_app")
_BEAT = ("beat_schedule", "CELERY_BEAT_SCHEDULE", "CELERYBEAT_SCHEDULE", "BEAT_SCHEDULE")
_PRIORITY = ("critical", "urgent", "high", "default", "normal", "low")
_DJANGO = {
    "django_q": ("django-q", ("qcluster",)),
    "django_rq": ("rq", ("rqworker", "default")),
    "django_dramatiq": ("dramatiq", ("rundramatiq",)),
    "huey.contrib.djhuey": ("huey", ("run_huey",)),
}
"""Applications in `INSTALLED_APPS` that bring a command → the framework and the command."""


def detect(survey: Survey) -> Found:
    """Every worker, and the schedules beside them."""
    search = Search(survey)
    if search.idle:
        return
    django = {app.framework: app for app in search.django()}
    yield from django.values()
    yield from search.celery()
    yield from () if "rq" in django else search.rq()
    yield from search.arq()
    yield from () if "dramatiq" in django else search.dramatiq()
    yield from () if "huey" in django else search.objects("huey")
    yield from search.taskiq()
    yield from search.objects("faststream")


class Search:
    """The modules of a project, searched for workers."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        self._modules = survey.modules
        self._names = Names(survey.modules, survey.named)
        self._makers = Makers(self._names, _known)
        self._entries = Entries(survey)

    @property
    def idle(self) -> bool:
        """No module has to do with any queue."""
        packages = {origin.partition(".")[0] for module in self._modules for origin in module.imports.values()}
        named = any(text in _DJANGO for module in self._modules for text in _texts(module, "INSTALLED_APPS"))
        return (
            not named
            and not packages & {"celery", "rq", "arq", "dramatiq", "huey", "taskiq", "faststream"}
            and not any(package.startswith("taskiq") for package in packages)
        )

    def django(self) -> Iterator[Application]:
        """Workers that are commands of `manage.py`."""
        if not self._survey.tree.exists("manage.py"):
            return
        for module in self._modules:
            for assignment in module.assignments:
                if assignment.name != "INSTALLED_APPS":
                    continue
                for name in _DJANGO.keys() & set(_strings(assignment.value)):
                    framework, arguments = _DJANGO[name]
                    at = module.at(assignment.value)
                    because = f"`INSTALLED_APPS` holds {name}"
                    yield Application("worker", framework, "manage.py", at, WORKER, because, arguments=arguments)

    def objects(self, framework: str) -> Iterator[Application]:
        """`huey = RedisHuey()`, `app = FastStream(broker)`."""
        for module, assignment in self._assigned(framework):
            yield self._application(framework, module, assignment)

    def celery(self) -> Found:
        """Celery's applications, and one beat for the strongest of them."""
        found = [self._of_celery(module, assignment) for module, assignment in self._assigned("celery")]
        yield from found
        if found and (beat := self._beat(max(found, key=lambda app: app.strength))):
            yield beat

    def rq(self) -> Found:
        """A program of the project's own that works, else the queues that it fills."""
        for module, call in self._calls("rq"):
            function = call.func
            if not isinstance(function, ast.Attribute) or function.attr != "work":
                continue
            entry = self._entries.to(module, call) if self._makers.made(module, function.value) == "rq.Worker" else None
            # Reached through imports alone it is one command of many.
            if entry is not None and (entry.module.path == module.path or entry.script is not None):
                because = f"`{shown(function)}(…)` works here"
                yield Application("worker", "rq", entry.target, module.at(call), WORKER, because, script=entry.script)
                return
        queues = [(m, c) for m, c in self._calls("rq") if self._names.canonical(m.qualified(c.func) or "") in _QUEUES]
        if queues:
            module, call = queues[0]
            names = {text_of(c.args[0]) if c.args else "default" for _, c in queues}
            arguments = sorted((name for name in names if name), key=_urgency)
            target = f"{module.name}:{enclosing(module, call) or _variable(module, call) or 'queue'}"
            because = f"`{ast.unparse(call.func)}(…)` stands here"
            yield Application(
                "worker", "rq", target, module.at(call), WORKER, because, arguments=tuple(arguments or ["default"])
            )

    def arq(self) -> Iterator[Application]:
        """Classes of settings: `class WorkerSettings` with functions."""
        for module in self._modules:
            if not any(origin.partition(".")[0] == "arq" for origin in module.imports.values()):
                continue
            for name, cls in module.classes.items():
                held = {name for statement in cls.body for name in _names(statement)}
                if name.endswith("Settings") and held & {"functions", "cron_jobs"}:
                    strength = WORKER + (CONVENTIONAL if name == "WorkerSettings" else 0) - _depth(module)
                    because = f"`class {name}` stands here"
                    yield Application("worker", "arq", f"{module.name}:{name}", module.at(cls), strength, because)

    def dramatiq(self) -> Iterator[Application]:
        """The modules that define actors, behind the one that sets the broker where none of them imports it."""
        actors = [
            (module, function) for module in self._modules for function in self._decorated(module, "dramatiq.actor")
        ]
        if not actors:
            return
        modules = list(dict.fromkeys(module.name for module, _ in actors))
        for broker, call in self._calls("dramatiq"):
            if broker.qualified(call.func) == "dramatiq.set_broker" and not self._reached(broker, modules):
                modules.insert(0, broker.name)
        module, function = actors[0]
        because = f"`{function.name}` is an actor"
        target = f"{module.name}:{function.name}"
        yield Application("worker", "dramatiq", target, module.at(function), WORKER, because, arguments=tuple(modules))

    def taskiq(self) -> Found:
        """Brokers, with the modules of tasks that they do not import; a scheduler is a process of its own."""
        found = [(module, assignment) for module, assignment in self._assigned("taskiq")]
        for module, assignment in found:
            app = self._application("taskiq", module, assignment)
            tasks = tuple(self._tasks(module))
            yield Application(
                "worker", "taskiq", app.target, app.at, app.strength, app.because, arguments=(app.target, *tasks)
            )
        for module, assignment in self._assigned("taskiq.scheduler"):
            because = f"`{assignment.name} = {_shown(assignment)}` stands here"
            command = " ".join(["taskiq", "scheduler", f"{module.name}:{assignment.name}", *self._tasks(module)])
            yield Process("scheduler", command, module.at(assignment.value), because=because)

    # --- what they are made of ----------------------------------------------------------------------

    def _assigned(self, what: str) -> Iterator[tuple[Module, Named]]:
        """Top-level assignments of what the class table calls `what`; imports of another module's are none."""
        for module in self._modules:
            for assignment in module.assignments:
                if isinstance(assignment.value, ast.Call | ast.Subscript) and self._made(module, assignment) == what:
                    yield module, assignment

    def _made(self, module: Module, assignment: Named) -> str | None:
        value = assignment.value
        if isinstance(value, ast.Subscript):  # Flask's documentation: `celery_app = flask_app.extensions["celery"]`
            kept = isinstance(value.value, ast.Attribute) and value.value.attr == "extensions"
            return "celery" if kept and text_of(value.slice) == "celery" else None
        return self._makers.made(module, value)

    def _application(self, framework: str, module: Module, assignment: Named) -> Application:
        usual = CONVENTIONAL if module.name.rpartition(".")[2] in ("worker", "tasks", "broker", "celery", "main") else 0
        return Application(
            kind="worker",
            framework=framework,
            target=f"{module.name}:{assignment.name}",
            at=module.at(assignment.value),
            strength=WORKER + usual - _depth(module),
            because=f"`{assignment.name} = {_shown(assignment)}` stands here",
        )

    def _of_celery(self, module: Module, assignment: Named) -> Application:
        found = self._application("celery", module, assignment)
        usual = CONVENTIONAL if assignment.name in _CELERY_NAMES else 0
        return Application(
            "worker", "celery", found.target, found.at, found.strength + usual, found.because,
            arguments=("-A", self._short(module, assignment.name)),
        )  # fmt: skip

    def _short(self, module: Module, name: str) -> str:
        """As Celery finds it with the fewest words: `proj` for `proj.celery:app`, unless the package has another `app`."""
        if name not in ("app", "celery"):
            return f"{module.name}:{name}"
        package, _, last = module.name.rpartition(".")
        if not package or last != "celery":
            return module.name
        above = self._survey.named(package)
        taken = {} if above is None else {n: self._names.canonical(f"{package}.{n}") for n in ("app", "celery")}
        defined = set() if above is None else {a.name for a in above.assignments} | set(above.functions)
        imported = [found for n, found in taken.items() if above is not None and n in above.imports]
        others = [found for found in imported if found not in (f"{module.name}.{name}", module.name)]
        return module.name if others or defined & {"app", "celery"} else package

    def _beat(self, app: Application) -> Process | None:
        for module in self._modules:
            if evidence := _schedule(module):
                node, because = evidence
                database = (
                    " --scheduler django_celery_beat.schedulers:DatabaseScheduler" if "django" in because else None
                )
                # Its file cannot lie in the working directory: that is read-only.
                how = database or " --schedule /tmp/celerybeat-schedule"
                command = f"celery {' '.join(app.arguments)} beat --loglevel=INFO{how}"
                return Process("beat", command, module.at(node), because=because)
        return None

    def _calls(self, package: str) -> Iterator[tuple[Module, ast.Call]]:
        """Every call in modules that import the package."""
        for module in self._modules:
            if any(origin.partition(".")[0] == package for origin in module.imports.values()):
                yield from ((module, call) for call in module.calls)

    def _decorated(self, module: Module, name: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        for function in module.functions.values():
            heads = (d.func if isinstance(d, ast.Call) else d for d in function.decorator_list)
            if any(self._names.canonical(module.qualified(head) or "") == name for head in heads):
                yield function

    def _reached(self, goal: Module, starts: list[str]) -> bool:
        modules = (self._survey.named(name) for name in starts)
        return any(self._entries.reaches(module, goal) is not None for module in modules if module is not None)

    def _tasks(self, broker: Module) -> Iterator[str]:
        """Modules whose tasks a worker would not know: the broker's module does not import them."""
        for module in self._survey.with_calls(("task",), near=DEEPEST):
            decorators = [d for function in module.functions.values() for d in function.decorator_list]
            heads = [d.func if isinstance(d, ast.Call) else d for d in decorators]
            names = (head.value for head in heads if isinstance(head, ast.Attribute) and head.attr == "task")
            known = any(self._makers.made(module, name) == "taskiq" for name in names)
            if known and self._entries.reaches(broker, module) is None:
                yield module.name


_QUEUES = ("rq.Queue", "rq.queue.Queue")


def _known(qualified: str) -> str | None:
    """What a class is to a queue."""
    package, name = qualified.partition(".")[0], qualified.rpartition(".")[2]
    if package == "celery" and name == "Celery":
        return "celery"
    if package == "huey" and name in _HUEYS:
        return "huey"
    if package == "faststream" and name == "FastStream":
        return "faststream"
    if package == "rq" and name in ("Worker", "SimpleWorker"):
        return "rq.Worker"
    if package.startswith("taskiq") and name == "TaskiqScheduler":
        return "taskiq.scheduler"
    return "taskiq" if package.startswith("taskiq") and name.endswith("Broker") and name != "InMemoryBroker" else None


def _schedule(module: Module) -> tuple[ast.expr | ast.stmt, str] | None:
    """What Celery shall do at times: settings, calls, or Django's database."""
    for node in module.nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=name) | ast.Attribute(attr=name)]) if name in _BEAT:
                return node, f"`{name}` is set here"
            case ast.Call(func=ast.Attribute(attr="add_periodic_task")):
                return node, "`add_periodic_task(…)` is called here"
            case ast.Constant(value="django_celery_beat"):
                return node, "`INSTALLED_APPS` holds django_celery_beat"
            case ast.keyword(arg="beat_schedule", value=value):
                return value, "`beat_schedule` is set here"
            case _:
                pass
    return None


def _texts(module: Module, name: str) -> Iterator[str]:
    return (text for a in module.assignments if a.name == name for text in _strings(a.value))


def _strings(value: ast.expr) -> Iterator[str]:
    return (node.value for node in ast.walk(value) if isinstance(node, ast.Constant) and isinstance(node.value, str))


def _names(statement: ast.stmt) -> Iterator[str]:
    """The names that an assignment sets."""
    match statement:
        case ast.Assign(targets=targets):
            yield from (target.id for target in targets if isinstance(target, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name
        case _:
            pass


def _variable(module: Module, call: ast.Call) -> str | None:
    return next((assignment.name for assignment in module.assignments if assignment.value is call), None)


def _urgency(name: str) -> tuple[int, str]:
    return (_PRIORITY.index(name) if name in _PRIORITY else len(_PRIORITY) // 2, name)


def _depth(module: Module) -> int:
    return min(module.name.count("."), DEEPEST)


def _shown(assignment: Named) -> str:
    value = assignment.value
    return f"{shown(value.func)}(…)" if isinstance(value, ast.Call) else ast.unparse(value)
