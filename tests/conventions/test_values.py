"""Values whose methods are generated at their first use are what the standard library's dataclasses are."""

from __future__ import annotations

import copy
import dataclasses
import importlib
import inspect
import pickle
import pkgutil
import subprocess
import sys
import threading
from typing import Any

import pytest

import papra_index
from papra_index.conventions.values import dataclass
from papra_index.documents import Tag
from papra_index.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Place:
    """A value."""

    name: str
    number: int = 1
    parts: tuple[str, ...] = dataclasses.field(default_factory=tuple)

    def __post_init__(self) -> None:
        if self.number < 0:
            raise InvalidInput("no such number")


@dataclass(slots=True)
class Count:
    """One that changes."""

    done: int = 0


def test_makes_compares_and_shows_values() -> None:
    place = Place("a", parts=("x",))
    assert (place.name, place.number, place.parts) == ("a", 1, ("x",))
    assert place == Place("a", 1, ("x",))
    assert place != Place("b", 1, ("x",))
    assert place != ("a", 1, ("x",))
    assert repr(place) == "Place(name='a', number=1, parts=('x',))"
    assert {place: 1}[Place("a", parts=("x",))] == 1
    assert Place("a").parts is not Place("a", parts=("x",)).parts
    match place:
        case Place(name, number):
            assert (name, number) == ("a", 1)
        case _:
            pytest.fail("the fields have no places")


def test_checks_what_it_is_made_of() -> None:
    with pytest.raises(InvalidInput):
        Place("a", -1)
    with pytest.raises(InvalidInput):
        dataclasses.replace(Place("a"), number=-1)
    with pytest.raises(TypeError, match=r"Place\.__init__\(\) missing 1 required positional argument: 'name'"):
        Place()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unexpected keyword argument 'color'"):
        Place("a", color="red")  # type: ignore[call-arg]


def test_stays_as_it_is() -> None:
    place = Place("a")
    with pytest.raises(dataclasses.FrozenInstanceError):
        place.name = "b"  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        del place.name
    with pytest.raises(AttributeError):
        place.other = 1  # type: ignore[attr-defined]
    assert place == Place("a")


def test_changes_where_it_is_not_frozen() -> None:
    count = Count()
    count.done += 2
    assert count == Count(2)
    with pytest.raises(TypeError, match="unhashable"):
        hash(count)
    with pytest.raises(AttributeError):
        count.other = 1  # type: ignore[attr-defined]


def test_is_known_as_a_dataclass() -> None:
    place = Place("a", 2, ("x",))
    assert dataclasses.is_dataclass(place)
    assert [item.name for item in dataclasses.fields(place)] == ["name", "number", "parts"]
    assert dataclasses.asdict(place) == {"name": "a", "number": 2, "parts": ("x",)}
    assert dataclasses.astuple(place) == ("a", 2, ("x",))
    assert dataclasses.replace(place, number=3) == Place("a", 3, ("x",))
    assert Place.__slots__ == ("name", "number", "parts")

    @dataclasses.dataclass(frozen=True)
    class Labelled(Place):
        label: str = ""

    assert Labelled("a", label="b") == Labelled("a", label="b")
    assert Labelled("a", label="b") != Labelled("a", label="c")


@pytest.mark.parametrize("value", [Place("a", 2, ("x",)), Count(3)])
def test_is_copied_and_pickled(value: object) -> None:
    assert pickle.loads(pickle.dumps(value)) == value
    assert copy.copy(value) == value
    assert copy.deepcopy(value) == value


def list_values() -> list[type[Any]]:
    """Every value of the package below its doors."""
    found: list[type[Any]] = []
    for module in pkgutil.walk_packages(papra_index.__path__, "papra_index."):
        if module.name.split(".")[1] not in {"__main__", "cli", "http", "evaluation"}:
            for value in vars(importlib.import_module(module.name)).values():
                if isinstance(value, type) and dataclasses.is_dataclass(value) and value.__module__ == module.name:
                    found.append(value)
    return found


def test_every_value_has_the_methods_that_the_standard_library_generates() -> None:
    values = list_values()
    assert len(values) > 200
    for value in values:
        fields = [(item.name, item.type, copy.copy(item)) for item in dataclasses.fields(value)]
        checks = {"__post_init__": value.__post_init__} if hasattr(value, "__post_init__") else {}
        frozen = value.__dataclass_params__.frozen
        twin = dataclasses.make_dataclass(value.__name__, fields, namespace=checks, frozen=frozen)
        assert inspect.signature(value) == inspect.signature(twin), value
        assert value.__match_args__ == twin.__match_args__, value
        for name in ("__init__", "__eq__", "__hash__"):
            generated, expected = getattr(value, name), getattr(twin, name)
            assert getattr(generated, "__code__", None) == getattr(expected, "__code__", None), (value, name)


def test_threads_may_make_the_first_at_once() -> None:
    @dataclass(frozen=True, slots=True)
    class Fresh:
        """Never made before."""

        number: int

    made: list[object] = []
    threads = [threading.Thread(target=lambda: made.append((Fresh(1), hash(Fresh(1))))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [(Fresh(1), hash(Fresh(1)))] * 8


def test_methods_are_generated_at_their_first_use() -> None:
    code = (
        "from inspect import isfunction\nfrom papra_index import documents\n"
        "values = [value for value in vars(documents).values() if hasattr(value, '__dataclass_fields__')]\n"
        "assert len(values) > 10\n"
        "assert not any(isfunction(vars(value)[name]) for value in values for name in ('__init__', '__eq__'))\n"
        "repr(documents.Tag), documents.Tag.__eq__\n"
        "assert isfunction(vars(documents.Tag)['__eq__']) and not isfunction(vars(documents.Tag)['__init__'])"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert list(inspect.signature(Tag).parameters)[:2] == ["id", "organization_id"]
