"""Runs: what a configuration ranks for each query, with the time it took and why the first hits are where they are.

A run is written as TREC's file, which all tools read, and beside it as JSON lines with all that this format cannot say.
"""

from __future__ import annotations

import json
import math
import struct
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from papra_index.conventions.values import dataclass
from papra_index.documents import Document
from papra_index.errors import InvalidEvaluationFile
from papra_index.evaluation.configurations import Configuration
from papra_index.organization import Organization
from papra_index.results import MAX_PAGE_SIZE, Hit, ResultPage

Run = Mapping[str, Mapping[str, float]]
"""Score of a document by query id and document id, best first."""

DEPTH = 1_000
"""Documents of a query that are ranked, as at TREC."""

SHOWN = 10
"""Hits of the search that is timed and explained."""

WARM_UP = 10
"""Queries that each configuration is asked before any is timed."""

RUN_SUFFIX = ".run"
_DETAILS_SUFFIX = ".details.jsonl"
_PARTIAL_SUFFIX = ".partial"
_RUN_COLUMNS = 6


@dataclass(frozen=True, slots=True)
class ShownHit:
    """One of the first hits: its id in the run, name, score as the engine gave it, what this consists of, a passage."""

    document_id: str
    name: str
    score: float
    reasons: tuple[str, ...] = ()
    passage: str = ""


@dataclass(frozen=True, slots=True)
class QueryDetails:
    """What is known of a query beside its ranking.

    `asked` is the query as the configuration wrote it, `milliseconds` what the first ten hits took on the clock,
    `documents_count` how many match in all, `issues` what was wrong with the query.
    """

    query_id: str
    text: str
    asked: str
    milliseconds: float
    documents_count: int
    hits: tuple[ShownHit, ...] = ()
    issues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QueryResult:
    """What one query found: `scores` of documents by their ids, best first and strictly decreasing."""

    details: QueryDetails
    scores: Mapping[str, float]


def run_queries(
    home: Organization,
    queries: Mapping[str, str],
    configuration: Configuration,
    *,
    depth: int = DEPTH,
    explain: bool = True,
) -> Iterator[QueryResult]:
    """Ask each query and yield what it found, in order; the first ones are asked once before, to warm up.

    Documents are named by the ids of their source where they have one, else by their own. With `explain` the first
    hits tell what their scores consist of.
    """
    for _, result in run_configurations(home, queries, [configuration], depth=depth, explain=explain):
        yield result


def run_configurations(
    home: Organization,
    queries: Mapping[str, str],
    configurations: Sequence[Configuration],
    *,
    depth: int = DEPTH,
    explain: bool = True,
) -> Iterator[tuple[str, QueryResult]]:
    """As `run_queries`, each query by every configuration before the next one: yield their names, too.

    So what else the machine does meanwhile slows all of them alike. Who begins goes round, as the first to ask a query
    warms it up for the others.
    """
    for text in list(queries.values())[:WARM_UP]:
        for configuration in configurations:
            _search(home, text, configuration, 0, SHOWN)
    for place, (query_id, text) in enumerate(queries.items()):
        first = place % len(configurations)
        order = (*configurations[first:], *configurations[:first])
        timed = [(configuration, *_time(home, text, configuration)) for configuration in order]
        for configuration, page, milliseconds in timed:
            details = _describe(home, query_id, text, configuration, page, milliseconds, explain=explain)
            scores = make_decreasing(rank_documents(home, text, configuration, depth))
            yield configuration.name, QueryResult(details, scores)


def _time(home: Organization, text: str, configuration: Configuration) -> tuple[ResultPage, float]:
    began = time.perf_counter()
    page = _search(home, text, configuration, 0, SHOWN)
    return page, (time.perf_counter() - began) * 1000


def _describe(
    home: Organization,
    query_id: str,
    text: str,
    configuration: Configuration,
    page: ResultPage,
    milliseconds: float,
    *,
    explain: bool,
) -> QueryDetails:
    if explain and page.hits:
        page = _search(home, text, configuration, 0, SHOWN, explain=True)
    return QueryDetails(
        query_id,
        text,
        configuration.write_query(text),
        round(milliseconds, 3),
        page.documents_count,
        tuple(map(_show, page.hits)),
        tuple(issue.message for issue in page.issues),
    )


def rank_queries(
    home: Organization, queries: Mapping[str, str], configuration: Configuration, depth: int
) -> dict[str, dict[str, float]]:
    """Return the ranking of each query and nothing else: neither clock nor explanations."""
    return {
        query_id: make_decreasing(rank_documents(home, text, configuration, depth))
        for query_id, text in queries.items()
    }


def _search(
    home: Organization, text: str, configuration: Configuration, page_index: int, size: int, *, explain: bool = False
) -> ResultPage:
    return home.search(
        configuration.write_query(text),
        page_index=page_index,
        page_size=size,
        sort=configuration.choose_sort(),
        ranking=configuration.change_ranking(home.ranking),
        matching=configuration.matching,
        feedback=configuration.feedback,
        relax=configuration.relax,
        explain=explain,
        snippets=int(explain),
    )


def rank_documents(home: Organization, text: str, configuration: Configuration, depth: int) -> dict[str, float]:
    """Return up to `depth` documents by id with their scores as the engine gives them, in the order of the hits."""
    found: dict[str, float] = {}
    for page_index in range(-(-depth // MAX_PAGE_SIZE)):
        page = _search(home, text, configuration, page_index, min(depth, MAX_PAGE_SIZE))
        for hit in page.hits:
            # A commit between two pages may show a document again.
            found.setdefault(name_document(hit.document), hit.score)
        if len(page.hits) < MAX_PAGE_SIZE:
            break
    return dict(list(found.items())[:depth])


def name_document(document: Document) -> str:
    """Return the id that runs and judgements have: that of the source, unless it has blanks, or else the document's."""
    external_id = document.external_id
    return document.id if external_id is None or len(external_id.split()) != 1 else external_id


def _show(hit: Hit) -> ShownHit:
    parts = () if hit.explanation is None else hit.explanation.parts
    reasons = tuple(part.described for part in parts)
    passage = hit.snippets[0].plain if hit.snippets else ""
    return ShownHit(name_document(hit.document), hit.document.name, round(hit.score, 6), reasons, passage)


def make_decreasing(scores: Mapping[str, float]) -> dict[str, float]:
    """Return scores that decrease strictly, also as the single-precision numbers that trec_eval reads.

    trec_eval orders by score and then by id, not by rank; equal scores would be put into an order that nobody saw.
    Where the order is not by score, the scores are the ranks from below.
    """
    if not all(score > 0 for score in scores.values()) or list(scores.values()) != sorted(
        scores.values(), reverse=True
    ):
        return {id_: float(len(scores) - rank) for rank, id_ in enumerate(scores)}
    decreasing: dict[str, float] = {}
    bound = 0x7F7F_FFFF  # the largest single-precision number
    for id_, score in scores.items():
        # Positive numbers are in the order of their bits.
        bits = struct.unpack("<I", struct.pack("<f", score))[0]
        bound = min(bits, bound - 1)
        # Nine digits tell all single-precision numbers apart: what is written is what is read.
        decreasing[id_] = float(f"{struct.unpack('<f', struct.pack('<I', bound))[0]:.9g}")
    return decreasing


def write_run(folder: Path, name: str, results: Iterable[QueryResult]) -> Path:
    """Write the results of one system as `write_runs` does; return the run."""
    return write_runs(folder, [name], ((name, result) for result in results))[0]


def write_runs(folder: Path, names: Sequence[str], results: Iterable[tuple[str, QueryResult]]) -> list[Path]:
    """Write results as they come, by name to NAME.run and NAME.details.jsonl of a folder; return the former.

    A line of a run is `query Q0 document rank score tag` (TREC). Files have their names once all is written, so that
    none is ever half a run. Raises InvalidEvaluationFile for an id with blanks, and where the system refuses.
    """
    files = [folder / f"{name}{RUN_SUFFIX}" for name in names]
    written = [path for file in files for path in (file, _find_details(file))]
    partial = [path.with_name(path.name + _PARTIAL_SUFFIX) for path in written]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            opened = [stack.enter_context(path.open("w", encoding="utf-8")) for path in partial]
            by_name = dict(zip(names, zip(opened[::2], opened[1::2], strict=True), strict=True))
            for name, result in results:
                lines, details = by_name[name]
                _write_result(lines, details, name.replace(" ", "_"), result)
        for path, whole in zip(partial, written, strict=True):
            path.replace(whole)
    except OSError as error:
        raise InvalidEvaluationFile(f"runs cannot be written to {folder}: {error.strerror or error}") from error
    finally:
        for path in partial:
            with suppress(OSError):
                path.unlink(missing_ok=True)
    return files


def _write_result(lines: TextIO, details: TextIO, tag: str, result: QueryResult) -> None:
    query_id = _check_id(result.details.query_id)
    for rank, (document, score) in enumerate(result.scores.items(), 1):
        lines.write(f"{query_id} Q0 {_check_id(document)} {rank} {score:.9g} {tag}\n")
    details.write(json.dumps(asdict(result.details), ensure_ascii=False) + "\n")


def _check_id(id_: str) -> str:
    if not id_ or any(character.isspace() for character in id_):
        raise InvalidEvaluationFile(f"the id {id_!r} has blanks, which a TREC run cannot hold: give it another")
    return id_


def read_run(file: Path) -> dict[str, dict[str, float]]:
    """Read a run of any system, each query's documents by falling score. Raises InvalidEvaluationFile."""
    found: dict[str, dict[str, float]] = {}
    try:
        with file.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    query, document, score = _read_run_line(line)
                except ValueError as error:
                    raise InvalidEvaluationFile(
                        f"{file}, line {number}: a line of a run is query, Q0, document, rank, score and tag"
                    ) from error
                if document in found.setdefault(query, {}):
                    raise InvalidEvaluationFile(
                        f"{file}, line {number}: query {query} has document {document} a second time: leave one"
                    )
                found[query][document] = score
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidEvaluationFile(f"{file} cannot be read: {error}") from error
    if not found and not _find_details(file).exists():
        raise InvalidEvaluationFile(f"{file} is empty: a run has a line for each document that was found")
    return {query: _order(scores) for query, scores in found.items()}


def _read_run_line(line: str) -> tuple[str, str, float]:
    """Return query, document and score. Raises ValueError."""
    cells = line.split()
    if len(cells) < _RUN_COLUMNS - 1 or math.isnan(float(cells[4])):
        raise ValueError
    return cells[0], cells[2], float(cells[4])


def _order(scores: dict[str, float]) -> dict[str, float]:
    # Ties as trec_eval breaks them: the later id first.
    return dict(sorted(scores.items(), key=lambda item: (item[1], item[0]), reverse=True))


def read_details(file: Path) -> dict[str, QueryDetails]:
    """Return what is known of a run's queries beside their rankings; nothing for runs of other systems."""
    details = _find_details(file)
    if not details.exists():
        return {}
    found = {}
    try:
        for line in details.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            row["hits"] = tuple(ShownHit(**hit | {"reasons": tuple(hit["reasons"])}) for hit in row["hits"])
            row["issues"] = tuple(row["issues"])
            found[row["query_id"]] = QueryDetails(**row)
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidEvaluationFile(f"{details} is damaged ({error}): write the run again, or remove it") from error
    return found


def _find_details(file: Path) -> Path:
    return file.with_name(file.name.removesuffix(RUN_SUFFIX) + _DETAILS_SUFFIX)
