"""An estimate is made again by the rules of its day, whatever is in force by then; and what would move it is named."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from desks import AT, changed, open_house, scene
from reviews import HOUR, Case, in_review, looked_at, reported, somebody
from sqlalchemy import text
from statements import statements

from claims.desk import handing_over, queue, reviewing
from claims.desk.cover import Cover, state_cover
from claims.desk.desk import SYSTEM
from claims.desk.house import House
from claims.desk.photos import add_photos, look
from claims.desk.remembering import keep_sources, rulebook_of
from claims.desk.replaying import replayed, what_moved
from claims.desk.submitting import submit
from claims.keys import Keys
from claims.moved import Source
from claims.notice import Notice
from claims.repository import assessments, rule_texts
from claims.repository.assessments import Made
from claims.repository.book import Books
from claims.review_changes import Add, Edit, Why
from claims.rule_sources import RuleFile
from claims.states import Role
from claims.triage import Route
from inference.detector import Detector
from inference.testing import ScriptedDetector, shipped_manifest
from model.errors import ClaimError, ReviewError, RightsError, StorageError
from model.registry import model_dir, shipped_weights
from model.vocabulary import Part
from parts_pricing.operations import Operation

SCRATCH = scene("01-scratched-door-two-views")
LATER = AT + timedelta(days=400)

DOOR = "steel,125,2000,1000,740,4.0,1.5,2.4,1.0,2.5,5.0"
PRICES = (RuleFile.PARTS, f"{DOOR},480", f"{DOOR},580")
REPAIRED = (
    RuleFile.REPAIR,
    "moderate: {do: refinish, sources: [C14]}\n      severe: {do: repair, hours: minor, sources: [C14]}",
    "moderate: {do: repair, hours: minor, sources: [C14]}\n      severe: {do: repair, hours: minor, sources: [C14]}",
)
RULES = (RuleFile.PROFILES, "version:", "# nobody changed a number\nversion:")
POLICY = (RuleFile.POLICY, "min_views: 2", "min_views: 3")


@pytest.fixture
def house(books: Books, tmp_path: Path, keys: Keys) -> House:
    return open_house(books, tmp_path, keys, SCRATCH)


@pytest.fixture
def case(house: House, notice: Notice) -> Case:
    return in_review(house, notice, SCRATCH)


def offered(house: House, notice: Notice) -> Case:
    """A case that the machine made an offer for."""
    case = reported(house, notice)
    cover = Cover(policy_active=True, plate_matches_policy=True)
    case.do(somebody(house, Role.FRONT_LINE), AT, state_cover, cover)
    case.do(case.customer, AT, add_photos, [look(house, content, "p.jpg", at=AT) for content in SCRATCH.photos])
    looked_at(case, AT)
    assert made_for(case).route is Route.INSTANT_OFFER
    return case


def made_for(case: Case) -> Made:
    with case.house.books.reading() as book:
        [made] = assessments.of_claim(book, case.id)
    return made


def with_rules(house: House, *edits: tuple[RuleFile, str, str]) -> House:
    rulebook = house.rulebook
    for edit in edits:
        rulebook = changed(rulebook, *edit)
    return replace(house, eyes=replace(house.eyes, rulebook=rulebook))


def kept_texts(house: House) -> int:
    with house.books.reading() as book:
        return int(book.connection.execute(text("SELECT count(*) FROM rule_texts")).scalar_one())


# --- what is kept ---------------------------------------------------------------------------------------------------


def test_every_file_is_kept_with_the_first_estimate_and_never_again(
    house: House, case: Case, notice: Notice, books: Books
) -> None:
    assert kept_texts(house) == len(RuleFile)
    with books.reading() as book:
        for source in house.rulebook.sources:
            found = rule_texts.of_version(book, source.file, source.version)
            assert found is not None
            assert (found.content, found.sha256) == (source.content, source.sha256)
    second = reported(house, notice, AT + HOUR)
    with statements(books.engine) as asked, house.desk(SYSTEM, AT + HOUR) as desk:
        keep_sources(desk)
    assert [told for told in asked if "INSERT INTO rule_texts" in told] == []
    assert [told for told in asked if "FROM rule_texts" in told] != []
    assert second.id != case.id
    assert kept_texts(house) == len(RuleFile)


def test_only_what_changed_is_kept_anew(house: House, case: Case) -> None:
    with with_rules(house, POLICY).desk(SYSTEM, AT + HOUR) as desk:
        keep_sources(desk)
    assert kept_texts(house) == len(RuleFile) + 1
    assert made_for(case).estimate.versions["policy"] == house.rulebook.policy.version


def test_a_case_that_only_a_person_looked_at_keeps_its_tables_too(house: House, notice: Notice) -> None:
    case, expert = reported(house, notice), somebody(house, Role.EXPERT)
    case.do(case.customer, AT, add_photos, [look(house, SCRATCH.photos[0], "p.jpg", at=AT)])
    case.do(case.customer, AT, submit)
    case.do(expert, AT, handing_over.refer, "客户来电")
    case.do(expert, AT, queue.take)
    assert kept_texts(house) == 0
    seen = case.see(expert, AT, reviewing.review_of)
    hood = Add(part=Part.HOOD, operation=Operation.REPAIR, why=Why.MISSED)
    case.do(expert, AT, reviewing.correct, [hood], seen.version)
    assert kept_texts(house) == len(RuleFile)


# --- made again -----------------------------------------------------------------------------------------------------


def test_made_again_to_the_byte(house: House, case: Case) -> None:
    made = made_for(case)
    again = replayed(house, SYSTEM, case.id, made.id, LATER)
    assert (again.same, again.differences, again.document) == (True, (), made.estimate.document)


@pytest.mark.parametrize("edit", [PRICES, RULES, POLICY], ids=["prices", "rules", "policy"])
def test_made_again_to_the_byte_after_the_rules_have_changed(
    house: House, case: Case, edit: tuple[RuleFile, str, str]
) -> None:
    made, other = made_for(case), with_rules(house, edit)
    assert other.rulebook.versions != house.rulebook.versions
    assert replayed(other, SYSTEM, case.id, made.id, LATER).same


def test_a_review_is_opened_by_the_tables_of_its_estimate(house: House, case: Case) -> None:
    senior = somebody(house, Role.SENIOR)
    dearer = Case(with_rules(house, PRICES), case.id, case.customer)
    dearer.do(senior, AT + HOUR, queue.take)
    found = dearer.see(senior, AT + HOUR, reviewing.review_of)
    assert found.review.machine_total == made_for(case).total
    edit = Edit(line=0, why=Why.WRONG_HOURS, hours=found.review.lines[0].value.hours)
    assert dearer.do(senior, AT + HOUR, reviewing.correct, [edit], found.version).review.total == found.review.total


def test_without_its_files_nothing_is_made_up(house: House, case: Case, books: Books) -> None:
    made, senior = made_for(case), somebody(house, Role.SENIOR)
    other = with_rules(house, POLICY)
    with books.writing() as book:
        book.connection.execute(text("DELETE FROM rule_texts WHERE file = 'triage.yaml'"))
    case.do(senior, AT + HOUR, queue.take)
    with pytest.raises(ClaimError, match=r"claim\.rules_gone: triage\.yaml 2026-") as gone:
        replayed(other, SYSTEM, case.id, made.id, LATER)
    assert gone.value.facts["versions"] == (f"triage.yaml {house.rulebook.policy.version}",)
    with pytest.raises(ReviewError, match=r"not_reproduced: claim\.rules_gone"):
        Case(other, case.id, case.customer).see(senior, AT + HOUR, reviewing.review_of)


def test_a_file_that_was_altered_is_not_used(house: House, case: Case, books: Books) -> None:
    made, other = made_for(case), with_rules(house, POLICY)
    with books.writing() as book:
        change = "UPDATE rule_texts SET content = replace(content, 'min_views: 2', 'min_views: 1')"
        book.connection.execute(text(change))
    with pytest.raises(StorageError, match=r"storage\.damaged"):
        replayed(other, SYSTEM, case.id, made.id, LATER)


def test_a_file_under_the_version_of_another_is_not_used(house: House, case: Case, books: Books) -> None:
    other = with_rules(house, POLICY)
    with other.desk(SYSTEM, AT) as desk:
        keep_sources(desk)
    wrong = {**house.rulebook.versions, "policy": "2020-01-01@00000000"}
    with books.writing() as book:
        sql = text("UPDATE rule_texts SET version = '2020-01-01@00000000' WHERE version = :version")
        book.connection.execute(sql, {"version": other.rulebook.policy.version})
    with house.looking(SYSTEM, AT) as desk, pytest.raises(StorageError, match=r"storage\.damaged"):
        rulebook_of(desk, wrong)


def test_a_detector_that_is_gone_is_named(house: House, case: Case, books: Books) -> None:
    made = made_for(case)
    with books.writing() as book:
        sql = text("UPDATE assessments SET versions = :versions")
        versions = {**made.estimate.versions, "model": "joint-v0@9.9.9+0123456789ab"}
        book.connection.execute(sql, {"versions": json.dumps(versions)})
    with pytest.raises(ClaimError, match=r"claim\.model_gone: joint-v0@9\.9\.9") as gone:
        replayed(house, SYSTEM, case.id, made.id, LATER)
    assert gone.value.facts["model"] == "joint-v0@9.9.9+0123456789ab"


def test_a_photo_that_is_gone_or_altered_is_told(house: House, case: Case, tmp_path: Path) -> None:
    made = made_for(case)
    [file] = (tmp_path / "photos").rglob(f"*{made.estimate.photos[0][4:]}*")
    content = file.read_bytes()
    file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(StorageError, match="photo_altered"):
        replayed(house, SYSTEM, case.id, made.id, LATER)
    file.unlink()
    with pytest.raises(StorageError, match="photo_missing"):
        replayed(house, SYSTEM, case.id, made.id, LATER)


@pytest.mark.parametrize(
    ("role", "code"),
    [(Role.AUDITOR, None), (Role.EXPERT, None), (Role.SENIOR, "forbidden"), (Role.ADMIN, "forbidden")],
)
def test_who_may(house: House, case: Case, role: Role, code: str | None) -> None:
    made, actor = made_for(case), somebody(house, role)
    if code is None:
        assert replayed(house, actor, case.id, made.id, LATER).same
        return
    with pytest.raises(RightsError, match=code):
        replayed(house, actor, case.id, made.id, LATER)


def test_the_estimate_of_another_case_is_not_found(house: House, case: Case, notice: Notice) -> None:
    other = reported(house, notice, AT + HOUR)
    with pytest.raises(RightsError, match="not_found"):
        replayed(house, SYSTEM, other.id, made_for(case).id, LATER)


# --- what moved -----------------------------------------------------------------------------------------------------


def test_nothing_moved(house: House, case: Case) -> None:
    made = made_for(case)
    assert what_moved(house, SYSTEM, case.id, made.id, LATER) == ()
    assert what_moved(with_rules(house, RULES), SYSTEM, case.id, made.id, LATER) == ()


def test_the_table_that_moved_the_money_is_named(house: House, case: Case) -> None:
    [one] = what_moved(with_rules(house, PRICES), SYSTEM, case.id, made_for(case).id, LATER)
    assert one.sources == (Source.PRICES,)
    assert one.before == made_for(case).total
    assert one.amount > 0


def test_prices_rules_and_policy_each_with_its_share(house: House, notice: Notice) -> None:
    """Dearer paint, repair where repainting was enough, and a third view that is asked for."""
    case = offered(house, notice)
    made, other = made_for(case), with_rules(house, PRICES, REPAIRED, POLICY)
    steps = what_moved(other, SYSTEM, case.id, made.id, LATER)
    assert [one.sources for one in steps] == [(Source.PRICES,), (Source.RULES,), (Source.POLICY,)]
    assert [one.amount > 0 for one in steps] == [True, True, False]
    assert (steps[0].before, steps[0].route_before, steps[2].route_after) == (made.total, made.route, Route.MORE_PHOTOS)
    assert [one.before for one in steps[1:]] == [one.after for one in steps[:-1]]


def test_an_earlier_detector_looks_again_and_what_the_new_one_moves_is_named(house: House, notice: Notice) -> None:
    """The network itself, which sees no car in noise; its successor is said to see a scratched door."""
    network = Detector.load(model_dir(shipped_weights(), "joint-v0"))
    first = replace(house, eyes=replace(house.eyes, detector=network))
    case = in_review(first, notice, SCRATCH)
    made = made_for(case)
    newer = ScriptedDetector(SCRATCH.script, shipped_manifest("joint-v1"))
    later = replace(house, eyes=replace(house.eyes, detector=newer))
    assert (made.total, later.eyes.version == made.estimate.versions["model"]) == (0, False)
    assert replayed(later, SYSTEM, case.id, made.id, LATER).same
    [one] = what_moved(later, SYSTEM, case.id, made.id, LATER)
    assert one.sources == (Source.MODEL,)
    assert one.amount > 0


def test_what_was_seen_is_looked_at_anew(house: House, case: Case, books: Books) -> None:
    """Nothing that was kept of the photos is used."""
    with books.writing() as book:
        book.connection.execute(text("DELETE FROM observations"))
    assert replayed(house, SYSTEM, case.id, made_for(case).id, LATER).same
    with books.reading() as book:
        assert book.connection.execute(text("SELECT count(*) FROM observations")).scalar_one() == 0
