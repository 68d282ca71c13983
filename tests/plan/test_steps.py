"""Commands of the configuration that run while the image is built."""

import pytest

from pottle.config.layer import from_pyproject
from pottle.errors import ConfigError
from pottle.oci.platform import Platform
from pottle.plan.model import ImagePlan, RunCommand
from pottle.plan.planner import make_plan
from pottle.project.reader import read_project
from pottle.project.tree import DictTree


def planned(table: str) -> ImagePlan:
    options = from_pyproject(
        f"[tool.pottle.step.messages]\n{table}\n[tool.pottle]\nbuild-env = {{ A = 'b' }}\n"
    ).options()
    return make_plan(read_project(DictTree({"main.py": ""})), options, Platform.parse("linux/amd64"))


def test_a_step_is_a_layer_above_the_app():
    plan = planned('command = "pybabel compile -d locale"\noutputs = ["locale", "/srv/data"]')
    assert [layer.name for layer in plan.layers][-2:] == ["app", "step-messages"]
    assert plan.layers[-1].steps == (
        RunCommand(
            name="messages",
            command=("pybabel", "compile", "-d", "locale"),
            environment=(("A", "b"),),
            outputs=("/app/locale", "/srv/data"),
            seeded=True,
        ),
    )


@pytest.mark.parametrize("table", ['command = "x"\noutputs = [".."]', 'command = " "\noutputs = ["a"]'])
def test_a_step_that_cannot_be_run_is_refused(table: str):
    with pytest.raises(ConfigError, match="the step messages"):
        planned(table)
