"""What Prometheus is told: requests of all processes that serve the archive, and what waits in the background.

Where there are several processes each notes its requests in files of PROMETHEUS_MULTIPROC_DIR, and any of them adds up.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from papra_index.archive import Archive

SHARED_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0)


class RequestMetrics:
    """Counts the requests of an application by route, and tells how long they took."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        name = "papra_index_http_requests"
        labels = ("method", "route", "status")
        self._requests = Counter(name, "Requests answered.", labels, registry=self._registry)
        self._seconds = Histogram(
            "papra_index_http_request_seconds",
            "Seconds until the answer began.",
            ("method", "route"),
            buckets=_SECONDS,
            registry=self._registry,
        )

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request to a route, which is a path with the names of its parameters."""
        self._requests.labels(method, route, status).inc()
        self._seconds.labels(method, route).observe(seconds)

    def write(self, archive: Archive) -> bytes:
        """Return all metrics in the text format."""
        registry = CollectorRegistry()
        if os.environ.get(SHARED_VARIABLE):
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
            counted = generate_latest(registry)
        else:
            counted = generate_latest(self._registry)
        waiting = CollectorRegistry()
        waiting.register(_Backlog(archive))
        return counted + generate_latest(waiting)


class _Backlog(Collector):
    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield what waits now."""
        values = {
            "extractions_pending": ("Documents that await their first reading.", self._archive.pending_extractions()),
            "index_changes_pending": ("Changes that searches do not see yet.", self._archive.pending_changes()),
        }
        for name, (text, value) in values.items():
            yield GaugeMetricFamily(f"papra_index_{name}", text, value=value)
