"""From a notice to the facts that decide whether a machine may offer; and which statements contradict each other."""

from collections.abc import Callable
from dataclasses import dataclass

from claims.facts import CaseFacts, Cause, VehicleFacts
from claims.identifiers import check_digit_fits
from claims.notice import Notice
from claims.plates import PlateKind, plate_kind
from model.notes import Note, note


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Two statements that cannot both be true: its code, the fields, and the facts that nobody can rely on then."""

    code: str
    fields: tuple[str, str]
    doubts: tuple[str, ...]
    holds: Callable[[Notice, VehicleFacts], bool]


CONTRADICTIONS: tuple[Contradiction, ...] = (
    Contradiction(
        code="alone_with_others",
        fields=("single_party", "other_parties"),
        doubts=("single_party",),
        holds=lambda notice, _: notice.single_party is True and bool(notice.other_parties),
    ),
    Contradiction(
        code="unhurt_but_injured",
        fields=("injury", "injured_people"),
        doubts=("injury",),
        holds=lambda notice, _: notice.injury is False and (notice.injured_people or 0) > 0,
    ),
    Contradiction(
        code="hurt_but_nobody",
        fields=("injury", "injured_people"),
        doubts=("injury",),
        holds=lambda notice, _: notice.injury is True and notice.injured_people == 0,
    ),
    Contradiction(
        code="parked_on_highway",
        fields=("cause", "place.highway"),
        doubts=("cause",),
        holds=lambda notice, _: notice.cause is Cause.PARKING and notice.place.highway is True,
    ),
    Contradiction(
        code="report_without_police",
        fields=("police_called", "police_report"),
        doubts=(),
        holds=lambda notice, _: notice.police_called is False and notice.police_report is True,
    ),
    Contradiction(
        code="green_plate_on_combustion",
        fields=("plate", "vehicle.new_energy"),
        doubts=("new_energy",),
        holds=lambda notice, vehicle: vehicle.new_energy is False and _new_energy_plate(notice),
    ),
)


def contradictions(notice: Notice, vehicle: VehicleFacts | None = None) -> tuple[Note, ...]:
    """Pairs of statements that cannot both be true; a person asks which one is. Nobody is accused of anything."""
    return tuple(note(f"contradiction.{item.code}", fields=item.fields) for item in _found(notice, vehicle))


def slips(notice: Notice) -> tuple[Note, ...]:
    """Numbers that can be taken and look mistyped: the customer compares them once more."""
    doubtful = notice.vin is not None and not check_digit_fits(notice.vin)
    return (note("contradiction.vin_check_digit"),) if doubtful else ()


def open_questions(notice: Notice, vehicle: VehicleFacts | None = None) -> tuple[Note, ...]:
    """Everything that the customer has not said and that is needed, at once: the car, then where and how."""
    there = {"plate": notice.plate, "vin": notice.vin, "place": notice.place.is_told or None, "course": notice.course}
    unsaid = [note(f"missing.{name}") for name, said in there.items() if said is None]
    open_facts = (name for name in facts(notice, vehicle).unstated() if name not in NOT_FOR_THE_CUSTOMER)
    return (*unsaid, *(note(f"fact.{name}") for name in open_facts))


NOT_FOR_THE_CUSTOMER = frozenset({"policy_active", "plate_matches_policy"})
"""The policy's own register answers these."""


def facts(
    notice: Notice,
    vehicle: VehicleFacts | None = None,
    *,
    policy_active: bool | None = None,
    plate_matches_policy: bool | None = None,
) -> CaseFacts:
    """What triage may take from a notice. What is contradicted counts as unsaid, so that a person asks.

    ``policy_active`` and ``plate_matches_policy`` are what the system or the staff state, never the customer.
    """
    car = vehicle or VehicleFacts()
    doubted = {name for item in _found(notice, vehicle) for name in item.doubts}
    return CaseFacts(
        region=notice.region,
        vehicle=car.model_copy(update={"new_energy": None if "new_energy" in doubted else _new_energy(notice, car)}),
        single_party=None if "single_party" in doubted else _single_party(notice),
        injury=None if "injury" in doubted else _injury(notice),
        cause=None if "cause" in doubted else notice.cause,
        third_party_property=notice.third_party_property,
        policy_active=policy_active,
        plate_matches_policy=plate_matches_policy,
        drivable=notice.drivable,
        airbag_deployed=notice.airbag_deployed,
        fluid_leak=notice.fluid_leak,
        misaligned_gaps=notice.misaligned_gaps,
        underbody_or_charge_port=notice.underbody_or_charge_port,
        coverage_red_flag=_red_flag(notice),
        automation_refused=notice.automation_refused,
        lost_at=notice.happened_at,
    )


def _found(notice: Notice, vehicle: VehicleFacts | None) -> list[Contradiction]:
    return [item for item in CONTRADICTIONS if item.holds(notice, vehicle or VehicleFacts())]


def _single_party(notice: Notice) -> bool | None:
    """Another party that is described makes it more than one, even where the question was left open."""
    return False if notice.single_party is None and notice.other_parties else notice.single_party


def _injury(notice: Notice) -> bool | None:
    return True if notice.injury is None and notice.injured_people else notice.injury


def _new_energy(notice: Notice, vehicle: VehicleFacts) -> bool | None:
    """A green plate says what the customer left open."""
    return True if vehicle.new_energy is None and _new_energy_plate(notice) else vehicle.new_energy


def _new_energy_plate(notice: Notice) -> bool:
    return notice.region == "CN" and notice.plate is not None and plate_kind(notice.plate) is PlateKind.NEW_ENERGY


def _red_flag(notice: Notice) -> bool | None:
    """One sign is enough for yes; for no, every sign must have been ruled out."""
    signs = [
        notice.place.highway,
        None if notice.driver_licensed is None else not notice.driver_licensed,
        None if notice.driver_sober is None else not notice.driver_sober,
        *(party.left_the_scene for party in notice.other_parties),
    ]
    if any(signs):
        return True
    return None if None in signs else False
