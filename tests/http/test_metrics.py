"""What Prometheus is told, in its text format."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from tests.http.conftest import Home, Server, read_error


def read_samples(home: Home, path: str) -> dict[tuple[str, tuple[str, ...]], float]:
    reply = home.client.get(path)
    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("text/plain; version=")
    families = text_string_to_metric_families(reply.text)
    return {
        (sample.name, tuple(sample.labels.values())): sample.value for family in families for sample in family.samples
    }


def test_requests_are_counted_by_route_and_status(home: Home) -> None:
    route = "/organizations/{organizationId}/documents/{documentId}"
    key, refused = (("papra_index_http_requests_total", ("GET", route, status)) for status in ("200", "400"))
    document = home.upload("counted")
    home.wait()
    before = read_samples(home, "/metrics")
    for path in (document["id"], document["id"], "xyz"):
        home.send("GET", f"/documents/{path}")
    after = read_samples(home, "/api/metrics")
    assert after[key] - before.get(key, 0) == 2
    assert after[refused] - before.get(refused, 0) == 1
    taken = ("papra_index_http_request_seconds_count", ("GET", route))
    assert after[taken] - before.get(taken, 0) == 3
    assert after["papra_index_extractions_pending", ()] == 0
    assert not any(document["id"] in label for _, labels in after for label in labels)


def test_metrics_are_for_those_with_a_token(server: Server, home: Home) -> None:
    with server.connect(None) as stranger:
        for path in ("/metrics", "/api/metrics"):
            assert read_error(stranger.get(path)) == (401, "auth.unauthorized", None)
    assert home.client.head("/metrics").content == b""
