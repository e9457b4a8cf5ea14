"""Words of the dictionary are counted among the documents of a query; wide beginnings are known without a walk."""

from __future__ import annotations

from dataclasses import replace

from papra_index.conventions.principals import Reach
from papra_index.index.base import IndexRequest
from papra_index.query.expression import Everything, Text
from tests.index.corpus import BY_RELEVANCE, Shelf, make_document

REQUEST = IndexRequest((Reach(1),), Everything(), BY_RELEVANCE)


def test_words_are_counted_among_the_documents_of_the_request(shelf: Shelf) -> None:
    first = make_document(1, name="Boiler", content="Boiler boat Bögen bögen")
    others = [make_document(2, content="boat sun"), make_document(3, content="bought", organization_key=2)]
    shelf.put(first, *others)
    assert shelf.reader.list_words(REQUEST, "content", "bo", limit=9) == (("boat", 2), ("bogen", 1), ("boiler", 1))
    assert shelf.reader.list_words(REQUEST, "content", "bo", limit=1) == (("boat", 2),)
    sunny = replace(REQUEST, expression=Text("sun"))
    assert shelf.reader.list_words(sunny, "content", "bo", limit=9) == (("boat", 1),)
    assert shelf.reader.list_words(REQUEST, "name", "", limit=None, quickly=True) == (("boiler", 1),)
    shelf.put(removed=[2])
    assert shelf.reader.list_words(REQUEST, "content", "boa", limit=9) == (("boat", 1),)


def test_what_few_documents_hold_is_rare(shelf: Shelf) -> None:
    shelf.put(make_document(1, content="boat sun"), make_document(2, content="boat"), make_document(3, content="boat"))
    rarities = [shelf.reader.measure_rarity((Reach(1),), word) for word in ("boat", "sun", "unknown")]
    assert 0 < rarities[0] < rarities[1] < rarities[2]
