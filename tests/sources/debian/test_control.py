import pytest

from pottle.sources.debian.control import InvalidRelation, Relation, paragraphs, relations
from pottle.sources.debian.version import InvalidVersion


def test_paragraphs_with_continuations_and_comments():
    text = "# a comment\nPackage: a\nDepends: b,\n c (>= 1)\nEmpty:\n\n\nPackage: d\n \t \nPackage: e"
    assert list(paragraphs(text)) == [
        {"Package": "a", "Depends": "b,\n c (>= 1)", "Empty": ""},
        {"Package": "d"},
        {"Package": "e"},
    ]


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("libc6", Relation("libc6")),
        ("libc6 (>= 2.36~)", Relation("libc6", None, ">=", "2.36~")),
        ("python3:any (<<3.14)", Relation("python3", "any", "<<", "3.14")),
        ("libstdc++6:amd64", Relation("libstdc++6", "amd64")),
        ("awk( = 1:2-3 )", Relation("awk", None, "=", "1:2-3")),
    ],
)
def test_a_relation(text, relation):
    assert relations(text) == ((relation,),)
    assert relations(str(relation)) == ((relation,),)


def test_clauses_and_alternatives_keep_their_order():
    (first, second) = relations("debconf (>= 0.5) | debconf-2.0,\n libc6,")
    assert [str(wish) for wish in first] == ["debconf (>= 0.5)", "debconf-2.0"]
    assert [str(wish) for wish in second] == ["libc6"]
    assert relations("") == ()


@pytest.mark.parametrize("text", ["a b", "A", "a (~ 1)", "a (>= )", "a |", "a [amd64]", "(>= 1)"])
def test_refuses_what_is_no_relation(text):
    with pytest.raises(InvalidRelation):
        relations(text)


def test_refuses_a_relation_to_no_version():
    with pytest.raises(InvalidVersion):
        relations("a (>= 1_0)")


def test_a_constraint_is_not_met_without_a_version():
    assert Relation("mail-transport-agent").admits(None)
    assert not Relation("mail-transport-agent", None, ">=", "1").admits(None)
