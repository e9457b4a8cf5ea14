"""Settings of an archive in small frozen groups: defaults, then the folder's `settings.toml`, then the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import field, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from papra_index.conventions.times import find_time_zone
from papra_index.conventions.values import dataclass
from papra_index.errors import InvalidInput, InvalidSettings

ENVIRONMENT_PREFIX = "PAPRA_INDEX_"
COPY = "copy"
IN_PLACE = "in-place"
_GROUPS = ("extraction", "index", "ranking", "http", "webhooks")
_KINDS = {int: "a whole number", float: "a number", str: "a text in quotes", bool: "true or false"}
_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}
_Group = TypeVar("_Group")
_LANGUAGES = re.compile(r"auto|[a-z]{3}(_[a-z]+)*(\+[a-z]{3}(_[a-z]+)*)*")


def _check_bounds(group: object, **bounds: tuple[float, float]) -> None:
    for name, (least, most) in bounds.items():
        value = getattr(group, name)
        if not least <= value <= most:
            raise InvalidSettings(f"{name} is {value!r}: give a number from {least:,.10g} to {most:,.10g}")


SETTINGS_NAME = "settings.toml"
"""The settings in the folder of an archive."""


@dataclass(frozen=True, slots=True)
class ExtractionSettings:
    """How originals are read.

    `workers` 0 means one per core; `background` False leaves reading to another process; `ocr_languages` are Tesseract
    codes joined by +, or `auto` for those installed; `ocr_cache` keeps what was recognised in the archive's folder;
    `guess_dates` has the dates of documents without one guessed from their first pages;
    `seconds` bounds the reading of a file, OCR apart, `seconds_per_ocr_page` that of a page; `memory_bytes` is what a
    worker may use (kept on Linux only).
    """

    workers: int = 0
    background: bool = True
    ocr_languages: str = "eng"
    ocr_cache: bool = True
    guess_dates: bool = False
    seconds: float = 30.0
    seconds_per_ocr_page: float = 60.0
    max_pages: int = 2_000
    max_attempts: int = 3
    memory_bytes: int = 2 * 1024**3

    def __post_init__(self) -> None:
        if not _LANGUAGES.fullmatch(self.ocr_languages):
            raise InvalidSettings(
                f"ocr_languages is {self.ocr_languages!r}: give codes joined by +, as in eng+deu, or auto alone"
            )
        _check_bounds(self, workers=(0, 256), seconds=(0.1, 86_400), seconds_per_ocr_page=(0.1, 86_400))
        _check_bounds(self, max_pages=(1, 1_000_000), max_attempts=(1, 100), memory_bytes=(256 * 1024**2, 2**50))


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """How the index is written: heap of the engine's writer, seconds between commits, changes read at a time.

    `background` False leaves writing it to another process. A rebuild that is killed loses `checkpoint_documents`
    and what it read while these were committed. The index is built anew by itself once it has `max_dead_documents`,
    changed or deleted since they were written, and they are more than half of it; 0 is never.
    """

    background: bool = True
    heap_bytes: int = 64_000_000
    commit_seconds: float = 0.2
    batch_documents: int = 500
    checkpoint_documents: int = 10_000
    max_dead_documents: int = 5_000

    def __post_init__(self) -> None:
        heap = (15_000_000, 4_000_000_000)
        _check_bounds(self, heap_bytes=heap, commit_seconds=(0.01, 60), batch_documents=(1, 10_000))
        _check_bounds(self, checkpoint_documents=(1, 10_000_000), max_dead_documents=(0, 2**62))


@dataclass(frozen=True, slots=True)
class RankingSettings:
    """What adds how much to a document's score, read by every search: nothing is indexed anew when it changes.

    A weight, 0..10, multiplies what words score by BM25 (k1 = 1.2 and b = 0.75, which the engine fixes); a score,
    0..10, is added as it is. Where all words have to match, a word in the content counts 1: `name_weight` is that of a
    word in the name, `stem_weight` of its stem, `compound_weight` of compounds with it as a part, `begun_weight` of
    words that it begins where no document has it, `neighbour_weight` of two words of the query that stand together,
    `characters_weight` of characters inside a run of an unspaced script. `name_prefix_score` (also of notes) and
    `content_prefix_score` are for matches by the beginning of a word, `spelling_score` for other spellings of amounts,
    codes and days, `inside_score` for a word inside another. `typo_weight`, 0..1, is what a mistake of cost 1 leaves
    of a word's score, `synonym_weight`, 0..1, the most that a synonym counts.

    Where any word suffices (`matching="any"`), a stem counts 1: `any_name_weight`, `any_compound_weight` and
    `any_neighbour_weight` are as above, `any_near_weight` is of two words within `any_near_words`, 1..50, of each
    other, and `repetition_saturation`, 0..1000, is k3 of BM25: a word that a query repeats counts up to k3 + 1 times.
    Feedback reads the best `feedback_documents`, 1..50, for up to `feedback_terms`, 1..100, which have
    `feedback_share`, 0..0.9, of the weight of all words.

    The defaults were chosen by nDCG on judged collections (benchmarks/README.md).
    """

    name_weight: float = 0.5  # hard boosts of names cost relevance
    stem_weight: float = 0.5
    compound_weight: float = 0.15
    begun_weight: float = 0.4
    neighbour_weight: float = 0.05
    characters_weight: float = 0.5
    # Added up, what is not the word itself stays below what a stem scores that half of all documents have.
    name_prefix_score: float = 0.1
    content_prefix_score: float = 0.02
    spelling_score: float = 0.1
    inside_score: float = 0.01
    typo_weight: float = 0.7
    synonym_weight: float = 0.8
    any_name_weight: float = 0.2
    any_compound_weight: float = 0.3
    any_neighbour_weight: float = 0.05
    any_near_weight: float = 0.05
    any_near_words: int = 8
    repetition_saturation: float = 5.0
    feedback_documents: int = 10
    feedback_terms: int = 30
    feedback_share: float = 0.2

    def __post_init__(self) -> None:
        for item in fields(self):
            _check_bounds(self, **{item.name: _RANKING_BOUNDS.get(item.name, (0, 10))})


_RANKING_BOUNDS: Mapping[str, tuple[float, float]] = {
    "typo_weight": (0, 1),
    "synonym_weight": (0, 1),
    "any_near_words": (1, 50),
    "repetition_saturation": (0, 1_000),
    "feedback_documents": (1, 50),
    "feedback_terms": (1, 100),
    "feedback_share": (0, 0.9),
}


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """How `papra-index serve` serves: where it listens, processes that answer, what a proxy takes off the paths.

    `max_connections` is how many each process holds at once, and how many requests an application takes: those beyond
    are answered 503. A request may take `request_seconds`, an upload `upload_seconds`; on its end
    the server waits `shutdown_seconds` for both. `allowed_origins` are the origins
    of pages that may call it from a browser, with commas between them; * is any.
    """

    host: str = "127.0.0.1"
    port: int = 1221
    workers: int = 1
    max_connections: int = 1_000
    request_seconds: float = 20.0
    upload_seconds: float = 300.0
    shutdown_seconds: int = 30
    root_path: str = ""
    allowed_origins: str = ""

    def __post_init__(self) -> None:
        _check_bounds(self, port=(0, 65_535), workers=(1, 64), max_connections=(1, 100_000))
        _check_bounds(self, request_seconds=(0.1, 3_600), upload_seconds=(0.1, 86_400))
        _check_bounds(self, shutdown_seconds=(0, 3_600))

    def list_origins(self) -> list[str]:
        """Return the allowed origins."""
        return [origin for part in self.allowed_origins.split(",") if (origin := part.strip())]


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """How webhooks are called: `background` False leaves it to another process.

    An attempt may take `seconds`; the first of up to `max_attempts` is made at once, the second about `retry_seconds`
    later, each further one after four times as long. With `allow_private`, addresses within a network are called too.
    """

    background: bool = True
    seconds: float = 10.0
    max_attempts: int = 8
    retry_seconds: float = 5.0
    allow_private: bool = False

    def __post_init__(self) -> None:
        _check_bounds(self, seconds=(0.1, 300), max_attempts=(1, 15), retry_seconds=(0.01, 3_600))


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of an archive; sizes in bytes, 0 means no limit.

    `reserve_bytes` of the archive's disk are kept free of documents, so that deleting, tagging and indexing go on when
    it is full; `max_organizations` is how many a user may own who creates them over HTTP; `time_zone` (IANA) that of
    `today` in searches; `originals` whether files of which nothing else is said are copied into the archive ("copy") or
    referenced where they lie ("in-place"). With `network_folder` an archive may lie on a network file system, for one
    machine alone. With `keep_versions` False, the earlier original of a document that gets a new one is
    removed. What has been in the trash for `trash_days` is purged by `maintain`, 0 is never.
    """

    max_original_size: int = 25 * 1024 * 1024
    reserve_bytes: int = 100_000_000
    trash_days: int = 30
    max_tags: int = 200
    max_properties: int = 100
    max_organizations: int = 10
    time_zone: str = "UTC"
    originals: str = COPY
    keep_versions: bool = True
    network_folder: bool = False
    extraction: ExtractionSettings = field(default_factory=ExtractionSettings)
    index: IndexSettings = field(default_factory=IndexSettings)
    ranking: RankingSettings = field(default_factory=RankingSettings)
    http: HttpSettings = field(default_factory=HttpSettings)
    webhooks: WebhookSettings = field(default_factory=WebhookSettings)

    def __post_init__(self) -> None:
        _check_bounds(self, max_original_size=(0, 2**62), max_tags=(0, 1_000_000), max_organizations=(0, 1_000_000))
        _check_bounds(self, max_properties=(0, 1_000_000), reserve_bytes=(0, 2**62), trash_days=(0, 36_500))
        if self.originals not in {COPY, IN_PLACE}:
            raise InvalidSettings(f"originals is {self.originals!r}: give {COPY} or {IN_PLACE}")
        try:
            find_time_zone(self.time_zone)
        except InvalidInput as error:
            raise InvalidSettings(f"time_zone: {error.message}") from error

    def without_background(self) -> Settings:
        """Return these with reading originals, writing the index and calling webhooks left to another process."""
        extraction, index = replace(self.extraction, background=False), replace(self.index, background=False)
        return replace(self, extraction=extraction, index=index, webhooks=replace(self.webhooks, background=False))


def load_settings(file: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings from a TOML file (if it exists) and `PAPRA_INDEX_*` variables, which win.

    Keys are the field names: `max_tags = 500`, `[extraction] workers = 1`, `PAPRA_INDEX_EXTRACTION_WORKERS=1`. Raises
    InvalidSettings naming the file or variable for an unknown key or a value of the wrong type.
    """
    settings = Settings()
    for path, value, origin in _read_file(file) if file is not None and file.is_file() else ():
        settings = _set_value(settings, path, value, origin)
    for path, value, origin in _read_environment(os.environ if environment is None else environment):
        settings = _set_value(settings, path, value, origin)
    return settings


def _read_file(file: Path) -> Iterator[tuple[tuple[str, ...], object, str]]:
    """Yield (path of names, value, where it stands) for each value of a TOML file."""
    import tomllib

    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidSettings(f"{file} is not valid TOML: {error}") from error
    for name, value in table.items():
        if name in _GROUPS and isinstance(value, dict):
            for key, item in value.items():
                yield (name, key), item, f"{file}: {name}.{key}"
        else:
            yield (name,), value, f"{file}: {name}"


def _read_environment(environment: Mapping[str, str]) -> Iterator[tuple[tuple[str, ...], object, str]]:
    """Yield (path of names, value, variable) for each variable that names a setting."""
    defaults = Settings()
    for path in (*((item.name,) for item in fields(defaults)), *_list_group_paths()):
        variable = ENVIRONMENT_PREFIX + "_".join(path).upper()
        if variable in environment and path[-1] not in _GROUPS:
            default = getattr(getattr(defaults, path[0]), path[1]) if len(path) > 1 else getattr(defaults, path[0])
            yield path, _parse_value(environment[variable], type(default), variable), variable


def _list_group_paths() -> Iterator[tuple[str, str]]:
    for name in _GROUPS:
        for item in fields(getattr(Settings(), name)):
            yield name, item.name


def _set_value(settings: Settings, path: tuple[str, ...], value: object, origin: str) -> Settings:
    group: Any = getattr(settings, path[0]) if len(path) > 1 else settings
    try:
        changed = change_setting(group, path[-1], value)
    except InvalidSettings as error:
        reason = error.message.removeprefix(path[-1])
        raise InvalidSettings(f"{origin}{':' if reason == error.message else ''}{reason}") from error
    return replace(settings, **{path[0]: changed}) if len(path) > 1 else changed


def change_setting(group: _Group, name: str, value: object) -> _Group:
    """Return a group of settings with one changed; whole numbers do for others.

    Raises InvalidSettings for an unknown name, and for a value of the wrong type or out of range.
    """
    values: Any = group
    names = [item.name for item in fields(values) if item.name not in _GROUPS]
    if name not in names:
        if name in _GROUPS:
            raise InvalidSettings(f"this is a table: write [{name}] and its settings below")
        tables = [f"[{item}]" for item in _GROUPS if hasattr(values, item)]
        raise InvalidSettings(f"unknown setting; known here are {', '.join(names + tables)}")
    kind = type(getattr(values, name))
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind:
        raise InvalidSettings(f"expected {_KINDS[kind]}, got {value!r}")
    changed: _Group = replace(values, **{name: value})
    return changed


def _parse_value(text: str, kind: type, variable: str) -> object:
    if kind is bool:
        if text.lower() not in _TRUE | _FALSE:
            raise InvalidSettings(f"{variable}={text!r}: expected true or false")
        return text.lower() in _TRUE
    try:
        return kind(text)
    except ValueError as error:
        raise InvalidSettings(f"{variable}={text!r}: expected {_KINDS[kind]}") from error
