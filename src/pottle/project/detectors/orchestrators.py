"""Airflow, Prefect, Dagster, Temporal: code that an orchestrator runs, and which of the orchestrator's programs does.

Airflow's DAGs lie in a folder that several of its programs read; the scheduler is what runs them, the others are further processes.
Dagster's definitions are served to its webserver and daemon by a code server. A Prefect flow that serves itself and a Temporal worker
are programs of the project's own.
"""

import ast
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from pottle.project.entries import Entries, enclosing
from pottle.project.facts import Application, Kind, Process
from pottle.project.module import Module, shown
from pottle.project.names import Names
from pottle.project.survey import Survey

WORKER = 60
JOB = 58
"""A flow that is called once, and then has ended."""
DAGSTER_PORT = 4000

Found: TypeAlias = Iterator[Application | Process]

_AIRFLOW_2: Mapping[str, str] = {
    "web": "airflow webserver",
    "triggerer": "airflow triggerer",
    "migrate": "airflow db migrate",
}
_AIRFLOW_3: Mapping[str, str] = {
    "web": "airflow api-server",
    "dag-processor": "airflow dag-processor",
    "triggerer": "airflow triggerer",
    "migrate": "airflow db migrate",
}


def detect(survey: Survey) -> Found:
    """What an orchestrator runs."""
    packages = {origin.partition(".")[0] for module in survey.modules for origin in module.imports.values()}
    if "airflow" in packages:
        yield from _airflow(survey)
    if "dagster" in packages:
        yield from _dagster(survey)
    if packages & {"prefect", "temporalio"}:
        yield from _programs(survey)


def _airflow(survey: Survey) -> Found:
    """The first DAG is the evidence; the folder is what counts."""
    modules = [module for module in survey.modules if module.path.startswith("dags/")]
    found = next(((module, name, node) for module in modules for name, node in _dags(module)), None)
    if found is None:
        return
    module, name, node = found
    at = module.at(node)
    folder = (("AIRFLOW__CORE__DAGS_FOLDER", "/app/dags"),)
    target = f"{module.name}:{name}"
    yield Application("worker", "airflow", target, at, WORKER, "a DAG stands here", environment=folder)
    third = any(o.startswith("airflow.sdk") for each in modules for o in each.imports.values())
    for process, command in (_AIRFLOW_3 if third else _AIRFLOW_2).items():
        yield Process(process, command, at, because="Airflow needs it beside its scheduler")


def _dags(module: Module) -> Iterator[tuple[str, ast.expr | ast.stmt]]:
    """`DAG(…)` anywhere, and functions that `@dag` decorates."""
    for call in module.calls:
        qualified = module.qualified(call.func) or ""
        if qualified.startswith("airflow.") and qualified.rpartition(".")[2] == "DAG":
            yield "dag", call
    for function in module.functions.values():
        for decorator in function.decorator_list:
            head = decorator.func if isinstance(decorator, ast.Call) else decorator
            qualified = module.qualified(head) or ""
            if qualified.startswith("airflow.") and qualified.rpartition(".")[2] == "dag":
                yield function.name, function


def _dagster(survey: Survey) -> Found:
    names = Names(survey.modules, survey.named)
    for module in survey.modules:
        for assignment in module.assignments:
            value = assignment.value
            qualified = names.canonical(module.qualified(value.func) or "") if isinstance(value, ast.Call) else ""
            if qualified not in ("dagster.Definitions", "dagster.Definitions.merge", "dagster.load_from_defs_folder"):
                continue
            at = module.at(value)
            because = f"`{assignment.name} = {qualified.removeprefix('dagster.')}(…)` stands here"
            target = f"{module.name}:{assignment.name}"
            yield Application(
                "worker", "dagster", target, at, WORKER - module.name.count("."), because, port=DAGSTER_PORT
            )
            web = f"dagster-webserver -h 0.0.0.0 -p 3000 -m {module.name}"
            yield Process("web", web, at, because="Dagster's webserver is among the dependencies")
            daemon = f"dagster-daemon run -m {module.name}"
            yield Process("daemon", daemon, at, because="Dagster's daemon runs schedules and sensors")
            return


def _programs(survey: Survey) -> Iterator[Application]:
    """Flows that serve themselves, flows that are called, and Temporal's workers: each by what starts it."""
    entries, seen = Entries(survey), set[str]()
    names = Names(survey.modules, survey.named)
    flows = {f"{m.name}.{f.name}" for m in survey.modules for f in m.functions.values() if _is_flow(m, f)}
    for module in survey.modules:
        for call in module.calls:
            found = _role(module, call, names, flows)
            entry = entries.to(module, call) if found is not None else None
            if found is None or entry is None or entry.target in seen:
                continue
            seen.add(entry.target)
            kind, framework, strength = found
            because = f"`{shown(call.func)}(…)` is called here"
            yield Application(kind, framework, entry.target, module.at(call), strength, because, script=entry.script)


def _role(module: Module, call: ast.Call, names: Names, flows: set[str]) -> tuple[Kind, str, int] | None:
    """What a call is to its orchestrator: kind, framework and strength."""
    qualified = names.canonical(module.qualified(call.func) or "")
    owner, _, verb = qualified.rpartition(".")
    if qualified == "temporalio.worker.Worker":
        return "worker", "temporalio", WORKER
    if qualified in ("prefect.serve", "prefect.flows.serve") or (verb == "serve" and names.canonical(owner) in flows):
        return "worker", "prefect", WORKER
    outside = enclosing(module, call) is None
    return ("job", "prefect", JOB) if qualified in flows and outside else None


def _is_flow(module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    heads = (d.func if isinstance(d, ast.Call) else d for d in function.decorator_list)
    return any((module.qualified(head) or "") in ("prefect.flow", "prefect.flows.flow") for head in heads)
