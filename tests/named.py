"""The named projects below `tests/cases`, for the tests that hold what becomes of each against a golden."""

from pathlib import Path

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())


def project(case: Path) -> Path:
    """The project of a case: itself, or the part of a repository that `member.txt` names."""
    member = case / "member.txt"
    return case / member.read_text().strip() if member.exists() else case
