"""What values look like, by the names of their fields, for whoever reads the OpenAPI document or tries its page."""

from __future__ import annotations

from typing import Any

_DOCUMENT = "doc_zhk0eepqyx1zuf6bl1nnbrrb"
_ORGANIZATION = "org_n0uxc0tuaqxkokzxcxyhhvxi"
_TAG = "tag_w72djm52epuxmxoiun2uozp9"
_KEY = "ak_bv2eps6mxq0jr7h1ycd4tk9w"
_USER = "usr_q4m2k8s0d6f1h3j5l7z9x1c3"
_MOMENT, _LATER = "2026-11-23T16:46:16.502Z", "2026-12-23T16:46:16.502Z"
_SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

_PROPERTY = "cpd_x2kq81msb0v7g3n9tzr5hcwe"
_OPTION = "cpso_m5t0yq7c2j9xk4v8s1bd6hzn"

_WEBHOOK = "wbh_c8r2v5x0n3k7q1t9y4m6p0zs"

_RULE = "tr_h6n1q4w8e2r5t9y3u7i0p4as"

ID_EXAMPLES = {
    "organizationId": _ORGANIZATION,
    "documentId": _DOCUMENT,
    "tagId": _TAG,
    "apiKeyId": _KEY,
    "propertyDefinitionId": _PROPERTY,
    "webhookId": _WEBHOOK,
    "taggingRuleId": _RULE,
}

_EXAMPLES: dict[str, Any] = {
    **ID_EXAMPLES,
    "userId": _USER,
    "createdBy": _USER,
    "deletedBy": None,
    "deletedAt": None,
    "customerId": None,
    "scheduledPurgeAt": None,
    "lastUsedAt": _LATER,
    "expiresAt": None,
    "createdAt": _MOMENT,
    "updatedAt": _MOMENT,
    "documentDate": "2024-05-06T00:00:00.000Z",
    "name": "boiler-2024.pdf",
    "originalName": "scan-0142.pdf",
    "originalSize": 182_340,
    "originalSha256Hash": _SHA256,
    "mimeType": "application/pdf",
    "content": "The annual maintenance of the boiler costs 148.50 per visit.",
    "notes": "paid in May",
    "isDeleted": False,
    "normalizedName": "household",
    "color": "#D8FF75",
    "description": "All about the house",
    "documentsCount": 1,
    "documentsSize": 182_340,
    "deletedDocumentsCount": 0,
    "deletedDocumentsSize": 0,
    "totalDocumentsCount": 1,
    "totalDocumentsSize": 182_340,
    "totalCount": 1,
    "event": "created",
    "eventData": None,
    "status": "done",
    "reason": None,
    "pageCount": 2,
    "pagesAwaitingOcr": 0,
    "prefix": "ppapi_ND8f4",
    "permissions": ["documents:read", "tags:read"],
    "allOrganizations": True,
    "token": "ppapi_" + "…",
    "text": "The annual maintenance of the boiler",
    "html": "The annual <mark>maintenance</mark> of the boiler",
    "pageNumber": 1,
    "pageLabel": "1",
    "highlights": [[11, 22]],
    "nameHighlights": [[0, 6]],
    "score": 7.31,
    "words": ["boiler", "maintenance"],
    "searchQuery": "maintenance",
    "suggestion": "maintenance",
    "trashedCount": 1,
    "displayOrder": 0,
    "config": None,
    "externalId": "crm:1017",
    "number": 2,
    "arrivedAt": _MOMENT,
    "replacedAt": None,
    "replacedBy": None,
}
_OF_PROPERTY = {"name": "Due date", "key": "duedate", "type": "date"}
_PROPERTIES: dict[tuple[str, str], Any] = {
    ("PropertyPayload", "id"): _PROPERTY,
    ("ListedProperty", "id"): _PROPERTY,
    ("PropertyPayload", "description"): "When to pay",
    ("ListedProperty", "description"): "When to pay",
    ("OptionPayload", "id"): _OPTION,
    ("OptionPayload", "name"): "In work",
    ("OptionPayload", "key"): "inwork",
    ("HeldProperty", "value"): "2026-03-31T00:00:00.000Z",
    ("DocumentPropertyPayload", "value"): "2026-03-31T00:00:00.000Z",
    ("StatisticsOfProperty", "count"): 2,
    ("StatisticsOfProperty", "minimum"): 100,
    ("StatisticsOfProperty", "maximum"): 200,
    ("StatisticsOfProperty", "total"): 300,
    ("StatisticsOfProperty", "average"): 150.0,
    **{
        (schema, name): value
        for schema in ("PropertyPayload", "ListedProperty", "HeldProperty", "DocumentPropertyPayload")
        for name, value in _OF_PROPERTY.items()
    },
}
_BY_SCHEMA: dict[tuple[str, str], Any] = {
    ("TagPayload", "id"): _TAG,
    ("TagPayload", "name"): "Household",
    ("ActivityTag", "id"): _TAG,
    ("ActivityTag", "name"): "Household",
    ("OrganizationPayload", "id"): _ORGANIZATION,
    ("OrganizationPayload", "name"): "Home",
    ("ApiKeyPayload", "id"): _KEY,
    ("ApiKeyPayload", "name"): "laptop",
    ("CurrentKey", "id"): _KEY,
    ("CurrentKey", "name"): "laptop",
    ("ListedKey", "id"): _KEY,
    ("ListedKey", "name"): "laptop",
    ("ActivityPayload", "id"): "doc_act_f2k8s0d6f1h3j5l7z9x1c3b5",
    ("ActorPayload", "id"): _USER,
    ("ActorPayload", "name"): "Ann",
    ("PingReply", "status"): "ok",
    ("HealthReply", "status"): "ok",
    ("ExtractionPayload", "message"): None,
    ("IssuePayload", "code"): "unclosed-quoted-string",
    ("IssuePayload", "message"): "the quoted text does not end",
    ("IssuePayload", "start"): 0,
    ("IssuePayload", "end"): 12,
    ("RelaxedPayload", "kind"): "corrected",
    ("RelaxedPayload", "replaced"): {"maintenence": ["maintenance"]},
    ("RelaxedPayload", "leftOut"): [],
    ("RelaxedPayload", "wordsNeeded"): None,
    ("FacetPayload", "value"): "application/pdf",
    ("FacetPayload", "label"): "application/pdf",
    ("FacetPayload", "count"): 1,
    ("FacetPayload", "filter"): "mime:application/pdf",
    ("SuggestionPayload", "kind"): "word",
    ("SuggestionPayload", "text"): "maintenance",
    ("ListedKey", "organizations"): [],
    ("ConditionPayload", "field"): "content",
    ("ConditionPayload", "operator"): "contains",
    ("ConditionPayload", "value"): "invoice",
    ("TaggingRulePayload", "id"): _RULE,
    ("TaggingRulePayload", "name"): "bills",
    ("TaggingRulePayload", "enabled"): True,
    ("TaggingRulePayload", "conditionMatchMode"): "all",
    ("TaggingRulePayload", "conditions"): [{"field": "content", "operator": "contains", "value": "invoice"}],
    ("TaggingRulePayload", "tagIds"): [_TAG],
    ("TaskReply", "taskId"): "task_d3g7j1l5n9p2s6v0x4z8b2ce",
    ("WebhookPayload", "id"): _WEBHOOK,
    ("WebhookPayload", "name"): "bookkeeping",
    ("WebhookPayload", "url"): "https://books.example.com/papra",
    ("WebhookPayload", "events"): ["document:created"],
    ("WebhookPayload", "secret"): "a long random text",
    ("WebhookPayload", "enabled"): True,
    ("WebhookPayload", "hasSecret"): True,
    ("DeliveryPayload", "id"): "msg_t4w8z2c6f0j3m7q1s5v9y3bk",
    ("DeliveryPayload", "type"): "document:created",
    ("DeliveryPayload", "status"): "delivered",
    ("DeliveryPayload", "attempts"): 1,
    ("DeliveryPayload", "occurredAt"): _MOMENT,
    ("DeliveryPayload", "attemptedAt"): _MOMENT,
    ("DeliveryPayload", "nextAttemptAt"): None,
    ("DeliveryPayload", "responseStatus"): 204,
    ("DeliveryPayload", "error"): None,
    ("PutReply", "status"): "created",
    **_PROPERTIES,
}


_SCHEMAS_OF_BODIES = {"Tags": "TagPayload", "Organizations": "OrganizationPayload", "API keys": "ApiKeyPayload",
                      "Custom properties": "PropertyPayload", "Webhooks": "WebhookPayload",
                      "Tagging rules": "TaggingRulePayload"}  # fmt: skip


def add_examples(document: dict[str, Any]) -> dict[str, Any]:
    """Give the fields of an OpenAPI document's schemas what they look like; return the document."""
    for schema, described in document.get("components", {}).get("schemas", {}).items():
        if not schema.startswith("Error"):  # those have examples of their own for each code
            _add_to_fields(schema, described)
    for described in (operation for operations in document["paths"].values() for operation in operations.values()):
        for content in described.get("requestBody", {}).get("content", {}).values():
            _add_to_fields(_SCHEMAS_OF_BODIES.get(described["tags"][0], ""), content["schema"])
    return document


def _add_to_fields(schema: str, described: dict[str, Any]) -> None:
    for name, value in described.get("properties", {}).items():
        if "$ref" in value:
            continue
        if name == "id" and schema.endswith("Document"):
            value["examples"] = [_DOCUMENT]
        elif (schema, name) in _BY_SCHEMA:
            value["examples"] = [_BY_SCHEMA[schema, name]]
        elif name in _EXAMPLES:
            value["examples"] = [_EXAMPLES[name]]
