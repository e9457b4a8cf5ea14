"""What is true of a document without an index: the plain reading of every expression, and of properties."""

from __future__ import annotations

from dataclasses import fields

from hypothesis import given, settings

from papra_index.catalog.indexable import IndexableDocument
from papra_index.conventions.principals import Reach
from papra_index.index.base import IndexDocument, IndexRequest
from papra_index.query.expression import AtLeast, Expression, Has, Not, PropertyField, Range, Text, Valued
from papra_index.results import Sort, SortField
from papra_index.values.properties import PropertyType, StoredProperty, order_number
from papra_index.walks.searching.plain_matching import PlainDocument, PlainMatcher
from tests.index.corpus import IDENTITIES, TAG_KEYS, documents, expressions, judge, make_document


def judge_plainly(expression: Expression, document: IndexDocument) -> bool | None:
    stored = IndexableDocument(
        **{field.name: getattr(document, field.name) for field in fields(IndexableDocument)}  # the same names
    )
    request = IndexRequest(
        (Reach(1),), expression, Sort(SortField.CREATED_AT), tag_keys=TAG_KEYS, document_keys=IDENTITIES
    )
    return PlainMatcher(request).prepare(expression)(PlainDocument(stored))


@settings(max_examples=60)
@given(expressions, documents)
def test_every_expression_is_read_as_the_index_reads_it(expression: Expression, document: IndexDocument) -> None:
    assert judge_plainly(expression, document) == judge(expression, document)


def test_properties_have_values_ranges_and_presence() -> None:
    amount = PropertyField("prp_a", "Amount", PropertyType.NUMBER)
    note = PropertyField("prp_n", "Note", PropertyType.TEXT)
    paid = PropertyField("prp_p", "Paid", PropertyType.BOOLEAN)
    held = (
        StoredProperty("prp_a", PropertyType.NUMBER, (12.5,)),
        StoredProperty("prp_n", PropertyType.TEXT, ("new",)),
        StoredProperty("prp_p", PropertyType.BOOLEAN, (1,)),
    )
    document, other = make_document(1, properties=held), make_document(2)
    above = Range(amount, order_number(12), order_number(13))
    true = (above, Has(amount), Valued(note, "=new"), Valued(paid, "true"))
    assert [judge_plainly(part, document) for part in true] == [True] * 4
    assert [judge_plainly(part, other) for part in true] == [False] * 4
    assert judge_plainly(Not(above), other) is True
    assert judge_plainly(Valued(note, "=ne"), document) is False


def test_some_of_several_suffice() -> None:
    parts = (Text("boiler"), Text("heating"), Text("oil"))
    document = make_document(1, "a boiler", "heating")
    assert judge_plainly(AtLeast(parts, 2), document) is True
    assert judge_plainly(AtLeast(parts, 3), document) is False
