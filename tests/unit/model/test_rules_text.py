"""Rules files are data from people: what cannot be taken is named, and nothing in it can fill the memory."""

import time

import pytest
from pydantic import BaseModel, ConfigDict

from model.errors import RulesError
from model.rules_text import read_mapping, read_rules


class Rules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    limit: int


BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join(['*' + old] * 10)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "text",
    [
        "[1, 2]",
        "a: [",
        "a: b: c",
        BOMB,
        "[" * 20_000,
        "a: " + "9" * 100_000,
        "x" * 300_000,
        "!!python/object:os.system {}",
    ],
    ids=["list", "open", "colons", "aliases", "deep", "digits", "long", "object"],
)
def test_what_is_no_rules_file_is_refused_at_once(text: str) -> None:
    start = time.perf_counter()
    with pytest.raises(RulesError) as refused:
        read_mapping(text, "policy.yaml")
    assert refused.value.code == "rules.unreadable"
    assert "policy.yaml" in str(refused.value)
    assert len(str(refused.value)) < 300
    assert time.perf_counter() - start < 2


def test_every_wrong_field_is_named_and_no_value_repeated() -> None:
    with pytest.raises(RulesError) as refused:
        read_rules(Rules, "version: hunter2\nlimit: hunter3\nmore: hunter4\n", "policy.yaml")
    assert refused.value.code == "rules.invalid"
    assert {"limit", "more"} <= set(str(refused.value).replace(":", " ").split())
    assert "hunter" not in str(refused.value)


def test_a_few_aliases_are_fine() -> None:
    assert read_mapping("a: &a {x: 1}\nb: *a\n", "r.yaml")["b"] == {"x": 1}
