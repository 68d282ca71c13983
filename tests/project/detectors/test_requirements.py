"""pip's requirements files."""

import pytest

from pottle.errors import ProjectError
from pottle.project.clues import Said
from pottle.project.detectors.requirements import detect
from pottle.project.facts import Lock, Repository
from pottle.project.reader import read_project
from pottle.project.survey import Survey
from pottle.project.tree import DictTree

HASH = "a" * 64


def lock(text: str, **files: str) -> Lock:
    clues = detect(Survey(DictTree({"requirements.txt": text, **files})), "requirements.txt")
    return next(clue for clue in clues if isinstance(clue, Lock))


def only(text: str, **files: str):
    (distribution,) = lock(text, **files).distributions
    return distribution


def warnings(text: str, subject: str = "warning") -> list[str]:
    clues = detect(Survey(DictTree({"requirements.txt": text})), "requirements.txt")
    return [clue.value for clue in clues if isinstance(clue, Said) and clue.subject == subject]


def test_pinned_and_hashed_is_complete():
    text = f"idna==3.7 \\\n    --hash=sha256:{HASH} \\\n    --hash=sha256:{'b' * 64}\n    # via httpx\n"
    found = lock(text)
    assert found.complete
    assert found.distributions[0].hashes == (f"sha256:{HASH}", f"sha256:{'b' * 64}")
    assert str(found.distributions[0].at) == "requirements.txt:1"
    assert warnings(text) == warnings(text, "unpinned") == []


@pytest.mark.parametrize(
    "text", ["idna\n", "idna==3.7\n", "idna==3.*\n", "idna>=3.7\n", f"idna>=3 --hash=sha256:{HASH}\n"]
)
def test_anything_less_is_a_wish_list_and_said_to_be(text):
    assert not lock(text).complete
    assert len(warnings(text, "unpinned")) == 1


def test_nothing_asked_for_is_complete():
    assert lock("# nothing yet\n").complete


READS = {
    "a name": ("Flask_Thing", "flask-thing", None, "registry"),
    "a pin": ("idna==3.7", "idna", "3.7", "registry"),
    "an arbitrary pin": ("idna===3.7", "idna", "3.7", "registry"),
    "two bounds": ("idna==3.7,!=3.8", "idna", None, "registry"),
    "a comment": ("idna==3.7  # because", "idna", "3.7", "registry"),
    "a URL by name": ("idna @ https://files.example/idna-3.7-py3-none-any.whl", "idna", "3.7", "url"),
    "a URL": ("https://files.example/idna-3.7-py3-none-any.whl#sha256=" + HASH, "idna", "3.7", "url"),
    "a repository": ("git+https://git.example/idna@v3#egg=idna", "idna", None, "vcs"),
    "a repository by name": ("idna @ git+ssh://git@git.example/idna", "idna", None, "vcs"),
    "a wheel": ("./wheels/idna-3.7-py3-none-any.whl", "idna", "3.7", "path"),
    "an option glued to its value": ("-rother.txt", "six", None, "registry"),
    "an option with an equals sign": ("--requirement=other.txt", "six", None, "registry"),
}


@pytest.mark.parametrize(("text", "name", "version", "source"), READS.values(), ids=READS)
def test_reads(text, name, version, source):
    found = only(text, **{"other.txt": "six"})
    assert (found.name, found.version and str(found.version), found.source) == (name, version, source)


def test_a_fragment_is_a_hash():
    assert lock(READS["a URL"][0]).complete


def test_extras_and_markers_are_kept():
    (root,) = lock('httpx[http2,Brotli_X]>=1 ; python_version >= "3.9"').roots
    assert root.extras == ("brotli-x", "http2")
    assert str(root.marker) == 'python_version >= "3.9"'
    assert str(root.specifier) == ">=1"


def test_one_name_may_stand_there_twice():
    found = lock("a==1; python_version<'3.12'\na==2; python_version>='3.12'\n")
    assert [str(d.version) for d in found.distributions] == ["1", "2"]
    assert [len(d.markers) for d in found.distributions] == [1, 1]


def test_constraints_narrow_and_pin():
    found = lock("idna\nsix>=1\n-c other.txt\n", **{"other.txt": "idna==3.7\nsix<2\nunused==1\n"})
    assert [(r.name, str(r.specifier), r.version and str(r.version)) for r in found.roots] == [
        ("idna", "==3.7", "3.7"),
        ("six", "<2,>=1", None),
    ]


def test_indexes_are_kept_in_order_without_credentials():
    text = "--extra-index-url https://b.example/simple\n-i https://u:secret@a.example/simple\nidna==3.7\n"
    found = lock(text)
    assert (found.index, found.extra_indexes) == ("https://a.example/simple", ("https://b.example/simple",))
    assert found.distributions[0].source_id == "https://a.example/simple"
    assert not any("secret" in warning for warning in warnings(text))
    assert "credentials" in warnings(text)[0]


@pytest.mark.parametrize("login", ["${USER}:${TOKEN}@", "oauth2:${TOKEN}@", "${TOKEN}@", ""])
def test_variables_in_an_indexs_url_are_no_credentials(login):
    text = f"-i https://{login}a.example/simple\nidna==3.7 --hash=sha256:{'0' * 64}\n"
    assert (lock(text).index, list(warnings(text))) == ("https://a.example/simple", [])


def test_an_editable_directory_is_named_by_its_pyproject():
    found = only("-e ./lib[fast]", **{"lib/pyproject.toml": '[project]\nname = "Lib"\nversion = "1"\n'})
    assert (found.name, found.source, found.source_id) == ("lib", "directory", "lib")


@pytest.mark.parametrize("itself", ["-e .", ".", "--editable=."])
def test_the_project_itself_brings_its_dependencies(itself):
    found = lock(
        f"{itself}\nsix\n",
        **{"pyproject.toml": '[project]\nname = "p"\nversion = "1"\ndependencies = ["idna", "six>=1"]\n'},
    )
    assert [(root.name, str(root.specifier)) for root in found.roots] == [("six", ""), ("idna", ""), ("six", ">=1")]


def test_the_project_itself_brings_the_extras_that_are_named():
    project = '[project]\nname = "p"\nversion = "1"\n[project.optional-dependencies]\nweb = ["idna"]\ndocs = ["six"]\n'
    found = lock("-e .[web]\n", **{"pyproject.toml": project})
    assert [root.name for root in found.roots] == ["idna"]


LIB = '[project]\nname = "Lib"\nversion = "1"\ndependencies = ["idna>=3", "six"]\n'


@pytest.mark.parametrize(
    "line", ["./lib", "-e ./lib", "-e lib", "file:lib", "-e file:lib", "lib/", "-e file:///${PROJECT_ROOT}/lib"]
)
def test_a_directory_brings_what_it_needs(line):
    found = lock(f"{line}\nsix==1.17\n", **{"lib/pyproject.toml": LIB})
    assert [(root.name, str(root.specifier)) for root in found.roots] == [
        ("lib", "None"),
        ("six", "==1.17"),
        ("idna", ">=3"),
    ]
    assert (found.distributions[0].source_id, found.distributions[0].backend) == (
        "lib",
        "setuptools.build_meta:__legacy__",
    )
    assert found.members == ("lib",)


def test_what_a_directory_needs_counts_where_it_does():
    found = lock("./lib ; python_version < '3.12'\n", **{"lib/pyproject.toml": LIB})
    assert {str(root.marker) for root in found.roots} == {'python_version < "3.12"'}


def test_a_pin_that_a_directory_does_not_agree_to_stops():
    with pytest.raises(ProjectError, match=r"asks for idna>=3, and it has 2\.0") as caught:
        lock("./lib\nidna==2.0\n", **{"lib/pyproject.toml": LIB})
    assert str(caught.value.at) == "lib/pyproject.toml:4"


def test_a_directory_beside_the_project_may_be_named():
    tree = DictTree(
        {"app/requirements.txt": "-e ../lib\n-r ../base.txt\n", "lib/pyproject.toml": LIB, "base.txt": "attrs"},
        directory="app",
    )
    found = next(clue for clue in detect(Survey(tree), "requirements.txt") if isinstance(clue, Lock))
    assert [root.name for root in found.roots] == ["lib", "attrs", "idna", "six"]


COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    "line",
    [
        f"git+https://u:secret@git.example/idna@{COMMIT}#egg=idna&subdirectory=py",
        f"idna @ git+https://git.example/idna@{COMMIT}#subdirectory=py",
        f"-e git+https://git.example/idna@{COMMIT}#egg=idna&subdirectory=py",
    ],
)
def test_a_whole_commit_pins_a_repository(line):
    found = lock(line)
    assert found.complete
    assert found.distributions[0].repository == Repository("https://git.example/idna", COMMIT, "py")
    assert "secret" not in repr(found)


@pytest.mark.parametrize("reference", ["", "@v3", "@0123456", "@main"])
def test_anything_less_does_not(reference):
    found = lock(f"idna @ git+https://git.example/idna{reference}")
    assert not found.complete
    assert found.distributions[0].repository is None


def test_a_url_may_have_a_marker():
    (root,) = lock("https://files.example/idna-3.7-py3-none-any.whl ; python_version < '3.12'").roots
    assert (root.name, str(root.marker)) == ("idna", 'python_version < "3.12"')


def test_what_is_not_followed_is_said():
    for option in ("--find-links https://files.example/", "--pre"):
        (warning,) = warnings(f"{option}\n")
        assert warning.startswith(f"{option.partition(' ')[0]} is passed over")


def test_a_byte_order_mark_and_carriage_returns_are_nothing_special():
    text = f"\ufeffidna==3.7 \\\r\n    --hash=sha256:{HASH}\r\n"
    assert lock(text).complete


def test_one_file_may_be_included_twice():
    assert (
        len(lock("-r a.txt\n-r b.txt\n", **{"a.txt": "-r c.txt", "b.txt": "-r c.txt", "c.txt": "idna==3.7"}).roots) == 2
    )


def test_stays_quiet_without_the_file():
    assert list(detect(Survey(DictTree({"requirements-dev.txt": "idna"})), "requirements.txt")) == []


def test_a_url_by_name_is_the_url_alone():
    url = "https://files.example/idna-3.7-py3-none-any.whl"
    for text in (f"idna @ {url}", f"idna@{url}", url):
        assert (only(text).source_id, lock(text).roots[0].url) == (url, url)


# --- beside what the project says itself ----------------------------------------------------------

PROJECT = '[project]\nname = "p"\nversion = "1"\ndependencies = ["idna>=3", "six"]\n'


def facts(files: dict[str, str], lockfile: str | None = None):
    return read_project(DictTree({"pyproject.toml": PROJECT, "main.py": "", **files}), lockfile)


BESIDE = {
    "all of it": ({"requirements.txt": "idna==3.7\nsix==1.17\nh11==1\n"}, "pip", ["idna", "six", "h11"]),
    "some of it": ({"requirements.txt": "idna==3.7\ngunicorn\n"}, "pip", ["idna", "gunicorn", "six"]),
    "nothing of it": ({"requirements.txt": "pytest\nruff\n"}, "none", ["idna", "six"]),
    "a loose folder": ({"requirements/production.txt": "idna\nsix\ngunicorn\n"}, "none", ["idna", "six"]),
    "a pinned folder": ({"requirements/prod.txt": "idna==3.7\nsix==1.17\n"}, "pip", ["idna", "six"]),
    "a pinned folder for something": ({"requirements/gpu.txt": "idna==3.7\nsix==1.17\n"}, "none", ["idna", "six"]),
}


@pytest.mark.parametrize(("files", "manager", "roots"), BESIDE.values(), ids=BESIDE)
def test_what_wins(files: dict[str, str], manager: str, roots: list[str]):
    found = facts(files)
    assert found.lock is not None
    assert (found.package_manager.value, [root.name for root in found.lock.roots]) == (manager, roots)


def test_a_list_that_is_about_something_else_is_passed_over_and_that_is_said():
    found = facts({"requirements.txt": "pytest\n"})
    assert [str(unpinned.at) for unpinned in found.unpinned] == ["pyproject.toml:4"]
    (warning,) = found.warnings
    assert str(warning.at) == "requirements.txt"
    assert "passed over" in warning.value


def test_unless_it_is_named():
    found = facts({"requirements.txt": "pytest\n"}, "requirements.txt")
    assert found.lock is not None
    assert [root.name for root in found.lock.roots] == ["pytest", "idna", "six"]


def test_a_pin_that_the_project_does_not_agree_to_stops():
    with pytest.raises(
        ProjectError, match=r"requirements\.txt is stale: the project asks for idna>=3, and it has 2\.0"
    ):
        facts({"requirements.txt": "idna==2.0\nsix==1.17\n"})


def test_what_a_hashed_list_does_not_have_makes_it_stale():
    with pytest.raises(ProjectError, match=r"requirements\.txt is stale: the project asks for six"):
        facts({"requirements.txt": f"idna==3.7 --hash=sha256:{HASH}\n"})


def test_two_lists_for_production_are_named():
    with pytest.raises(ProjectError, match=r"requirements/prod\.txt and requirements/production\.txt") as caught:
        read_project(DictTree({"requirements/prod.txt": "a", "requirements/production.txt": "b"}))
    assert "lockfile" in (caught.value.hint or "")


def test_a_misspelt_list_is_read_and_that_is_said():
    found = read_project(DictTree({"requirments.txt": "idna==3.7\n", "main.py": ""}))
    assert found.lock is not None
    assert [root.name for root in found.lock.roots] == ["idna"]
    assert "misspelt" in found.warnings[0].value


def test_several_options_may_stand_on_one_line():
    found = lock(
        "-i https://a.example/simple --trusted-host a.example --extra-index-url=https://b.example/simple\nidna\n"
    )
    assert (found.index, found.extra_indexes) == ("https://a.example/simple", ("https://b.example/simple",))


def test_a_variable_stands_for_a_secret_and_is_not_kept():
    found = lock("-i https://user:${TOKEN}@a.example/simple\ngit+https://${TOKEN}@git.example/idna#egg=idna\n")
    assert "TOKEN" not in repr(found)
