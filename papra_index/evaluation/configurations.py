"""Configurations: named ways to ask the same archive the same queries, read from a TOML file, a table for each."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import field, fields
from itertools import product
from math import prod
from pathlib import Path
from typing import Any, get_args

from papra_index.conventions.values import dataclass
from papra_index.errors import InvalidEvaluationFile, InvalidInput, InvalidSettings
from papra_index.results import Matching, Sort, SortField, read_sort_field
from papra_index.settings import RankingSettings, change_setting

MAX_COMBINATIONS = 2_000
"""Of a grid: each asks all queries."""

_MAX_NAME = 120
_NAME = re.compile(rf"[\w.,=+ -]{{1,{_MAX_NAME}}}")
_WORD = re.compile(r"[^\W_]+")
_PLACE = re.compile(r"\{(query|words|any)\}")


@dataclass(frozen=True, slots=True)
class Configuration:
    """How queries are asked: the options of `search`, and what is made of the text of a query.

    `query` is a pattern of the search language: `{query}` stands for the text as it is, `{words}` for its words without
    signs, `{any}` for these with OR between them, so that `{query} OR name:({any})^2` weighs words in names. `sort` is
    a sort field, best or newest first; None is by relevance. `ranking` has settings of `[ranking]` in place of the
    archive's. Raises InvalidInput for what cannot be.
    """

    name: str = "default"
    matching: Matching = "any"
    feedback: bool = False
    relax: bool = True
    sort: str | None = None
    query: str = "{query}"
    ranking: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise InvalidInput(
                f"the name {self.name!r} cannot be that of a file: use letters, digits, blanks and - _ ."
            )
        if self.matching not in get_args(Matching):
            raise InvalidInput(f"matching is {self.matching!r}: give any or all")
        if not isinstance(self.feedback, bool) or not isinstance(self.relax, bool):
            raise InvalidInput("feedback and relax are true or false")
        if self.feedback and self.matching != "any":
            raise InvalidInput('feedback adds words of which any suffices: give matching = "any" with it')
        if self.sort is not None:
            try:
                read_sort_field(self.sort)
            except ValueError as error:
                raise InvalidInput(f"sort is {self.sort!r}: give one of {', '.join(SortField)}") from error
        if not isinstance(self.query, str) or not _PLACE.search(self.query):
            raise InvalidInput(
                f"query is {self.query!r}: it holds {{query}}, {{words}} or {{any}}, where the text goes"
            )
        self.change_ranking(RankingSettings())

    def write_query(self, text: str) -> str:
        """Return what is asked for a query's text."""
        words = _WORD.findall(text.lower())
        written = {"{query}": text, "{words}": " ".join(words), "{any}": " OR ".join(words)}
        return _PLACE.sub(lambda place: written[place.group()], self.query)

    def change_ranking(self, ranking: RankingSettings) -> RankingSettings:
        """Return the archive's settings with those of this configuration in their place. Raises InvalidInput."""
        if not isinstance(self.ranking, Mapping):
            raise InvalidInput(f"ranking is {self.ranking!r}: write a table, as in ranking.name_weight = 0.3")
        for name, value in self.ranking.items():
            try:
                ranking = change_setting(ranking, name, value)
            except InvalidSettings as error:
                raise InvalidInput(f"ranking.{name}: {error.message}") from error
        return ranking

    def choose_sort(self) -> Sort | None:
        """Return the order, names ascending and all else descending; None is by relevance."""
        if self.sort is None:
            return None
        field = read_sort_field(self.sort)
        return Sort(field, field is not SortField.NAME)


def read_configurations(file: Path) -> tuple[Configuration, ...]:
    """Return the configurations of a file, a table for each, the first being what others are compared with.

    Raises InvalidEvaluationFile.
    """
    tables = _read_tables(file)
    if not tables or not all(isinstance(table, dict) for table in tables.values()):
        raise InvalidEvaluationFile(
            f'{file}: write a table for each configuration, as in [feedback] and matching = "any"'
        )
    return tuple(_read_table(file, name, table) for name, table in tables.items())


def read_grid(file: Path) -> tuple[Configuration, ...]:
    """Return all combinations of a file of lists, as in `matching = ["any", "all"]`, the first values first.

    A table `ranking` has lists of its own. Feedback is for any word alone: its combinations with all words are left
    out. Raises InvalidEvaluationFile, also for more than MAX_COMBINATIONS.
    """
    tables = _read_tables(file)
    ranking = tables.pop("ranking", {})
    if not isinstance(ranking, dict):
        raise InvalidEvaluationFile(f"{file}: write a table of lists for ranking, as in ranking.name_weight = [0.5, 1]")
    flat = {(name,): value for name, value in tables.items()} | {
        ("ranking", name): value for name, value in ranking.items()
    }
    lists = {path: value if isinstance(value, list) else [value] for path, value in flat.items()}
    if not lists or not all(lists.values()):
        raise InvalidEvaluationFile(f'{file}: write a list for each setting, as in matching = ["any", "all"]')
    count = prod(map(len, lists.values()))
    if count > MAX_COMBINATIONS:
        raise InvalidEvaluationFile(
            f"{file}: these are {count:,} combinations: leave values out, {MAX_COMBINATIONS:,} at most"
        )
    varied = [path for path, values in lists.items() if len(values) > 1]
    made = []
    for number, values in enumerate(product(*lists.values()), 1):
        chosen = dict(zip(lists, values, strict=True))
        table: dict[str, Any] = {path[0]: value for path, value in chosen.items() if len(path) == 1}
        weights = {path[1]: value for path, value in chosen.items() if len(path) > 1}
        is_varied = bool({("feedback",), ("matching",)} & {*varied})
        if is_varied and table.get("feedback") is True and table.get("matching") == "all":
            continue
        # Patterns of queries cannot be part of a file's name; their numbers tell them apart.
        parts = [
            f"query={lists[path].index(chosen[path]) + 1}"
            if path == ("query",)
            else f"{path[-1]}={_write_value(chosen[path])}"
            for path in varied
        ]
        name = ",".join(parts)
        named = name if 0 < len(name) <= _MAX_NAME else f"combination {number}"
        made.append(_read_table(file, named, table | ({"ranking": weights} if weights else {})))
    return tuple(made)


def _write_value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value).replace(":", "-")


def _read_table(file: Path, name: str, table: Mapping[str, Any]) -> Configuration:
    known = [item.name for item in fields(Configuration) if item.name != "name"]
    for key in table:
        if key not in known:
            raise InvalidEvaluationFile(f"{file}: {key} is no setting of a configuration; known are {', '.join(known)}")
    try:
        return Configuration(name, **table)
    except InvalidInput as error:
        raise InvalidEvaluationFile(f"{file}, {name}: {error.message}") from error


def _read_tables(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidEvaluationFile(f"{file} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidEvaluationFile(f"{file} is not valid TOML: {error}") from error


def iterate_settings(configuration: Configuration) -> Iterator[tuple[str, str]]:
    """Yield the settings that differ from the defaults, and all of the ranking's, for people to read."""
    for item in fields(Configuration):
        value = getattr(configuration, item.name)
        if item.name not in ("name", "ranking") and value != item.default:
            yield item.name, str(value).lower() if isinstance(value, bool) else str(value)
    for name, weight in configuration.ranking.items():
        yield name, f"{weight:g}"
