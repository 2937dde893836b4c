"""What operators count: requests, photos, assessments, what is held. One registry an app, so that two never mix.

Labels are codes, route templates and methods of a known list: their number is bounded whatever is sent.
"""

from collections.abc import Callable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST, start_http_server

from api.line import Line, Uploads
from api.telemetry.business import BusinessCollector, ReadsFigures
from claims.assess import Assessment
from claims.observe import Observation

MEDIA_TYPE: Final = CONTENT_TYPE_LATEST
_SECONDS: Final = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0)


class Metrics:
    """The figures of one app since its start."""

    def __init__(self) -> None:
        own = self._registry = CollectorRegistry()
        ProcessCollector(registry=own)
        labels = ("route", "method")
        self._requests = Counter("quickclaim_requests", "Answered requests", (*labels, "status"), registry=own)
        self._seconds = Histogram(
            "quickclaim_request_seconds", "From first byte to last", labels, buckets=_SECONDS, registry=own
        )
        self._used = Counter("quickclaim_photos_used", "Photos that could be assessed", registry=own)
        self._refused = Counter(
            "quickclaim_photos_refused", "Photos that could not, under each reason", ("code",), registry=own
        )
        self._assessed = Counter("quickclaim_assessments", "Assessments by where they went", ("route",), registry=own)
        self._assessment_seconds = Histogram(
            "quickclaim_assessment_seconds", "Photos to decision, without waiting", buckets=_SECONDS, registry=own
        )

    def answered(self, *, route: str, method: str, status: int, seconds: float) -> None:
        """One request has its answer. ``route`` is a template, never a path."""
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route, method).observe(seconds)

    def assessed(self, assessment: Assessment, seconds: float) -> None:
        """One assessment is done."""
        self._assessed.labels(assessment.decision.route.value).inc()
        self._assessment_seconds.observe(seconds)
        for seen in assessment.observations:
            self._count(seen)

    def hold(self, line: Line, uploads: Uploads) -> None:
        """Show how full the line and the memory for uploads are. Once an app."""
        for name, told, read in (
            ("quickclaim_line_taken", "Requests that wait or are assessed", lambda: line.taken),
            ("quickclaim_uploads_bytes", "Bytes of uploads in memory", lambda: uploads.held),
        ):
            Gauge(name, told, registry=self._registry).set_function(read)

    def report(self, figures: ReadsFigures) -> None:
        """Show what the database knows of the business. Once an app."""
        self._registry.register(BusinessCollector(figures))

    def exposition(self) -> bytes:
        """All of it as Prometheus reads it. It may ask the database, so it belongs in a thread."""
        return generate_latest(self._registry)

    def serve(self, host: str, port: int) -> Callable[[], None]:
        """Tell it over HTTP, for a process that serves nothing else; what is returned ends that. Raises ``OSError``."""
        server, thread = start_http_server(port, host, self._registry)

        def end() -> None:
            server.shutdown()
            server.server_close()
            thread.join()

        return end

    def _count(self, seen: Observation) -> None:
        if seen.usable:
            self._used.inc()
            return
        for reason in (seen.rejection,) if seen.rejection else seen.quality.reasons if seen.quality else ():
            self._refused.labels(reason.code).inc()
