"""The clause of an organization is left out only where no other's document is there to be found."""

from __future__ import annotations

from papra_index.conventions.principals import Reach
from papra_index.index.tantivy.tenancy import Tenancy
from papra_index.query.expression import Everything, Not, Text
from tests.index.corpus import Shelf, make_document

_OWN = (Reach(1),)


def holds_all(shelf: Shelf, *reach: Reach) -> bool:
    shelf.keys(Everything())  # what was put is open from now on
    return Tenancy(shelf.reader._opened[0]).holds_all(reach or _OWN)


def test_all_documents_are_of_the_only_organization(shelf: Shelf) -> None:
    shelf.put(make_document(1, content="red"), make_document(2, content="blue"))
    shelf.put(make_document(1, content="green"))  # replaced: its earlier self is dead, and still counted by the engine
    assert holds_all(shelf)
    assert not holds_all(shelf, Reach(2))


def test_a_document_of_another_is_enough(shelf: Shelf) -> None:
    shelf.put(*[make_document(key, content="red") for key in range(1, 20)])
    shelf.put(make_document(20, content="red", organization_key=2))
    assert not holds_all(shelf)
    shelf.put(*[make_document(key, content="red") for key in range(1, 10)])  # as many dead ones as it takes
    assert not holds_all(shelf)


def test_principals_and_several_organizations_keep_their_clause(shelf: Shelf) -> None:
    shelf.put(make_document(1, content="red"))
    assert not holds_all(shelf, Reach(1, ("user:ada",)))
    assert not holds_all(shelf, Reach(1), Reach(2))


def test_searches_before_and_after_another_organization_came_find_their_own(shelf: Shelf) -> None:
    shelf.put(make_document(1, content="red"), make_document(2, content="blue"))
    asked = [Text("red"), Text("re"), Not(Text("red")), Everything()]
    alone = [shelf.keys(expression) for expression in asked]
    assert [set(keys) for keys in alone] == [{1}, {1}, {2}, {1, 2}]
    shelf.put(make_document(3, content="red blue", organization_key=2))
    assert [shelf.keys(expression) for expression in asked] == alone
    assert set(shelf.keys(Text("red"), organization=2)) == {3}
    assert set(shelf.keys(Not(Text("green")), organization=2)) == {3}
