"""How a Dockerfile is written, on a command line and in its head."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pottle.errors import UsageError
from pottle.render.style import SECRETS, Style, remembered

LAYOUTS = st.sampled_from(["stages", "single-stage", "wheel-house"])
IMAGES = st.none() | st.from_regex(r"[a-z][a-z0-9./-]{0,20}:[a-z0-9.]{1,9}", fullmatch=True)
SECRET_SETS = st.sets(st.sampled_from(sorted(SECRETS))).map(lambda found: tuple(sorted(found)))


@st.composite
def styles(draw: st.DrawFn) -> Style:
    layout = draw(LAYOUTS)
    dev = layout == "stages" and draw(st.booleans())
    return Style(draw(IMAGES), draw(SECRET_SETS), draw(st.booleans()), dev, draw(st.booleans()), layout)


@given(styles())
def test_what_a_style_says_of_itself_is_the_same_style(style: Style):
    assert remembered(f"# by `pottle generate dockerfile{style.flags}`.\n") == style


@pytest.mark.parametrize(
    "head",
    [
        "",
        "FROM scratch\n",
        "# by `pottle generate dockerfile --from`\n",
        "# by `pottle generate dockerfile '`\n",
        "# by `pottle generate dockerfile --secret /etc/shadow`\n",
        "# by `pottle generate dockerfile --dev --single-stage`\n",
    ],
)
def test_what_is_no_style_is_the_usual_one(head: str):
    assert remembered(head) == Style()


def test_a_stage_for_developers_wants_stages():
    with pytest.raises(UsageError, match="--single-stage has none"):
        Style(dev=True, layout="single-stage")
