"""Who may see a document: a route of our own."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from papra_index.conventions.principals import MAX_PRINCIPAL_LENGTH, MAX_PRINCIPALS
from papra_index.documents import Permission
from papra_index.http.routing import DOCUMENT, Call, operation
from papra_index.http.validation import WireModel

Principals = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=MAX_PRINCIPAL_LENGTH)]], Field(max_length=MAX_PRINCIPALS)
]


class PrincipalsChange(WireModel):
    """Who may see a document: whoever holds one of these, and without any everyone in the organization."""

    principals: Principals


@operation("PUT", DOCUMENT + "/principals", Permission.DOCUMENTS_UPDATE)
def set_principals(call: Call, body: PrincipalsChange) -> None:
    """Say who may see a document. A key with principals has to be able to see it afterwards, too."""
    call.home.set_principals(call.document_id, body.principals)
