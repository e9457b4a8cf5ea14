"""`dataclass` as the standard library has it, except that methods are generated when they are first used: those of all
the values, generated at import, are a third of a start, and a program uses few of them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

_Value = TypeVar("_Value")


class _Generated:
    """A method that is generated when it is first looked up, and then stands where this stood."""

    __slots__ = ("_frozen", "_name", "_owner")

    def __init__(self, owner: type[Any], name: str, *, frozen: bool) -> None:
        self._owner, self._name, self._frozen = owner, name, frozen

    def __get__(self, instance: object, owner: type[Any] | None = None) -> object:
        method = _generate_method(self._owner, self._name, frozen=self._frozen)
        # Two threads may do this at once: either method will do.
        setattr(self._owner, self._name, method)
        return method.__get__(instance, owner)


def _generate_method(owner: type[Any], name: str, *, frozen: bool) -> Any:
    """Return a method as the standard library generates it, for a class with the same fields that is made for this."""
    # With a docstring none is made up, which would take as long again.
    namespace = {"__doc__": name, "__module__": owner.__module__, "__qualname__": owner.__qualname__}
    if hasattr(owner, "__post_init__"):
        namespace["__post_init__"] = owner.__post_init__
    items = [(item.name, item.type, item) for item in dataclasses.fields(owner)]
    made = dataclasses.make_dataclass(
        owner.__name__,
        items,
        namespace=namespace,
        init=name == "__init__",
        repr=name == "__repr__",
        eq=name in {"__eq__", "__hash__"},
        unsafe_hash=name == "__hash__",
        frozen=frozen and name == "__init__",
    )
    return vars(made)[name]


@dataclasses.dataclass(frozen=True)
class _Frozen:
    """A frozen class, for how the standard library notes that one is."""


def _refuse_change(_: object, name: str, __: object = None) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot change field {name!r}")


def _get_state(value: Any) -> list[object]:
    return [getattr(value, item.name) for item in dataclasses.fields(value)]


def _set_state(value: Any, state: Sequence[object]) -> None:
    for item, each in zip(dataclasses.fields(value), state, strict=True):
        object.__setattr__(value, item.name, each)


_OF_FROZEN = {
    "__dataclass_params__": vars(_Frozen)["__dataclass_params__"],
    "__setattr__": _refuse_change,
    "__delattr__": _refuse_change,
    # Copies and pickles would set the attributes.
    "__getstate__": _get_state,
    "__setstate__": _set_state,
}


def _make_value(*, frozen: bool = False, slots: bool) -> Callable[[type[_Value]], type[_Value]]:
    """Return the decorator of a class that inherits from none of these."""

    def decorate(cls: type[_Value]) -> type[_Value]:
        own = set(vars(cls))
        made = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots)(cls)
        methods: dict[str, object] = {**_OF_FROZEN} if frozen else {"__hash__": None}
        for name in ("__init__", "__repr__", "__eq__", "__hash__"):
            methods.setdefault(name, _Generated(made, name, frozen=frozen))
        for name in methods.keys() - own:
            setattr(made, name, methods[name])
        return made

    return decorate


if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:
    dataclass = _make_value
