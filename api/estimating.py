"""One quick estimate: the body of a request becomes an assessment, and nothing of it is kept."""

import time
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import TypeVar

from fastapi import Request

from api.choices import Choices
from api.deps import Service
from api.form import case_facts
from api.telemetry.metrics import Metrics
from api.upload import Upload, UploadLimits, read_upload
from claims.assess import Assessment, assess
from claims.facts import CaseFacts
from claims.observe import Eyes
from model.errors import UsageError

T = TypeVar("T")
Telling = Callable[[Assessment, Upload, date], T]
"""Turns an assessment into what is sent back. It runs in the thread of the assessment, because it may take long."""


async def quick_estimate(request: Request, service: Service, tell: Telling[T]) -> T:
    """Read, check, wait for the turn, assess, tell. Facts are checked before any photo is opened.

    Raises ``RequestError``, ``CaseFactsError``, ``UsageError`` or ``ServiceError`` ``service.busy``.
    """
    with service.uploads.share() as share:
        upload = await read_upload(request, limits(service), share)
        facts = checked_facts(upload, service)
        with service.door.working(), service.line.place():
            return await service.line.run(partial(_work, upload, facts, service.eyes, tell, service.metrics))


def _work(upload: Upload, facts: CaseFacts, eyes: Eyes, tell: Telling[T], metrics: Metrics) -> T:
    today, began = date.today(), time.perf_counter()  # noqa: DTZ011 - the day where the service stands
    assessment = assess(upload.photos, facts, eyes, on=today)
    metrics.assessed(assessment, time.perf_counter() - began)
    return tell(assessment, upload, today)


def limits(service: Service) -> UploadLimits:
    """What one request may hold in this installation."""
    return UploadLimits(
        photos=service.settings.max_photos,
        photo_bytes=service.eyes.limits.max_bytes,
        request_bytes=service.settings.max_request_mib * 1024 * 1024,
    )


def checked_facts(upload: Upload, service: Service) -> CaseFacts:
    """The facts stated in the form, once everything that they name is known to exist."""
    facts = case_facts(upload.fields, region=service.settings.region)
    try:
        service.eyes.rulebook.check(facts)
    except UsageError as error:
        if error.code == "usage.unknown_region":
            raise UsageError("unknown_region", known=Choices.of(service.eyes.rulebook).regions) from error
        raise
    return facts
