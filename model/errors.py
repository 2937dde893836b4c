"""Errors are facts with a code.

::

    QuickClaimError
    ├── UsageError            the caller asked for something that does not exist       usage.*
    ├── PhotoRejected         one photo cannot be used; the others of the case go on   photo.*
    ├── ModelError            the detector's papers or weights are not sound           model.*
    ├── PriceTableError       a price or rate file cannot be taken                     prices.*
    ├── RulesError            a rules or policy file cannot be taken                   rules.*
    ├── CaseFactsError        the facts stated about a case cannot be read             facts.*
    ├── ClaimError            a step that does not fit where the case is, or who asks  claim.*
    ├── ReviewError           a correction or a lease that cannot be taken              review.*
    ├── WebhookError          an address that notifications may not be sent to         webhook.*
    ├── RightsError           somebody may not do this, or has not shown who they are   rights.*
    ├── SecrecyError          what is sealed cannot be read, or a key cannot be used    secrecy.*
    ├── StorageError          the database or the photo store cannot do what was asked  storage.*
    ├── SettingsError         a setting of this installation cannot be used             settings.*
    ├── RequestError          an HTTP request that cannot be read, or asks too much    request.*
    ├── ServiceError          the service cannot answer at the moment                  service.*
    └── RescoreError          a run of historical cases cannot go on                   rescore.*

The class docstring is the summary of the problem; ``code`` is stable and may be shown, stored and counted.
"""

from typing import ClassVar


class QuickClaimError(Exception):
    """Something went wrong."""

    prefix: ClassVar[str] = "error"

    def __init__(self, code: str, detail: str = "", **facts: object) -> None:
        """``code`` without prefix, e.g. ``too_large``; ``facts`` are the numbers that the texts mention."""
        self.code = f"{self.prefix}.{code}"
        self.detail = detail
        self.facts = facts
        super().__init__(f"{self.code}: {detail}" if detail else self.code)


class UsageError(QuickClaimError):
    """The request names something that does not exist."""

    prefix = "usage"


class PhotoRejected(QuickClaimError):  # noqa: N818 - a verdict on a photo, not a fault of ours
    """This photo cannot be used."""

    prefix = "photo"


class ModelError(QuickClaimError):
    """The detector's weights or manifest are not sound."""

    prefix = "model"


class PriceTableError(QuickClaimError):
    """The price or rate table cannot be taken."""

    prefix = "prices"


class RulesError(QuickClaimError):
    """The rules file cannot be taken."""

    prefix = "rules"


class CaseFactsError(QuickClaimError):
    """The facts stated about the case cannot be read."""

    prefix = "facts"


class ClaimError(QuickClaimError):
    """This step does not fit where the case is, or who asks for it."""

    prefix = "claim"


class ReviewError(QuickClaimError):
    """This correction cannot be taken, or the case is not in these hands."""

    prefix = "review"


class WebhookError(QuickClaimError):
    """Notifications cannot be sent to this address."""

    prefix = "webhook"


class RightsError(QuickClaimError):
    """This actor may not do this, or has not shown who they are."""

    prefix = "rights"


class SecrecyError(QuickClaimError):
    """What is sealed cannot be read, or a key cannot be used."""

    prefix = "secrecy"


class StorageError(QuickClaimError):
    """The database or the photo store cannot do what was asked."""

    prefix = "storage"


class SettingsError(QuickClaimError):
    """A setting of this installation cannot be used."""

    prefix = "settings"


class RequestError(QuickClaimError):
    """The HTTP request cannot be read, or asks for more than one request may."""

    prefix = "request"


class ServiceError(QuickClaimError):
    """The service cannot answer at the moment."""

    prefix = "service"


class RescoreError(QuickClaimError):
    """This run over historical cases cannot go on; what is done stays done."""

    prefix = "rescore"
