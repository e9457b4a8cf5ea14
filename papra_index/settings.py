"""Settings of an archive, in small frozen groups: defaults, then `settings.toml` in the archive folder, then environment."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TypeVar

from papra_index.errors import InvalidSettings

ENVIRONMENT_PREFIX = "PAPRA_INDEX_"


@dataclass(frozen=True, slots=True)
class ExtractionSettings:
    """How originals are read. `workers` 0 means one per core; `background` False leaves reading to another process."""

    workers: int = 0
    background: bool = True
    ocr_languages: str = "eng"
    seconds: float = 30.0
    max_pages: int = 2_000
    max_attempts: int = 3


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """How the index is written: heap of the engine's writer, seconds between commits, changes read at a time."""

    heap_bytes: int = 64_000_000
    commit_seconds: float = 0.2
    batch_documents: int = 500


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of an archive; sizes in bytes, 0 means no limit."""

    max_original_size: int = 25 * 1024 * 1024
    max_tags: int = 200
    extraction: ExtractionSettings = field(default_factory=ExtractionSettings)
    index: IndexSettings = field(default_factory=IndexSettings)


_Group = TypeVar("_Group", Settings, ExtractionSettings, IndexSettings)


def load_settings(file: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings from a TOML file (if it exists) and `PAPRA_INDEX_*` variables, which win.

    Keys are the field names: `max_tags = 500`, `[extraction] workers = 1`; `PAPRA_INDEX_EXTRACTION_WORKERS=1`.
    Raises InvalidSettings naming the file or variable for an unknown key or a value of the wrong type.
    """
    settings = Settings()
    if file is not None and file.is_file():
        try:
            table = tomllib.loads(file.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InvalidSettings(f"{file} is not valid TOML: {error}") from error
        settings = _apply_table(settings, table, str(file))
    return _apply_environment(settings, os.environ if environment is None else environment)


def _apply_table(settings: Settings, table: Mapping[str, object], origin: str) -> Settings:
    for name, value in table.items():
        if not hasattr(settings, name):
            known = ", ".join(item.name for item in fields(settings))
            raise InvalidSettings(f"{origin}: unknown setting {name!r}; known are {known}")
        group = getattr(settings, name)
        if isinstance(value, Mapping) and isinstance(group, ExtractionSettings | IndexSettings):
            for key, item in value.items():
                group = _replace_value(group, str(key), item, f"{origin}: {name}.{key}")
            settings = replace(settings, **{name: group})
        else:
            settings = _replace_value(settings, name, value, f"{origin}: {name}")
    return settings


def _replace_value(
    group: _Group, name: str, value: object, origin: str
) -> _Group:
    if not hasattr(group, name):
        raise InvalidSettings(f"{origin}: unknown setting")
    kind = type(getattr(group, name))
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if kind is float and number:
        value = float(value)  # type: ignore[arg-type]
    if type(value) is not kind or (number and value < 0):  # type: ignore[operator]
        raise InvalidSettings(f"{origin}: expected a {kind.__name__} from 0, got {value!r}")
    return replace(group, **{name: value})


def _apply_environment(settings: Settings, environment: Mapping[str, str]) -> Settings:
    groups: list[tuple[str, Settings | ExtractionSettings | IndexSettings]] = [
        ("", settings),
        ("extraction", settings.extraction),
        ("index", settings.index),
    ]
    for prefix, group in groups:
        for item in fields(group):
            variable = ENVIRONMENT_PREFIX + "_".join(filter(None, (prefix, item.name))).upper()
            if variable in environment and not isinstance(getattr(group, item.name), ExtractionSettings | IndexSettings):
                value = _parse_value(environment[variable], type(getattr(group, item.name)), variable)
                group = _replace_value(group, item.name, value, variable)
        settings = replace(settings, **{prefix: group}) if prefix else _replace_top(settings, group)
    return settings


def _replace_top(settings: Settings, group: Settings | ExtractionSettings | IndexSettings) -> Settings:
    return group if isinstance(group, Settings) else settings


def _parse_value(text: str, kind: type, variable: str) -> object:
    if kind is bool:
        if text.lower() in {"1", "true", "yes", "on"}:
            return True
        if text.lower() in {"0", "false", "no", "off"}:
            return False
        raise InvalidSettings(f"{variable}={text!r}: expected true or false")
    try:
        return kind(text)
    except ValueError as error:
        raise InvalidSettings(f"{variable}={text!r}: expected a {kind.__name__}") from error
