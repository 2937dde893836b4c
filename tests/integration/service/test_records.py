"""What was stored comes back as it was, and unique keys are kept by the database, not by good manners."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from photo_rows import add_photo
from sqlalchemy import text

from claims.actors import Actor, ActorKind
from claims.calendar import told
from claims.clock import Clock
from claims.deadline_rules import Audience, ClockKind, Level
from claims.deadlines import Escalation, overrun
from claims.examples import examples
from claims.facts import CaseFacts
from claims.follow_up import Feedback, FollowUp, FollowUpKind
from claims.ids import new_id
from claims.marks import Mark
from claims.notice import Notice
from claims.policy import Span
from claims.replay import StoredEstimate, facts_json
from claims.repository import (
    apps,
    assessments,
    claims,
    deadlines,
    follow_ups,
    notices,
    people,
    photos,
    proposals,
    reviews,
    rule_texts,
)
from claims.repository.apps import App, AppKey, ClaimToken
from claims.repository.assessments import Made
from claims.repository.book import Book, Books
from claims.repository.claims import Claim
from claims.repository.people import Person
from claims.repository.photos import Photo
from claims.repository.proposals import Listed, Proposal
from claims.repository.rule_texts import RuleText
from claims.review import correct, open_review, shop_of
from claims.review_changes import Edit, Why
from claims.review_lines import Review, ReviewedPhoto
from claims.review_queue import Lease, Place, Waiting, ordered
from claims.review_rules import ReviewRules, shipped
from claims.rulebook import Rulebook
from claims.states import CaseState, Owner, Role
from claims.tables.words import ProposalKind, ProposalState
from claims.tokens import new_api_key, new_token
from claims.triage import Authority, CaseClass, Route
from model.errors import StorageError
from model.findings import Damage, Evidence, PartRef
from model.notes import Note, note
from model.vocabulary import DamageKind, Part, Severity, Side
from parts_pricing.estimate import estimate

AT = datetime(2026, 11, 22, 8, 30, 0, 123456, tzinfo=UTC)
LATER = AT + timedelta(hours=3)
SHA = "ab" * 32


# --- the case -------------------------------------------------------------------------------------------------------


def test_a_claim_comes_back(books: Books, a_claim: Callable[..., Claim], add_person: Callable[..., UUID]) -> None:
    lease = Lease(holder=add_person(), taken_at=AT, until=LATER)
    beijing = timezone(timedelta(hours=8))
    whole = a_claim(
        state=CaseState.ESCALATED,
        came_from=CaseState.IN_REVIEW,
        owner=Owner.SPECIALIST,
        facts=CaseFacts(injury=False, deductible=Decimal("200.50"), lost_at=datetime(2026, 11, 20, tzinfo=beijing)),
        case_class=CaseClass.ORDINARY,
        authority=Authority.SENIOR,
        risk=40,
        due_at=LATER.astimezone(beijing),
        lease=lease,
        upper=Decimal("1234.50"),
        amount=Decimal("624.00"),
        currency="CNY",
        closed_at=LATER,
        deletion_asked_at=LATER,
        erased_at=LATER,
    )
    with books.writing() as book:
        added = claims.add(book, whole)
    with books.reading() as book:
        found = claims.get(book, whole.id)
        assert found == added == claims.by_number(book, added.number)
        assert found == replace(whole, number=added.number)
        assert str(found.amount) == "624.00"
        assert found.due_at is not None
        assert found.due_at.utcoffset() == timedelta(0)
        assert claims.get(book, new_id(AT)) is None


def test_pages_of_claims(books: Books, add_claim: Callable[..., Claim]) -> None:
    made = [add_claim(id=new_id(AT + timedelta(seconds=step))) for step in range(5)]
    newest_first = [claim.id for claim in reversed(made)]
    with books.reading() as book:
        first = claims.listed(book, limit=2)
        rest = claims.listed(book, before=first[-1].id)
        assert [claim.id for claim in (*first, *rest)] == newest_first
        assert claims.listed(book, states=[CaseState.CLOSED]) == ()
        assert claims.listed(book, app=UUID(int=1)) == ()


def test_the_queue(books: Books, add_claim: Callable[..., Claim], add_person: Callable[..., UUID]) -> None:
    me, other = add_person("me"), add_person("other")

    def waits(**given: Any) -> UUID:
        return add_claim(state=CaseState.IN_REVIEW, owner=Owner.ADJUSTER, **given).id

    def held(by: UUID, until: datetime) -> Lease:
        return Lease(holder=by, taken_at=AT - timedelta(hours=9), until=until)

    never, soon = waits(), waits(due_at=AT, risk=1)
    risky, mine = waits(due_at=AT, risk=5), waits(due_at=LATER, lease=held(me, LATER))
    lapsed = waits(due_at=LATER, risk=-1, lease=held(other, AT))
    waits(due_at=AT, lease=held(other, LATER))
    add_claim(state=CaseState.MORE_PHOTOS, owner=Owner.CUSTOMER)
    with books.reading() as book:
        assert [claim.id for claim in claims.to_review(book, me, at=AT)] == [risky, soon, mine, lapsed, never]


def as_waiting(claim: Claim) -> Waiting:
    return Waiting(
        claim=claim.id,
        state=claim.state,
        case_class=CaseClass.SIMPLE,
        upper=Decimal(1),
        limits=Rulebook.load().policy.market(claim.region),
        since=claim.state_since,
        due_at=claim.due_at,
        risk=claim.risk,
    )


def test_a_risk_stands_before_what_is_due_a_little_earlier(
    books: Books, add_claim: Callable[..., Claim], add_person: Callable[..., UUID]
) -> None:
    """But never before what is overdue."""
    me = add_person("me")

    def waits(due: timedelta, risk: int) -> UUID:
        return add_claim(state=CaseState.IN_REVIEW, owner=Owner.ADJUSTER, due_at=AT + due, risk=risk).id

    plain, risky = waits(timedelta(hours=2), 0), waits(timedelta(hours=9), 120)
    late, far = waits(-timedelta(minutes=1), 0), waits(timedelta(days=3), 140)
    with books.reading() as book:
        assert [claim.id for claim in claims.to_review(book, me, at=AT)] == [late, risky, plain, far]


def test_pages_of_the_queue_hold_each_case_once(
    books: Books, add_claim: Callable[..., Claim], add_person: Callable[..., UUID]
) -> None:
    """Equal in everything but one of what the order is made of, without a deadline too."""
    me = add_person("me")
    early = AT - timedelta(minutes=12)
    for due_at, risk, since in product((early, AT, LATER, None), (1, 2), (AT, LATER)):
        for _ in range(2):
            add_claim(state=CaseState.IN_REVIEW, owner=Owner.ADJUSTER, due_at=due_at, risk=risk, state_since=since)
    with books.reading() as book:
        every = claims.to_review(book, me, at=AT)
        whole = [claim.id for claim in every]
        assert len(whole) == 32
        assert whole == [case.claim for case in ordered(map(as_waiting, every), AT, shipped().lead)]
        seen: list[UUID] = []
        place = None
        while page := claims.to_review(book, me, at=AT, after=place, limit=5):
            seen += [claim.id for claim in page]
            last = page[-1]
            place = Place(due_at=last.due_at, risk=last.risk, since=last.state_since, claim=last.id)
    assert seen == whole


def test_a_notice_comes_back(books: Books, add_claim: Callable[..., Claim], notice: Notice) -> None:
    claim, twin, other = add_claim().id, add_claim().id, add_claim().id
    with books.writing() as book:
        notices.add(book, claim, notice, at=AT)
        notices.add(book, twin, notice, at=AT)
        changed = notice.model_copy(update={"plate": "沪A99999", "vin": None})
        notices.add(book, other, changed, at=AT)
    with books.reading() as book:
        found = notices.get(book, claim)
        assert found is not None
        assert found.notice == notice
        assert type(found.notice.contact.channel) is type(notice.contact.channel)
        assert found.at == AT
        assert set(notices.with_number(book, "plate", str(notice.plate))) == {claim, twin}
        assert notices.with_number(book, "plate", "沪A99999") == (other,)
        assert set(notices.with_number(book, "policy_number", notice.policy_number)) == {claim, twin, other}
        assert notices.with_number(book, "vin", "沪A12345") == ()
        assert "王" not in repr(found)


def a_photo(claim: UUID, sha256: str = SHA, **changed: Any) -> Photo:
    whole = {
        "id": new_id(AT),
        "claim": claim,
        "sha256": sha256,
        "added_at": AT,
        "added_by": "customer:1",
        "size": 123456,
        "media_type": "image/jpeg",
        "width": 4000,
        "height": 3000,
        "taken_at": LATER,
        "phash": 0xFEDC_BA98_7654_3210,
        "usable": True,
        "verdict": (note("quality.blurred", photo=1),),
    }
    return Photo(**{**whole, **changed})


def test_the_same_photo_twice_is_one(books: Books, add_claim: Callable[..., Claim]) -> None:
    claim, other = add_claim().id, add_claim().id
    with books.writing() as book:
        first, fresh = add_photo(book, a_photo(claim))
        again, twice = add_photo(book, a_photo(claim, size=1))
        second, _ = add_photo(book, a_photo(claim, "cd" * 32, phash=None, width=None, height=None, usable=False))
        add_photo(book, a_photo(other))
    assert (fresh, twice) == (True, False)
    assert again == first
    with books.reading() as book:
        assert photos.of_claim(book, claim) == (first, second)
        assert [photo.position for photo in (first, second)] == [0, 1]
        assert photos.get(book, claim, SHA) == first
        assert photos.is_known(book, SHA)
        assert not photos.is_known(book, "ef" * 32)


def test_many_photos_at_once_keep_their_places(books: Books, add_claim: Callable[..., Claim]) -> None:
    claim = add_claim().id

    def upload(number: int) -> None:
        with books.writing() as book:
            assert claims.locked(book, claim)
            add_photo(book, a_photo(claim, f"{number % 6:064x}"))

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(upload, range(18)))
    with books.reading() as book:
        found = photos.of_claim(book, claim)
    assert [photo.position for photo in found] == list(range(6))
    assert len({photo.sha256 for photo in found}) == 6


@pytest.mark.parametrize("bits", [0, 1, 2, 3, 4, 5])
def test_near_copies_elsewhere(books: Books, add_claim: Callable[..., Claim], bits: int) -> None:
    """Up to four bits apart, wherever they lie; the worst case for the index is one in each of four bands."""
    claim, other = add_claim().id, add_claim().id
    flipped = sum(1 << place for place in (60, 40, 30, 15, 3)[:bits])
    with books.writing() as book:
        add_photo(book, a_photo(claim))
        add_photo(book, a_photo(other, "cd" * 32, phash=0xFEDC_BA98_7654_3210 ^ flipped))
        add_photo(book, a_photo(other, "ee" * 32, phash=None))
    with books.reading() as book:
        found = photos.elsewhere(book, claim, {SHA: (1, 0xFEDC_BA98_7654_3210), "aa" * 32: (2,)})
        assert [(match.sha256, match.exact) for match in found] == ([("cd" * 32, False)] if bits < 5 else [])
        [same] = photos.elsewhere(book, claim, {"ee" * 32: ()})
        assert (same.claim, same.exact) == (other, True)
        assert photos.elsewhere(book, claim, {}) == ()


# --- estimates and reviews ------------------------------------------------------------------------------------------


def made(claim: UUID, **changed: Any) -> Made:
    stored = StoredEstimate(
        photos=(SHA, "cd" * 32),
        facts=facts_json(CaseFacts(injury=False, deductible=Decimal("100.00"))),
        on=date(2026, 11, 22),
        versions={"model": "joint-v0 1", "policy": "2026@0"},
        document='{"总":"624.00"}'.encode(),
    )
    whole = {
        "id": new_id(AT),
        "claim": claim,
        "made_at": AT,
        "estimate": stored,
        "route": Route.INSTANT_OFFER,
        "case_class": CaseClass.SIMPLE,
        "authority": Authority.JUNIOR,
        "currency": "CNY",
        "total": Decimal("624.00"),
        "low": Decimal("500.00"),
        "high": Decimal("750.00"),
    }
    return Made(**{**whole, **changed})


def test_never_assessed_twice(books: Books, add_claim: Callable[..., Claim]) -> None:
    claim = add_claim().id
    one, other = made(claim), made(claim, total=Decimal("1.00"))
    with books.writing() as book:
        assert assessments.keep(book, one) == (one, True)
    with books.writing() as book:
        assert assessments.keep(book, other) == (one, False)
        next_day = replace(one.estimate, on=date(2026, 11, 23))
        later, fresh = assessments.keep(book, made(claim, id=new_id(LATER), estimate=next_day))
        assert fresh
    with books.reading() as book:
        assert assessments.of_claim(book, claim) == (one, later)
        assert assessments.get(book, one.id) == one
        assert assessments.with_inputs(book, claim, one.estimate.inputs) == one


def test_of_many_at_once_one_is_kept(books: Books, add_claim: Callable[..., Claim]) -> None:
    claim = add_claim().id

    def keep(_: int) -> tuple[UUID, bool]:
        with books.writing() as book:
            kept, fresh = assessments.keep(book, made(claim))
            return kept.id, fresh

    with ThreadPoolExecutor(8) as threads:
        done = list(threads.map(keep, range(8)))
    assert sum(fresh for _, fresh in done) == 1
    assert len({kept for kept, _ in done}) == 1


@pytest.fixture(scope="module")
def reviewed(rulebook: Rulebook) -> Callable[..., tuple[Review, tuple[Edit, ...], Review]]:
    """A review before and after somebody corrected its first line."""
    facts = CaseFacts(shop="general_shop")
    shop = shop_of(rulebook, facts, date(2026, 11, 22))
    damage = Damage(
        part=Part.HOOD,
        side=Side.NONE,
        kind=DamageKind.SCRATCH,
        severity=Severity.MINOR,
        confidence=0.9,
        evidence=(Evidence(photo=0, box=(10.0, 20.0, 110.5, 90.0), score=0.9, label="minor-scratch"),),
    )
    priced = estimate(
        [damage],
        vehicle=shop.vehicle,
        catalogue=shop.catalogue,
        rates=rulebook.rates,
        rules=shop.rules,
        profile=shop.profile,
        on=shop.day,
    )
    photo = ReviewedPhoto(sha256=SHA, width=1000, height=750)

    def make(by: UUID) -> tuple[Review, tuple[Edit, ...], Review]:
        before = open_review(priced, [damage], [photo], shop)
        mark = Mark(photo=0, box=(1, 2, 30.5, 40))
        drawn = Mark(photo=0, box=(1, 2, 30.5, 40), outline=((1, 40), (9.3, 2), (30.5, 11)))
        changes = (
            Edit(line=0, why=Why.AGREED, paint=Decimal("321.00"), marks=(mark, drawn), remark="agreed with Zhang"),
        )
        actor = Actor(kind=ActorKind.STAFF, id=by, role=Role.SENIOR)
        return before, changes, correct(before, changes, version=0, by=actor, at=AT, limits=ReviewRules.load().limits)

    return make


def test_a_review_is_made_again_from_its_corrections(
    books: Books,
    add_claim: Callable[..., Claim],
    add_person: Callable[..., UUID],
    reviewed: Callable[..., tuple[Review, Sequence[Edit], Review]],
) -> None:
    claim, person = add_claim().id, add_person()
    before, changes, after = reviewed(person)
    with books.writing() as book:
        machine, _ = assessments.keep(book, made(claim))
        reviews.add(book, machine.id, changes, after, by=person, role=Role.SENIOR, at=AT)
        reviews.add_examples(book, claim, examples(after, group=str(claim)), at=AT)
    with pytest.raises(StorageError) as refusal, books.writing() as book:
        reviews.add(book, machine.id, changes, after, by=person, role=Role.SENIOR, at=LATER)
    assert refusal.value.code == "storage.moved"
    with books.reading() as book:
        [stored] = reviews.of_assessment(book, machine.id)
        actor = Actor(kind=ActorKind.STAFF, id=stored.by, role=stored.role)
        assert stored.changes is not None
        limits = ReviewRules.load().limits
        assert correct(before, stored.changes, version=0, by=actor, at=stored.at, limits=limits) == after
        assert {example for _, example in reviews.examples_after(book)} == set(examples(after, group=str(claim)))
        values = book.connection.execute(text("SELECT machine, human FROM line_values WHERE line = 0")).one()
        assert '"paint":"321.00"' in values.human
        assert '"paint":"321.00"' not in values.machine
    with books.writing() as book:
        reviews.erase_words(book, claim)
        assert [one.changes for one in reviews.of_assessment(book, machine.id)] == [None]


# --- clocks ---------------------------------------------------------------------------------------------------------


def a_clock(**changed: Any) -> Clock:
    whole = {
        "kind": ClockKind.REVIEW,
        "audience": Audience.INTERNAL,
        "within": Span(working_days=3),
        "started_at": AT,
        "due_at": LATER,
        "warnings": (note("calendar.beyond_known", day=told(date(2027, 2, 11))),),
    }
    return Clock(**{**whole, **changed})


def test_clocks_come_back(books: Books, add_claim: Callable[..., Claim]) -> None:
    claim = add_claim().id
    waiting = a_clock(kind=ClockKind.PAYMENT, within=Span(hours=24), waiting_since=AT, due_at=AT)
    ended = a_clock(audience=Audience.PUBLIC, ended_at=AT, due_at=AT)
    with books.writing() as book:
        started = deadlines.start(book, claim, [a_clock(), waiting, ended], at=AT)
        assert deadlines.of_claim(book, claim) == tuple(sorted(started, key=lambda one: one.id))
        assert deadlines.overdue(book, at=LATER) == ()
        [late] = deadlines.overdue(book, at=LATER + timedelta(seconds=1))
        assert late == started[0]
        deadlines.save(book, replace(late, clock=late.clock.ended(LATER), escalated_at=LATER))
    with books.reading() as book:
        assert deadlines.overdue(book, at=LATER + timedelta(days=9)) == ()
        changed = next(one for one in deadlines.of_claim(book, claim) if one.id == late.id)
        assert (changed.clock.ended_at, changed.escalated_at) == (LATER, LATER)


def test_an_overrun_escalates_once(books: Books, add_claim: Callable[..., Claim]) -> None:
    claim = add_claim().id
    step = Escalation(level=Level.SENIOR, due_at=LATER, reason=overrun(a_clock()))
    with books.writing() as book:
        [late] = deadlines.start(book, claim, [a_clock()], at=AT)
        fresh = deadlines.escalate(book, claim, step, at=AT, deadline=late.id)
        assert deadlines.escalate(book, claim, step, at=AT, deadline=late.id) is None
        asked = deadlines.escalate(book, claim, replace(step, reason=Note("escalation.asked")), at=LATER)
    with books.reading() as book:
        assert deadlines.levels_of(book, claim) == (fresh, asked)
        assert deadlines.overdue_levels(book, at=LATER) == ()
        assert len(deadlines.overdue_levels(book, at=LATER + timedelta(days=1))) == 2
    with books.writing() as book:
        deadlines.end_level(book, claim, Level.SENIOR, at=LATER)
        assert deadlines.overdue_levels(book, at=LATER + timedelta(days=1)) == ()


def test_calls_and_what_customers_say(books: Books, add_claim: Callable[..., Claim]) -> None:
    claim, other = add_claim().id, add_claim().id
    call = FollowUp(kind=FollowUpKind.AFTER_PAYMENT, due_at=LATER, task=Note("follow_up.after_payment"))
    said = Feedback(convenience=5, communication=4, fairness=2, comment="太慢了")
    with books.writing() as book:
        follow_ups.add(book, claim, [call], at=AT)
        follow_ups.add(book, claim, [call], at=AT)
        [stored] = follow_ups.open_until(book, LATER)
        assert stored.follow_up == call
        assert follow_ups.open_until(book, LATER, claim=other) == ()
        assert follow_ups.open_until(book, AT) == ()
        follow_ups.done(book, stored.id, by="staff:1", at=LATER)
        assert follow_ups.open_until(book, LATER) == ()
        assert follow_ups.add_feedback(book, claim, said, at=AT)
        assert not follow_ups.add_feedback(book, claim, said.model_copy(update={"fairness": 5}), at=AT)
    with pytest.raises(StorageError) as refusal, books.writing() as book:
        follow_ups.done(book, stored.id, by="staff:2", at=LATER)
    assert refusal.value.code == "storage.moved"
    with books.reading() as book:
        assert follow_ups.feedback_of(book, claim) == said
        assert follow_ups.feedback_of(book, other) is None
        assert follow_ups.scores_between(book, AT, LATER) == (said.model_copy(update={"comment": None}),)
        assert follow_ups.scores_between(book, LATER, LATER + timedelta(days=1)) == ()


# --- people, apps, proposals, rules ---------------------------------------------------------------------------------


def test_people(books: Books) -> None:
    person = Person(id=new_id(AT), subject="li.na", name="李娜", role=Role.SENIOR, password="$argon2id$", made_at=AT)  # noqa: S106
    with books.writing() as book:
        assert people.add(book, person)
        assert not people.add(book, replace(person, id=new_id(LATER)))
        assert people.add(book, replace(person, id=new_id(LATER), issuer="https://id.example"))
        assert people.by_subject(book, "li.na") == person == people.get(book, person.id)
        assert people.by_subject(book, "nobody") is None
        assert [people.refused(book, person.id, locked_until=None) for _ in range(3)] == [1, 2, 3]
        people.refused(book, person.id, locked_until=LATER)
        people.logged_in(book, person.id, at=LATER)
        person = replace(person, signed_in_at=LATER)
        assert people.get(book, person.id) == person
        people.set_rights(book, person.id, role=Role.EXPERT, active=False, came_from=())
        people.logged_out(book, person.id)
        people.set_password(book, person.id, "$other", revoke=False)
    with books.reading() as book:
        changed = replace(person, role=Role.EXPERT, active=False, rights_version=3, password="$other")  # noqa: S106
        assert people.get(book, person.id) == changed
        assert len(people.everyone(book)) == 2
    assert "李娜" not in repr(person)
    with pytest.raises(StorageError), books.writing() as book:
        people.logged_out(book, new_id(AT))


def test_apps_keys_and_tokens(books: Books, a_claim: Callable[..., Claim]) -> None:
    app, key, token = App(id=new_id(AT), name="app one", made_at=AT), new_api_key(), new_token()
    stored = AppKey(id=new_id(AT), app=app.id, prefix=key.prefix, digest=key.digest, made_at=AT, expires_at=LATER)
    with books.writing() as book:
        assert apps.add(book, app)
        assert not apps.add(book, replace(app, id=new_id(LATER)))
        apps.add_key(book, stored)
        claim = claims.add(book, a_claim(app=app.id))
        opens = ClaimToken(id=new_id(AT), claim=claim.id, digest=token.digest, made_at=AT)
        apps.add_token(book, opens)
    with books.writing() as book:
        assert apps.key_with_prefix(book, key.prefix) == stored
        apps.used(book, stored.id, at=LATER)
        assert apps.key_with_prefix(book, key.prefix) == replace(stored, used_at=LATER)
        assert (stored.valid_at(AT), stored.valid_at(LATER)) == (True, False)
        apps.revoke_key(book, stored.id, at=AT)
        revoked = apps.key_with_prefix(book, key.prefix)
        assert revoked is not None
        assert not revoked.valid_at(AT)
        assert apps.token_with_digest(book, token.digest) == opens
        assert apps.token_with_digest(book, "0" * 64) is None
        assert opens.valid_at(LATER)
        apps.revoke_tokens(book, claim.id, at=AT)
        closed = apps.token_with_digest(book, token.digest)
        assert closed is not None
        assert not closed.valid_at(AT)
        apps.set_active(book, app.id, active=False)
        assert apps.everyone(book) == (replace(app, active=False),)
        assert claims.listed(book, app=app.id) == (claim,)


def waiting(book: Book) -> tuple[Listed, ...]:
    return proposals.listed(book, [ProposalState.WAITING])


def test_a_proposal_is_decided_once(books: Books, add_person: Callable[..., UUID]) -> None:
    one, two = add_person("one"), add_person("two")
    proposal = Proposal(
        id=new_id(AT), kind=ProposalKind.PRICES, name="2027@0", content="a;b\n1;2\n", proposed_at=AT, proposer=one
    )
    with books.writing() as book:
        proposals.add(book, proposal)
        assert [one.id for one in waiting(book)] == [proposal.id]
        assert proposals.last_approved(book) == (0, None)
        proposals.decide(book, proposal, ProposalState.REFUSED, by=two, at=LATER, reason="看错了")
    with pytest.raises(StorageError) as refusal, books.writing() as book:
        proposals.decide(book, proposal, ProposalState.APPROVED, by=two, at=LATER)
    assert refusal.value.code == "storage.moved"
    with books.writing() as book:
        decided = proposals.get(book, proposal.id)
        assert decided == replace(
            proposal, state=ProposalState.REFUSED, row_version=2, decided_at=LATER, decider=two, reason="看错了"
        )
        assert waiting(book) == ()
        [listed] = proposals.listed(book, [ProposalState.REFUSED, ProposalState.APPROVED])
        assert (listed.content_sha256, listed.reason, listed.decider) == (proposal.content_sha256, "看错了", two)
        book.connection.execute(text("UPDATE proposals SET content = 'a;b'"))
    with pytest.raises(StorageError, match="damaged"), books.reading() as book:
        proposals.get(book, proposal.id)


def test_rules_once_used_stay(books: Books) -> None:
    policy = RuleText(file="triage.yaml", version="2026@0011", content="version: 限额\n", first_used_at=AT)
    with books.writing() as book:
        assert rule_texts.keep(book, policy)
        assert not rule_texts.keep(book, replace(policy, first_used_at=LATER))
        assert rule_texts.get(book, policy.sha256) == policy == rule_texts.of_version(book, "triage.yaml", "2026@0011")
        assert rule_texts.get(book, SHA) is None
        book.connection.execute(text("UPDATE rule_texts SET content = 'version: x'"))
    with pytest.raises(StorageError, match="damaged"), books.reading() as book:
        rule_texts.get(book, policy.sha256)


# --- kinds of columns -----------------------------------------------------------------------------------------------


def test_a_time_without_a_zone_is_refused(books: Books, a_claim: Callable[..., Claim]) -> None:
    with pytest.raises(Exception, match="zone"), books.writing() as book:
        claims.add(book, a_claim(due_at=AT.replace(tzinfo=None)))


@pytest.mark.parametrize("amount", [Decimal("NaN"), Decimal("Infinity"), 1.5])
def test_an_amount_that_is_none_is_refused(books: Books, a_claim: Callable[..., Claim], amount: object) -> None:
    with pytest.raises(Exception, match="finite decimal"), books.writing() as book:
        claims.add(book, a_claim(amount=amount))


def test_a_word_of_another_version_is_told(books: Books, add_claim: Callable[..., Claim]) -> None:
    claim = add_claim()
    with books.writing() as book:
        book.connection.execute(text("UPDATE claims SET state = 'moon'"))
    with pytest.raises(StorageError) as refusal, books.reading() as book:
        claims.get(book, claim.id)
    assert refusal.value.code == "storage.unknown_word"


def test_a_note_that_could_not_be_read_back_is_refused(books: Books, add_claim: Callable[..., Claim]) -> None:
    claim = add_claim().id
    with pytest.raises(TypeError), books.writing() as book:
        add_photo(book, a_photo(claim, verdict=(note("quality.blurred", share=0.5),)))
    told = note("reason.SIDE_UNKNOWN", place=PartRef(part=Part.HOOD, side=Side.NONE), inner=(Note("x"), Decimal("1.0")))
    with books.writing() as book:
        assert add_photo(book, a_photo(claim, verdict=(told,)))[0].verdict == (told,)
