"""What stands on the disk is written over only where it is nobody's work."""

from pathlib import Path

import pytest

from pottle.errors import HostError, ProjectError, UsageError
from pottle.generated import BEGIN, END, WORD, marked
from pottle.render.files import Output, write

OLD, NEW = (marked(f"# {WORD}\nUSER {number}\n", "dockerfile") for number in (1, 2))


@pytest.fixture
def output(tmp_path: Path) -> Output:
    return Output(tmp_path / "Dockerfile", NEW)


def test_a_file_that_is_not_there_is_written(output: Output):
    assert output.diff.startswith("--- /dev/null\n")
    assert write([output]) == ("absent",)
    assert output.path.read_text() == NEW
    assert output.path.stat().st_mode & 0o777 == 0o644


def test_its_directory_is_made(tmp_path: Path):
    deep = Output(tmp_path / ".github/workflows/image.yaml", NEW)
    assert write([deep]) == ("absent",)
    assert deep.path.read_text() == NEW


def test_a_directory_that_is_a_file_is_told(tmp_path: Path):
    (tmp_path / ".github").write_text("")
    with pytest.raises(HostError):
        write([Output(tmp_path / ".github/image.yaml", NEW)])


def test_one_that_is_as_it_should_be_is_left_alone(output: Output):
    output.path.write_text(NEW)
    before = output.path.stat().st_ino
    assert (write([output]), output.diff, output.path.stat().st_ino) == (("current",), "", before)


def test_an_old_one_is_replaced(output: Output):
    output.path.write_text(OLD)
    assert {"-USER 1", "+USER 2"} <= set(output.diff.splitlines())
    assert write([output]) == ("outdated",)
    assert output.path.read_text() == NEW


@pytest.mark.parametrize("text", [OLD + "USER 3\n", "FROM scratch\n", ""])
def test_what_somebody_has_written_is_not(output: Output, tmp_path: Path, text: str):
    output.path.write_text(text)
    other = Output(tmp_path / "other", NEW)
    with pytest.raises(UsageError) as caught:
        write([other, output])
    assert caught.value.at is not None
    assert caught.value.at.path == str(output.path)
    assert (output.path.read_text(), other.path.exists()) == (text, False)
    assert write([other, output], force=True) == ("absent", "edited")
    assert output.path.read_text() == NEW


def test_all_that_somebody_has_written_are_named_at_once(tmp_path: Path):
    outputs = [Output(tmp_path / name, NEW) for name in "ab"]
    for output in outputs:
        output.path.write_text("mine")
    with pytest.raises(UsageError) as caught:
        write(outputs)
    assert [error.at.path for error in (caught.value, *caught.value.also) if error.at] == [
        str(output.path) for output in outputs
    ]


def test_what_cannot_be_read_is_told(tmp_path: Path):
    (tmp_path / "Dockerfile").mkdir()
    with pytest.raises(HostError, match="cannot be read"):
        _ = Output(tmp_path / "Dockerfile", NEW).state


# --- a file with a region ---------------------------------------------------------------------------


def mine(text: str) -> str:
    return f"# mine\n{BEGIN}\n{text}{END}\nFROM image\nUSER 7\n"


@pytest.mark.parametrize(
    ("text", "state"), [("", "outdated"), (OLD, "outdated"), (NEW, "current"), (OLD + "USER 3\n", "edited")]
)
def test_of_a_file_with_a_region_the_region_counts_alone(output: Output, text: str, state: str):
    output.path.write_text(mine(text))
    assert output.state == state
    if state == "edited":
        with pytest.raises(UsageError, match="own work"):
            write([output])
        assert output.path.read_text() == mine(text)
    write([output], force=True)
    assert output.path.read_text() == mine(NEW)
    assert (output.state, output.diff) == ("current", "")


def test_the_diff_is_of_the_region(output: Output):
    output.path.write_text(mine(OLD))
    changed = [line for line in output.diff.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    assert {"-USER 1", "+USER 2"} <= set(changed)
    assert not [line for line in changed if "mine" in line or "USER 7" in line]


def test_a_broken_region_is_one_error_with_its_place_and_nothing_is_written(output: Output, tmp_path: Path):
    text = f"# mine\n{BEGIN}\n{OLD}"
    output.path.write_text(text)
    other = Output(tmp_path / "other", NEW)
    with pytest.raises(ProjectError, match="does not end") as caught:
        write([other, output])
    assert str(caught.value.at) == f"{output.path}:2"
    assert (output.path.read_text(), other.path.exists()) == (text, False)
