"""How one kind of shop is paid: paint, materials, fees, tax. Profiles are data (``data/rules/profiles.yaml``)."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, ValidationError, model_validator

from model.errors import RulesError, UsageError
from model.rules_text import read_mapping, refused, version_of
from model.vehicle import PaintType
from model.vocabulary import Part
from parts_pricing.money import ZERO, unit
from parts_pricing.panels import Panels
from parts_pricing.rules_file import Strict, check_sources, read_text, shipped

Share = Annotated[Decimal, Field(ge=0, le=1)]
Amount = Annotated[Decimal, Field(ge=0)]
Sources = Annotated[tuple[str, ...], Field(min_length=1)]
_ONE = Decimal(1)
_FILE: Final = "profiles.yaml"


class PartPrice(StrEnum):
    """Which price of a part a shop is paid."""

    OEM = "oem"
    AFTERMARKET = "aftermarket"
    USED = "used"


class Tax(Strict):
    """``rate`` is added to what the rate table's tax mode says."""

    rate: Share
    sources: Sources


class Overlap(Strict):
    """Hours off each further panel, by whether it touches one already counted."""

    adjacent: Amount
    other: Amount


class Stage(Strict):
    """Extra refinish hours as a share of the first panel and of each next one, with a cap in hours."""

    first: Share
    next: Share
    cap: Amount | None = None


class Blend(Strict):
    """Fading colour into undamaged neighbours, for paints that need it."""

    paints: tuple[PaintType, ...]
    share: Share
    share_three_stage: Share
    three_stage: tuple[PaintType, ...] = ()


class Tint(Strict):
    """Hours per job to match the colour, for the paints listed."""

    hours: Amount
    paints: tuple[PaintType | Literal["any"], ...]


class PaintSettings(Strict):
    """``panel``: a price per panel (China); ``hours``: refinish hours times rates (North America)."""

    method: Literal["panel", "hours"]
    polish_factor: Share
    half_factor: Share
    half_max_share: Share
    special: Mapping[PaintType, Annotated[Decimal, Field(ge=1, le=2)]] = Field(default_factory=dict)
    multi_panel: Mapping[int, Share] = Field(default_factory=lambda: {1: _ONE})
    overlap: Overlap = Overlap(adjacent=ZERO, other=ZERO)
    clear: Stage = Stage(first=ZERO, next=ZERO)
    extra_stage: Mapping[PaintType, Stage] = Field(default_factory=dict)
    blend: Blend | None = None
    tint: Tint
    sources: Sources

    @model_validator(mode="after")
    def _polishing_is_cheapest(self) -> Self:
        if self.polish_factor > min(self.half_factor, *self.multi_panel.values()):
            raise ValueError("polishing a panel may not cost more than painting it")
        return self

    @model_validator(mode="after")
    def _factors_fall(self) -> Self:
        factors = [self.multi_panel[count] for count in sorted(self.multi_panel)]
        if min(self.multi_panel) != 1 or factors[0] != 1 or factors != sorted(factors, reverse=True):
            raise ValueError("multi-panel factors start at 1: 1 and fall")
        return self

    def panel_factor(self, count: int) -> Decimal:
        """The factor on the paint of ``count`` panels."""
        return self.multi_panel[max(step for step in self.multi_panel if step <= max(1, count))]

    def tints(self, paint: PaintType | None) -> bool:
        """True when this paint has to be tinted to match."""
        return "any" in self.tint.paints or paint in self.tint.paints


class ManagementFee(Strict):
    """Share of the part price for handling, on replaced parts only."""

    standard: Share
    complex: Share
    complex_parts: frozenset[Part]
    sources: Sources


class Clips(Strict):
    """One-time clips, seals and badges: a share of the part price, with a minimum."""

    share: Share
    minimum: Amount
    sources: Sources


class Calibration(Strict):
    """What calibrating driver assistance costs after work in its zone."""

    amount: Amount
    low: Amount
    high: Amount
    sources: Sources


class WheelFitting(Strict):
    """What putting one new wheel or tire on costs beside the labour to take the wheel off the car."""

    mounting: Amount
    balancing: Amount
    sources: Sources

    @property
    def amount(self) -> Decimal:
        """Both."""
        return self.mounting + self.balancing


class DentRemoval(Strict):
    """Paintless dent repair: price by diameter in cm up to which it holds."""

    prices: Mapping[Decimal, Amount]
    sources: Sources

    def price(self, diameter_cm: Decimal) -> Decimal | None:
        """The price for a dent of this diameter, None when it is too large."""
        fitting = [size for size in self.prices if diameter_cm <= size]
        return self.prices[min(fitting)] if fitting else None


class Spread(Strict):
    """Half-widths of P10-P90 as shares: part prices by the tag of their row, labour hours, paint."""

    S: Share
    D: Share
    A: Share
    labour: Share
    paint: Share
    sources: Sources

    def of(self, tag: str) -> Decimal:
        """The half-width for a confidence tag."""
        return {"S": self.S, "D": self.D}.get(tag, self.A)


class Profile(Strict):
    """All settings of one kind of shop. ``area_factor`` scales labour and paint for the kind of city."""

    id: str
    version: str
    region: str
    shop_type: str
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    part_price: PartPrice
    removal_within_repair: bool
    tax: Tax
    allowance_per_hour: Amount = ZERO
    paint: PaintSettings
    management_fee: ManagementFee
    clips: Clips
    calibration: Calibration
    wheel_fitting: WheelFitting
    pdr: DentRemoval
    areas: Mapping[str, Annotated[Decimal, Field(gt=0)]]
    area_factor: Annotated[Decimal, Field(gt=0)] = _ONE
    spread: Spread
    panels: Panels

    @cached_property
    def minor(self) -> Decimal:
        """The minor unit of the currency."""
        return unit(self.currency)

    def fee(self, part: Part) -> Decimal:
        """The management fee on a replaced part, as a share of its price."""
        return (
            self.management_fee.complex if part in self.management_fee.complex_parts else self.management_fee.standard
        )

    def clip_cost(self, part_price: Decimal) -> Decimal:
        """One-time parts that come with a replaced part."""
        return max(self.clips.minimum, part_price * self.clips.share)

    def in_area(self, area: str) -> Self:
        """The profile in another kind of city. Raises ``UsageError`` listing what exists."""
        if area not in self.areas:
            raise UsageError("unknown_area", area, value=area, known=tuple(self.areas))
        return self.model_copy(update={"area_factor": self.areas[area]})


def load_profiles(source: Path | Traversable | None = None) -> Mapping[str, Profile]:
    """All profiles by id from a YAML file, the shipped one by default. Raises ``RulesError``."""
    source = source or shipped(_FILE)
    return profiles_of(read_text(source), source.name)


def profiles_of(text: str, name: str = _FILE) -> Mapping[str, Profile]:
    """The same from a text; errors say ``name``, the file's."""
    tree = dict(read_mapping(text, name))
    known, declared = _sources(tree, name), tree.get("version")
    version = version_of(declared, text) if isinstance(declared, str) else declared
    common: dict[str, Any] = {"version": version, "panels": tree.get("panels")}
    try:
        profiles = {
            shop: Profile.model_validate({"id": shop, **common, **body})
            for shop, body in dict(tree["profiles"]).items()
        }
    except ValidationError as error:
        raise refused(name, error) from error
    except (KeyError, TypeError, ValueError) as error:
        raise RulesError("invalid", f"{name}: {error}", file=name) from error
    for profile in profiles.values():
        check_sources(name, profile, known)
    return profiles


def _sources(tree: dict[str, Any], name: str) -> Mapping[str, str]:
    sources = tree.get("sources")
    unknown = set(tree) - {"version", "sources", "panels", "spread", "profiles"}
    if not isinstance(sources, Mapping) or unknown:
        raise RulesError("invalid", f"{name}: {', '.join(sorted(unknown)) or 'no sources'}", file=name)
    return sources


def profile_for(profiles: Mapping[str, Profile], region: str, shop_type: str | None = None) -> Profile:
    """The profile of a region and a kind of shop (the first of the region without one). Raises ``UsageError``."""
    in_region = [profile for profile in profiles.values() if profile.region == region]
    if not in_region:
        known = tuple(sorted({profile.region for profile in profiles.values()}))
        raise UsageError("unknown_region", region, value=region, known=known)
    fitting = [profile for profile in in_region if shop_type in (None, profile.shop_type)]
    if not fitting:
        known = tuple(profile.shop_type for profile in in_region)
        raise UsageError("unknown_shop", str(shop_type), value=shop_type, known=known)
    return fitting[0]
