"""What a request may name: markets, classes of car, kinds of shop."""

from dataclasses import dataclass
from typing import Self

from claims.rulebook import Rulebook


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """By region, in the order of the tables."""

    classes: dict[str, tuple[str, ...]]
    shops: dict[str, tuple[str, ...]]

    @classmethod
    def of(cls, rulebook: Rulebook) -> Self:
        """The regions that have a policy, prices and a shop."""
        shops = {
            region: tuple(item.shop_type for item in rulebook.profiles.values() if item.region == region)
            for region in rulebook.policy.markets
        }
        regions = [region for region in rulebook.catalogue.regions if shops.get(region)]
        return cls(
            classes={region: rulebook.catalogue.classes(region) for region in regions},
            shops={region: shops[region] for region in regions},
        )

    @property
    def regions(self) -> tuple[str, ...]:
        """The markets that can be priced."""
        return tuple(self.classes)
