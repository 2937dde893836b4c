"""What is asked of a customer: everything at once, never a repair paper where photos are enough, never a hard word."""

import ast
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from claims.facts import CaseFacts, Cause
from claims.materials import Material, MaterialRules, Needs, When
from claims.tone import hard_words
from model.errors import RulesError
from model.notes import Note
from model.texts import LANGUAGES, Texts

RULES = MaterialRules.load()
TEXT = files("data").joinpath("rules", "materials.yaml").read_text("utf-8")
DOCUMENTS = ["vehicle_licence", "driving_licence", "identity_card", "insurance_policy", "bank_card"]
SHOTS = ["shot_front", "shot_rear", "shot_contact", "shot_damage"]

maybe = st.sampled_from([None, True, False])
cases = st.builds(
    Needs,
    facts=st.builds(
        CaseFacts, single_party=maybe, disputed=st.booleans(), cause=st.one_of(st.none(), st.sampled_from(Cause))
    ),
    photo_only=maybe,
    police_report=maybe,
)


def needs(**changes: Any) -> Needs:
    facts = CaseFacts(single_party=True, cause=Cause.SCRAPE).model_copy(update=changes.pop("facts", {}))
    return Needs(**{"facts": facts, "photo_only": True, "police_report": False, **changes})


def item(note: Note) -> str:
    inner = note.facts.get("item", note)
    assert isinstance(inner, Note)
    return inner.code.removeprefix("material.")


def asked(of: Needs, there: frozenset[Material] = frozenset()) -> list[str]:
    return [item(note) for note in RULES.missing(of, there)]


def sure(of: Needs) -> list[str]:
    return [item(note) for note in RULES.missing(of, set()) if note.code != "material.perhaps"]


@pytest.mark.parametrize(
    ("case", "listed"),
    [
        (needs(), [*DOCUMENTS, *SHOTS, "shot_struck_object"]),
        (needs(photo_only=False), [*DOCUMENTS, "repair_invoice", *SHOTS, "shot_struck_object"]),
        (needs(police_report=True), [*DOCUMENTS, "accident_report", *SHOTS, "shot_struck_object"]),
        (needs(facts={"single_party": False}), [*DOCUMENTS, "accident_report", *SHOTS, "shot_struck_object"]),
        (needs(facts={"disputed": True}), [*DOCUMENTS, "accident_report", *SHOTS, "shot_struck_object"]),
        (needs(facts={"cause": Cause.HAIL}), [*DOCUMENTS, *SHOTS]),
    ],
)
def test_the_list_of_a_decided_case(case: Needs, listed: list[str]) -> None:
    assert asked(case) == listed
    assert sure(case) == listed


def test_before_anything_is_decided_the_list_is_whole() -> None:
    open_case = Needs(facts=CaseFacts())
    assert asked(open_case) == [rule.name.value for rule in RULES.materials]
    assert sure(open_case) == [*DOCUMENTS, *SHOTS]


@given(cases)
def test_a_photo_only_case_never_hears_of_repair_papers(case: Needs) -> None:
    small = Needs(facts=case.facts, photo_only=True, police_report=case.police_report)
    assert not [name for name in asked(small) if "repair" in name or "quotation" in name]
    for language in LANGUAGES:
        said = " ".join(Texts.load(language).say(note) for note in RULES.missing(small, set())).lower()
        assert not re.search("quotation|invoice|repair cost|报价单|发票", said)


@given(cases, maybe, maybe, st.one_of(st.none(), st.sampled_from(Cause)))
def test_nothing_new_is_asked_for_when_more_is_known(
    case: Needs, photo_only: bool | None, police_report: bool | None, cause: Cause | None
) -> None:
    later = Needs(
        facts=case.facts.model_copy(update={"cause": case.facts.cause or cause}),
        photo_only=photo_only if case.photo_only is None else case.photo_only,
        police_report=police_report if case.police_report is None else case.police_report,
    )
    assert set(asked(later)) <= set(asked(case))
    assert set(sure(case)) <= set(sure(later))


@given(cases, st.frozensets(st.sampled_from(Material)), st.sampled_from(Material))
def test_what_came_is_struck_off_and_nothing_else_changes(
    case: Needs, there: frozenset[Material], new: Material
) -> None:
    before = asked(case, there)
    assert asked(case, there | {new}) == [name for name in before if name != new.value]
    assert not set(before) & {name.value for name in there}
    assert RULES.complete(case, there) is not bool(set(sure(case)) - {name.value for name in there})


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_material_is_named(language: str) -> None:
    sentences = Texts.load(language).sentences
    assert {f"material.{name}" for name in Material} <= sentences.keys()
    assert {f"material.when.{when}" for when in When} - {"material.when.always"} <= sentences.keys()
    assert {rule.name for rule in RULES.materials} == set(Material)


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (lambda tree: tree["materials"].append(dict(tree["materials"][0])), "there twice: vehicle_licence"),
        (lambda tree: tree["materials"][6].update(when="always"), "repair_invoice: repair papers"),
        (lambda tree: tree["materials"][0].update(when="repair_papers"), "vehicle_licence: repair papers"),
        (lambda tree: tree["materials"][0].update(name="repair_quotation"), "name"),
        (lambda tree: tree.update(materials=[]), "materials"),
    ],
)
def test_a_list_that_asks_too_much_is_refused(edit: Any, told: str) -> None:
    tree = yaml.safe_load(TEXT)
    edit(tree)
    with pytest.raises(RulesError) as raised:
        MaterialRules.from_yaml(yaml.safe_dump(tree))
    assert told in str(raised.value)


def test_the_version_names_the_content() -> None:
    assert RULES.version.startswith("2026-11-22@")
    assert MaterialRules.from_yaml(TEXT + "\n").version != RULES.version


# --- words that customers never read (W1, W4) -----------------------------------------------------------------------

ROOT = Path(__file__).resolve().parents[3]
CODE = re.compile(r"[a-z]+\.[a-z_]+")
QUOTED_CODE = re.compile(rf'"{CODE.pattern}"')


def read_by_people() -> Iterator[tuple[str, str]]:
    """Sentences in both languages, pages with their scripts and styles, and what the source of the rim says itself.

    Codes are for programs: what people read is the sentence of the code.
    """
    for language in LANGUAGES:
        yield from ((f"{language}: {code}", text) for code, text in Texts.load(language).sentences.items())
    for path in [*(ROOT / "web").rglob("*.j2"), *(ROOT / "web").rglob("*.js"), *(ROOT / "web").rglob("*.css")]:
        yield path.name, QUOTED_CODE.sub("", path.read_text("utf-8"))
    for path in (ROOT / "api").rglob("*.py"):
        constants = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Constant)]
        words = (node for node in constants if isinstance(node.value, str) and not CODE.fullmatch(node.value))
        yield from ((f"{path.name}:{node.lineno}", node.value) for node in words)


def test_nobody_reads_a_hard_word_or_a_promise() -> None:
    texts = list(read_by_people())
    assert len(texts) > 1000
    assert not [(where, found) for where, text in texts if (found := hard_words(text))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("我们不可能赔", ("不可能",)),
        ("全赔,这样不行", ("全赔", "不行")),
        ("按规定办理", ("按规定",)),
        ("请补交不行驶的说明", ()),
        ("That is impossible.", ("impossible",)),
        ("Fully covered!", ("Fully covered",)),
        ("Under company rules", ("Under company rules",)),
        ("You don’t understand, you don't understand", ("You don't understand", "you don't understand")),
        ("The bumper is older than the policy.", ()),
    ],
)
def test_hard_words_are_found(text: str, found: tuple[str, ...]) -> None:
    assert hard_words(text) == found
