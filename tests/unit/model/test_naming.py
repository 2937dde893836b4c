"""Names of files as strangers give them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.naming import last_step, shown_name, stored_name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("left door (1).jpg", "left door (1).jpg"),
        ("左前门.jpg", "左前门.jpg"),
        ("Screenshot at 9.00\u202fPM.png", "Screenshot at 9.00 PM.png"),
        ("a\x07b\u202egpj.jpg", "a�b�gpj.jpg"),
        ("bad\udce9.jpg", "bad�.jpg"),
        ("", "�"),
        (" \u3000", "�"),
    ],
)
def test_shown(name: str, shown: str) -> None:
    assert shown_name(name) == shown


@given(st.text(st.characters(categories=None) | st.characters(categories=["Cs", "Cf", "Cc", "Zs"])))
def test_what_is_shown_can_be_sent_and_commands_nothing(name: str) -> None:
    shown = shown_name(name)
    assert shown.encode("utf-8")
    assert shown.isprintable()
    assert shown_name(shown) == shown


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("../../etc/passwd", "etc-passwd"),
        ("二〇二七 价格", "二〇二七-价格"),
        ("", "table"),
        ("a@b", "a-b"),
        ("..", "table"),
    ],
)
def test_stored(name: str, stored: str) -> None:
    assert stored_name(name, most=60, otherwise="table") == stored


@given(st.text())
def test_what_is_stored_is_one_step_of_a_path(name: str) -> None:
    stored = stored_name(name, most=20, otherwise="x")
    assert re.fullmatch(r"[\w.-]{1,20}", stored)
    assert stored not in {".", ".."}


@pytest.mark.parametrize("path", ["a/b.jpg", "C:\\a\\b.jpg", "b.jpg", "../b.jpg"])
def test_last_step(path: str) -> None:
    assert last_step(path) == "b.jpg"
