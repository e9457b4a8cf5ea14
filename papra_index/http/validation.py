"""Values that come in: path, query string and body against their models, whatever is wrong told by its path.

The models are strict: unknown keys are refused, and numbers in query strings are read as JavaScript's `Number()` does.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, NoReturn, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, GetCoreSchemaHandler, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from papra_index.conventions.identifiers import has_id_form
from papra_index.conventions.values import dataclass
from papra_index.http.failures import ErrorDetail, Failure, refuse_malformed_json, refuse_value, refuse_values
from papra_index.results import MAX_PAGE_INDEX, MAX_PAGE_SIZE

_Model = TypeVar("_Model", bound="WireModel")

_DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_BASES = {"0x": 16, "0o": 8, "0b": 2}
_MAX_DIGITS = 400


class WireModel(BaseModel):
    """What a query string or a body holds, in camelCase; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=to_camel, frozen=True)


def read_number(value: object) -> object:
    """Return the number that JavaScript's `Number()` makes of a text; an integer as an int, NaN for none."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if len(text) > _MAX_DIGITS:
        return math.nan
    base = _BASES.get(text[:2].lower())
    try:
        number = float(int(text[2:], base)) if base and "_" not in text else _read_decimal(text)
    except (ValueError, OverflowError):
        return math.nan
    return int(number) if number.is_integer() else number


def _read_decimal(text: str) -> float:
    return 0.0 if not text else float(text) if _DECIMAL.fullmatch(text) else math.nan


def utf16_length(text: str) -> int:
    """Return the length of a text in UTF-16 code units, as the contract counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(frozen=True, slots=True)
class Utf16Length:
    """Bounds of a text's length in UTF-16 units, for annotations."""

    least: int
    most: int

    def __get_pydantic_core_schema__(self, source: object, follow: GetCoreSchemaHandler) -> CoreSchema:
        """Add the check to the type's own."""
        return core_schema.no_info_after_validator_function(self._check, follow(source))

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, _follow: object) -> dict[str, Any]:
        """Describe the bounds."""
        return {"type": "string", "minLength": self.least, "maxLength": self.most}

    def _check(self, text: str) -> str:
        if not self.least <= (length := utf16_length(text)) <= self.most:
            message = f"Invalid length: Expected {self.least} to {self.most} but received {length}"
            raise PydanticCustomError("length", message)
        return text


@dataclass(frozen=True, slots=True)
class IdForm:
    """The form of an id with a prefix, for annotations."""

    prefix: str

    def __get_pydantic_core_schema__(self, source: object, follow: GetCoreSchemaHandler) -> CoreSchema:
        """Add the check to the type's own."""
        return core_schema.no_info_after_validator_function(self._check, follow(source))

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, _follow: object) -> dict[str, Any]:
        """Describe the form."""
        return describe_id(self.prefix)

    def _check(self, value: str) -> str:
        if not has_id_form(self.prefix, value):
            raise PydanticCustomError("id", describe_form(self.prefix))
        return value


def describe_form(prefix: str) -> str:
    """Return what is wrong with an id of another form."""
    return f"Invalid format: Expected {prefix}_ and 24 characters of a-z and 0-9"


def describe_id(prefix: str) -> dict[str, Any]:
    """Return the JSON schema of an id."""
    return {"type": "string", "pattern": f"^{prefix}_[a-z0-9]{{24}}$"}


PageIndex = Annotated[int, Field(ge=0, le=MAX_PAGE_INDEX, description="From 0."), BeforeValidator(read_number)]
PageSize = Annotated[int, Field(ge=1, le=MAX_PAGE_SIZE), BeforeValidator(read_number)]


class PageQuery(WireModel):
    """Which page of a list is wanted."""

    page_index: PageIndex = 0
    page_size: PageSize = 100


def check_ids(kinds: Mapping[str, str], values: Mapping[str, str]) -> None:
    """Check the ids in a path against their prefixes, by parameter. Raises Failure."""
    details: list[ErrorDetail] = [
        {"path": name, "message": describe_form(kinds[name])}
        for name, value in values.items()
        if name in kinds and not has_id_form(kinds[name], value)
    ]
    if details:
        raise refuse_values("params", details)


def check_query(model: type[_Model], pairs: Iterable[tuple[str, str]], *, writes: bool = False) -> _Model:
    """Return a query string as its model. A key may be repeated where the model has a list; what `writes` may be asked
    to `wait`, too. Raises Failure.
    """
    lists = {
        field.alias or name for name, field in model.model_fields.items() if field.json_schema_extra == {"list": True}
    }
    values: dict[str, Any] = {}
    for key, value in pairs:
        if writes and key == "wait":
            continue
        if key in lists:
            values.setdefault(key, []).append(value)
        elif key in values:
            raise refuse_value("query", key, "Invalid type: Expected string but received Array")
        else:
            values[key] = value
    return _check(model, values, "query")


def check_body(model: type[_Model], value: object) -> _Model:
    """Return a body as its model. Raises Failure."""
    return _check(model, value, "body")


def parse_json(raw: bytes) -> object:
    """Return the value of a JSON text. Raises Failure."""
    try:
        return json.loads(raw, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise refuse_malformed_json() from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _check(model: type[_Model], value: object, part: str) -> _Model:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise _describe(error, part) from error


def _describe(error: ValidationError, part: str) -> Failure:
    details: list[ErrorDetail] = [
        {"path": ".".join(map(str, item["loc"])) or None, "message": item["msg"]}
        for item in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    return refuse_values(part, details)
