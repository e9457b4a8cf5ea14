"""The routes of tagging rules over a real socket: for sessions; test_webhooks.py asks as an API key."""

from __future__ import annotations

import pytest

from tests.http.conftest import UNKNOWN, read_error, wait_for
from tests.http.test_webhooks import Session, mounted, session  # noqa: F401 - fixtures

BODY = {"name": "Bills", "conditions": [{"field": "content", "operator": "contains", "value": "AMOUNT"}]}


def test_a_rule_is_made_applied_changed_and_deleted(session: Session) -> None:  # noqa: F811
    client, home = session.client, session.home
    path = session.path.replace("webhooks", "tagging-rules")
    tag = home.create_tag("bills")
    old = home.add(b"old", name="old.txt", content="the amount due")
    made = client.post(path, json=BODY | {"tagIds": [tag.id]})
    assert (made.status_code, made.content) == (204, b"")
    [rule] = client.get(path).json()["taggingRules"]
    assert rule["id"].startswith("tr_")
    assert rule | BODY | {"tagIds": [tag.id], "description": None, "enabled": True} == rule
    assert (rule["conditionMatchMode"], rule["organizationId"]) == ("all", home.id)
    one = f"{path}/{rule['id']}"
    assert client.get(one).json() == {"taggingRule": rule}
    documents = session.path.replace("webhooks", "documents")
    uploaded = client.post(documents, files={"file": ("new.txt", b"Amount: 7", "text/plain")}).json()["document"]
    wait_for(lambda: client.get(f"{documents}/{uploaded['id']}").json()["document"]["tags"])
    activities = client.get(f"{documents}/{uploaded['id']}/activity").json()["activities"]
    [tagged] = [entry for entry in activities if entry["event"] == "tagged"]
    assert (tagged["user"], tagged["tag"]["id"]) == (None, tag.id)
    assert home.get(old.id).tags == ()
    applied = client.post(f"{one}/apply")
    assert applied.status_code == 202
    assert list(applied.json()) == ["taskId"]
    wait_for(lambda: home.get(old.id).tags)
    changed = client.put(one, json=BODY | {"tagIds": [tag.id], "enabled": False, "conditionMatchMode": "any"})
    assert (changed.status_code, changed.content) == (204, b"")
    rule = client.get(one).json()["taggingRule"]
    assert (rule["enabled"], rule["conditionMatchMode"]) == (False, "any")
    assert client.delete(one).status_code == 204
    for method, below in (("GET", ""), ("DELETE", ""), ("POST", "/apply")):
        assert read_error(client.request(method, one + below))[:2] == (404, "tagging-rules.not-found")


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"name": " "}, "name"), ({"name": "x" * 65}, "name"), ({"description": "x" * 257}, "description"),
        ({"tagIds": []}, "tagIds"), ({"tagIds": ["x"]}, "tagIds.0"),
        ({"conditionMatchMode": "none"}, "conditionMatchMode"),
        ({"conditions": [{"field": "name", "operator": "is", "value": "x"}]}, "conditions.0.operator"),
        ({"conditions": [{"field": "name", "operator": "equal", "value": ""}]}, "conditions.0.value"),
        ({"conditions": BODY["conditions"] * 11}, "conditions"), ({"more": 1}, "more"),  # type: ignore[operator]
    ],
)  # fmt: skip
def test_bodies_that_are_not_valid_are_refused(
    session: Session,  # noqa: F811
    change: dict[str, object],
    path: str,
) -> None:
    body = BODY | {"tagIds": [f"tag_{UNKNOWN}"]} | change
    for method, below in (("POST", ""), ("PUT", f"/tr_{UNKNOWN}")):
        response = session.client.request(method, session.path.replace("webhooks", "tagging-rules") + below, json=body)
        assert read_error(response) == (400, "server.invalid_request.body", path)


def test_tags_and_rules_of_others_are_unknown(session: Session) -> None:  # noqa: F811
    client, path = session.client, session.path.replace("webhooks", "tagging-rules")
    other = session.archive.create_organization("Other")
    theirs = other.create_tag("theirs")
    rule = other.create_tagging_rule("theirs", tag_ids=[theirs.id])
    body = BODY | {"tagIds": [theirs.id]}
    assert read_error(client.post(path, json=body))[:2] == (404, "tags.not_found")
    mine = BODY | {"tagIds": [session.home.create_tag("mine").id]}
    for method, below, sent in (("GET", "", None), ("PUT", "", mine), ("DELETE", "", None), ("POST", "/apply", None)):
        response = client.request(method, f"{path}/{rule.id}{below}", json=sent)
        assert read_error(response)[:2] == (404, "tagging-rules.not-found")
    assert read_error(client.get(f"{path}/xyz")) == (400, "server.invalid_request.params", "taggingRuleId")
    assert other.get_tagging_rule(rule.id) == rule
