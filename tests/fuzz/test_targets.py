"""What the fuzzer has found, and what it starts from, holds without it."""

import pytest
from tests.fuzz.targets import TARGETS

INPUTS = {
    "a comment behind a mark at the end": b"FROM a\nRUN b \\\n# c\n\n# d\n",
    "no UTF-8": b"FROM a\nRUN \xff\xfe\nCOPY \xc3( /\n",
    "a here-document without end": b"FROM a\nRUN <<EOF\nb\n",
    "an array without end": b'FROM a\nCMD ["b"\n',
    "nothing": b"",
    "zeros": bytes(64),
    "another escape and Windows' line ends": b"\xef\xbb\xbf# escape=`\r\nFROM a\r\nRUN b `\r\n c\r\n",
    "a compose file": b"services:\n  a: &a\n    image: postgres\n    ports: ['5432:5432']\n  b: {<<: *a}\n",
    "patterns": b"# a\n!b\n*.pyc\n  __pycache__/ \n",
    "quotes and substitutions": b"a 'b\" c' \"$(d `e`)\" ${f:-g} <<'H' && i\nj\nH\n",
}


@pytest.mark.parametrize("data", INPUTS.values(), ids=INPUTS)
@pytest.mark.parametrize("name", TARGETS)
def test_it_holds(name: str, data: bytes):
    TARGETS[name](data)
