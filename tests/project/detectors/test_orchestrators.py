"""Code that an orchestrator runs."""

import pytest

from pottle.project.detectors.orchestrators import detect
from pottle.project.facts import Application, Process
from pottle.project.survey import Survey
from pottle.project.tree import DictTree

PREFECT = "from prefect import flow\n@flow\ndef etl(): ...\n"


def clues(files: dict[str, str]):
    return list(detect(Survey(DictTree(files))))


FIRES = {
    "airflow": (
        {"dags/a.py": "from airflow import DAG\nwith DAG('x') as dag: ...\n"}, ("worker", "airflow", "dags.a:dag"),
    ),
    "airflow by a decorator": (
        {"dags/a.py": "from airflow.sdk import dag\n@dag(schedule='@daily')\ndef etl(): ...\n"}, ("worker", "airflow", "dags.a:etl"),
    ),
    "dagster": (
        {"p/__init__.py": "", "p/definitions.py": "import dagster as dg\ndefs = dg.Definitions(assets=[])\n"},
        ("worker", "dagster", "p.definitions:defs"),
    ),
    "a flow that serves itself": (
        {"f.py": f"{PREFECT}if __name__ == '__main__':\n    etl.serve(name='x')\n"}, ("worker", "prefect", "f.py"),
    ),
    "several flows": ({"f.py": f"{PREFECT}from prefect import serve\nserve(etl.to_deployment('x'))\n"}, ("worker", "prefect", "f.py")),
    "a flow that is called": ({"f.py": f"{PREFECT}if __name__ == '__main__':\n    etl()\n"}, ("job", "prefect", "f.py")),
    "temporal": (
        {"w.py": "from temporalio.worker import Worker\nimport asyncio\nasync def main():\n    await Worker(c, task_queue='q').run()\n"
         "if __name__ == '__main__':\n    asyncio.run(main())\n"},
        ("worker", "temporalio", "w.py"),
    ),
}  # fmt: skip
QUIET = {
    "airflow outside of its folder": {"a.py": "from airflow import DAG\nDAG('x')\n"},
    "dagster's assets": {"a.py": "import dagster as dg\n@dg.asset\ndef a(): ...\n"},
    "a flow that nobody calls": {"f.py": PREFECT},
    "a flow that a flow calls": {"f.py": f"{PREFECT}@flow\ndef all():\n    etl()\n"},
    "temporal's client": {"c.py": "from temporalio.client import Client\nClient.connect('x')\n"},
    "another serve": {"s.py": "from mine import flow\nflow.serve()\n"},
}


@pytest.mark.parametrize(("files", "expected"), FIRES.values(), ids=FIRES)
def test_fires(files, expected):
    assert [(a.kind, a.framework, a.target) for a in clues(files) if isinstance(a, Application)] == [expected]


@pytest.mark.parametrize("files", QUIET.values(), ids=QUIET)
def test_stays_quiet(files):
    assert clues(files) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("from airflow import DAG\nDAG('x')\n", ["web", "triggerer", "migrate"]),
        ("from airflow.sdk import DAG\nDAG('x')\n", ["web", "dag-processor", "triggerer", "migrate"]),
    ],
)
def test_airflows_other_programs_are_those_of_its_version(text: str, names: list[str]):
    assert [clue.name for clue in clues({"dags/a.py": text}) if isinstance(clue, Process)] == names
