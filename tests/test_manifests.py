"""A manifest is text: what names a project is found where it stands, and nothing else changes by a byte."""

import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pottle.errors import ProjectError, UsageError
from pottle.manifests import DEEPEST, MAX_SIZE, Manifest, files, joined, read

IMAGE = "registry.example:5000/team/shop@sha256:" + "a" * 64


def manifest(text: str, path: str = "k8s/web.yaml") -> Manifest:
    return read(path, text.encode())


def resolved(text: str) -> str:
    found = manifest(text)
    assert found.problems == ()
    return found.resolved(dict.fromkeys(found.mentions, IMAGE))


DEPLOYMENT = """\
# The web server.
apiVersion: apps/v1
kind: Deployment
metadata: {name: web,   labels: { app : web }}   # odd, and kept
spec:
  template:
    spec:
      containers:
        - name: web
          image:   "pottle://./services/web"    # built here
          args: ['--url', "http://x"]
        - &other
          name: other
          image: 'registry.example/other:1'
---
apiVersion: batch/v1
kind: Job
spec: {template: {spec: {containers: [{image: pottle://./services/job, name: j}]}}}
...
"""


def test_only_the_reference_is_replaced() -> None:
    expected = DEPLOYMENT.replace("pottle://./services/web", IMAGE).replace("pottle://./services/job", IMAGE)
    assert resolved(DEPLOYMENT) == expected


def test_each_mention_knows_its_place_and_its_project() -> None:
    found = manifest(DEPLOYMENT)
    assert [(m.reference, str(m.at)) for m in found.mentions] == [
        ("pottle://./services/web", "k8s/web.yaml:10"),
        ("pottle://./services/job", "k8s/web.yaml:18"),
    ]
    assert [found.project_of(m) for m in found.mentions] == [Path("k8s/services/web"), Path("k8s/services/job")]


def test_what_comes_by_stdin_is_relative_to_where_we_are() -> None:
    found = manifest("image: pottle://../shop", "-")
    assert found.project_of(found.mentions[0]) == Path("../shop")


WRITTEN = {
    "plain": "a: pottle://./x\n",
    "plain at the end": "a: pottle://./x",
    "with a comment": "a: pottle://./x # y\n",
    "double quotes": 'a: "pottle://./x"\n',
    "single quotes": "a: 'pottle://./x'\n",
    "in a list": "- pottle://./x\n",
    "in brackets": "[pottle://./x,b]\n",
    "in braces": "{a: pottle://./x}\n",
    "as JSON": '{"a":"pottle://./x","b":[1,null]}',
    "as a key": "pottle://./x: 1\n",
    "with an anchor": "a: &image pottle://./x\nb: *image\n",
    "with a tag": "a: !!str pottle://./x\n",
    "with both": "a: &image !!str 'pottle://./x'\nb: *image\n",
    "a literal block": "a: |\n  pottle://./x\nb: 1\n",
    "a folded block": "a: >-\n    pottle://./x\n",
    "the whole document": "pottle://./x\n",
    "after a directive": "%YAML 1.1\n---\na: pottle://./x\n",
    "CRLF": "a: 1\r\nb: pottle://./x\r\nc: 2\r\n",
    "after a byte order mark": "\ufeffa: pottle://./x\n",
    "after characters of any width": "ä: 漢字😀\nb: pottle://./x\n",
    "a directory with a blank's substitute": "a: pottle://./x/y_z-1.0/ü\n",
    "in the second document": "a: 1\n---\nb: pottle://./x\n",
}


@pytest.mark.parametrize("text", WRITTEN.values(), ids=list(WRITTEN))
def test_however_it_is_written(text: str) -> None:
    found = manifest(text)
    (mention,) = found.mentions
    changed = resolved(text)
    assert changed == text.replace(mention.reference, IMAGE)
    before, after = list(yaml.safe_load_all(text)), list(yaml.safe_load_all(changed))
    assert str(after) == str(before).replace(mention.reference, IMAGE)


def test_json_may_be_indented_by_tabs() -> None:
    text = '{\n\t"image":\t"pottle://./x",\n\t"b": "\\t"\n}\n'
    found = read("web.json", text.encode())
    assert found.resolved(dict.fromkeys(found.mentions, IMAGE)) == text.replace("pottle://./x", IMAGE)


UNTOUCHED = (
    "", "\n", "a: 1\n", "a: xpottle://./x\n", "# pottle://./x\na: 1\n", "a: see pottle://./x for more\n",
    "a: |\n  text\n  pottle://./x\n", "not: [yaml\n", "{{ helm }}\n", "a: Pottle://./x\n",
)  # fmt: skip


@pytest.mark.parametrize("text", UNTOUCHED)
def test_what_names_no_project_stays(text: str) -> None:
    assert resolved(text) == text


def test_aliases_are_not_expanded() -> None:
    """A billion laughs are a few lines."""
    bomb = "a0: &a0 [pottle://./x]\n" + "".join(f"a{n}: &a{n} [{f'*a{n - 1},' * 9}]\n" for n in range(1, 30))
    began = time.monotonic()
    assert resolved(bomb) == bomb.replace("pottle://./x", IMAGE)
    assert time.monotonic() - began < 5


def test_nesting_is_bounded() -> None:
    text = "a: pottle://./x\nb: " + "[" * 100_000
    began = time.monotonic()
    with pytest.raises(ProjectError, match=f"deeper than {DEEPEST}"):
        manifest(text)
    assert time.monotonic() - began < 5


def test_size_is_bounded() -> None:
    with pytest.raises(ProjectError, match="no manifest does"):
        read("x.yaml", b"#" * (MAX_SIZE + 1))


WRONG = {
    "no directory": "a: pottle://\n",
    "an absolute path": "a: pottle:///srv/x\n",
    "a blank": 'a: "pottle://./x y"\n',
    "an escape": 'a: "pottle://./\\x78"\n',
    "two lines": 'a: "pottle://./x\n  /y"\n',
    "quotes in quotes": "a: 'pottle://./x''y'\n",
}


@pytest.mark.parametrize("text", WRONG.values(), ids=list(WRONG))
def test_a_reference_that_cannot_be_understood_is_a_problem_of_its_line(text: str) -> None:
    found = manifest(f"# one\n{text}")
    assert found.mentions == ()
    (problem,) = found.problems
    assert str(problem.at) == "k8s/web.yaml:2"
    assert problem.hint
    assert "pottle://" in problem.hint


def test_all_problems_are_found() -> None:
    assert len(manifest("".join(f"{n}: pottle:///srv\n" for n in range(3))).problems) == 3


NO_YAML = {
    "a bracket": "a: pottle://./x\nb: [1\n",
    "a tab": "a: pottle://./x\nb:\n\t- 1\n",
    "a template": "a: pottle://./x\nb: {{ .Values.x }}: y\n",
    "a mapping in a value": "a: pottle://./x\nb: c: d\n",
    "an unknown escape": 'a: pottle://./x\nb: "\\q"\n',
    "a control character": "a: pottle://./x\nb: \x01\n",
    "an undefined tag handle": "a: pottle://./x\nb: !q!w e\n",
}


@pytest.mark.parametrize("text", NO_YAML.values(), ids=list(NO_YAML))
def test_what_is_no_yaml_is_said_with_its_line(text: str) -> None:
    with pytest.raises(ProjectError, match="this is not YAML") as caught:
        manifest(text)
    assert caught.value.at is not None
    assert caught.value.at.path == "k8s/web.yaml"
    assert "\n" not in caught.value.what


def test_what_is_no_utf8_is_said() -> None:
    with pytest.raises(ProjectError, match="not UTF-8"):
        read("x.yaml", "a: pottle://./ü".encode("latin-1"))


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_around_a_reference_is_kept_or_refused_in_words(before: str, after: str) -> None:
    text = f"{before}\nx: pottle://./x\n{after}"
    try:
        content = text.encode()
    except UnicodeEncodeError:
        return
    try:
        found = read("x.yaml", content)
    except ProjectError:
        return
    assert found.resolved({mention: mention.reference for mention in found.mentions}) == text
    for mention in found.mentions:
        assert text[mention.start : mention.end] == mention.reference


# --- several files --------------------------------------------------------------------------------

JOINED = {
    "one": (["a: 1"], "a: 1"),
    "two": (["a: 1\n", "b: 2\n"], "a: 1\n---\nb: 2\n"),
    "without a last newline": (["a: 1", "b: 2"], "a: 1\n---\nb: 2"),
    "the second begins by itself": (["a: 1\n", "---\nb: 2\n"], "a: 1\n---\nb: 2\n"),
    "an empty one": (["a: 1\n", "", "b: 2\n"], "a: 1\n---\nb: 2\n"),
    "a directive": (["a: 1\n", "%YAML 1.1\n---\nb: 2\n"], "a: 1\n...\n%YAML 1.1\n---\nb: 2\n"),
    "JSON": (['{"a": 1}', '{"b": 2}'], '{"a": 1}\n---\n{"b": 2}'),
}


@pytest.mark.parametrize(("texts", "whole"), JOINED.values(), ids=list(JOINED))
def test_files_become_one_stream(texts: list[str], whole: str) -> None:
    assert joined(texts) == whole
    documents = [document for text in texts if text for document in yaml.safe_load_all(text)]
    assert list(yaml.safe_load_all(whole)) == documents


def test_of_a_directory_all_manifests_are_meant(tmp_path: Path) -> None:
    for name in ("b.yaml", "a/z.yml", "a/c.json", "a/notes.md", ".git/x.yaml", ".hidden.yaml", "Makefile"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "loop").symlink_to(tmp_path)
    found = [str(Path(file).relative_to(tmp_path)) for file in files([str(tmp_path)])]
    assert found == ["a/c.json", "a/z.yml", "b.yaml"]


def test_a_file_is_read_once_and_whatever_it_is_called(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("")
    one = str(tmp_path / "x.txt")
    assert files([one, "-", one, "-"]) == (one, "-")


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no file"):
        files([str(tmp_path / "gone.yaml")])
