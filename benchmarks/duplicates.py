"""Whether copies of a text are found and others are not, however badly they were read; beside MinHash of shingles.

    python -m benchmarks.duplicates FOLDER --count 150 --output duplicates.json

FOLDER holds text files. Each text, with figures added, goes into an archive with a partner of one kind; every document
is asked for its near-duplicates. The peer is datasketch (`pip install --group peers`), left out where it is missing.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.damage import add_figures, crop, misread, replace_figures, replace_words, swap_halves
from benchmarks.measure import describe_environment, print_environment, print_table, write_result
from benchmarks.texts import open_texts
from papra_index import Archive, Organization, Upload
from papra_index.values.resemblances import DEFAULT_SIMILARITY

CHARACTERS = range(600, 30_000)
_SHINGLE_WORDS = 3
_PERMUTATIONS = 128
_PEER_THRESHOLD = 0.3
_HASHED = 0.2  # the threshold of the bands: more candidates are compared than are told

Pair = tuple[str, str]
Spoil = Callable[[str, random.Random], Pair]


def _misread_both(rate: float) -> Spoil:
    return lambda text, generator: (misread(text, rate, generator), misread(text, rate, generator))


def _misread_one(rate: float) -> Spoil:
    return lambda text, generator: (text, misread(text, rate, generator))


def _cut(share: float) -> Spoil:
    return lambda text, generator: (text, misread(crop(text, share), 0.01, generator))


COPIES: Mapping[str, Spoil] = {
    **{f"one misread {rate:.0%}": _misread_one(rate) for rate in (0.01, 0.03, 0.05, 0.1)},
    **{f"both misread {rate:.0%}": _misread_both(rate) for rate in (0.01, 0.03, 0.05, 0.1)},
    "cut by 10%, 1%": _cut(0.1),
    "cut by 25%, 1%": _cut(0.25),
    "cut by 50%, 1%": _cut(0.5),
    "columns swapped, 3%": lambda text, generator: (text, misread(swap_halves(text), 0.03, generator)),
}
"""Two readings of one document."""

OTHERS: Mapping[str, Spoil] = {
    "next bill": lambda text, generator: (text, replace_figures(text, generator)),
    "next bill, both 3%": lambda text, generator: (
        misread(text, 0.03, generator),
        misread(replace_figures(text, generator), 0.03, generator),
    ),
    "same form": lambda text, generator: (text, replace_words(text, generator, 0.3)),
}
"""Two documents that look alike; the texts of other pairs do not, and count as wrong wherever they are found."""

Result = dict[str, Any]


def read_texts(folder: Path, count: int, seed: int) -> list[str]:
    """Return texts of files of 600 to 30,000 characters, chosen by the seed, with figures added; each text once."""
    found: dict[str, None] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        text = path.read_bytes().decode("utf-8", "replace")
        if len(text) in CHARACTERS and "\x00" not in text:
            found[text] = None
    generator = random.Random(seed)
    texts = list(found)
    generator.shuffle(texts)
    return [add_figures(text, generator) for text in texts[:count]]


def measure_kind(pairs: Sequence[Pair], *, are_copies: bool) -> Result:
    """Return recall and precision of near-duplicates asked for each document, and the time of comparing all."""
    with Archive.in_memory() as archive:
        home = archive.create_organization("Pairs")
        texts = [(f"{number}-{side}", text) for number, pair in enumerate(pairs) for side, text in enumerate(pair)]
        home.add_many(Upload(name.encode(), name=name, content=text) for name, text in texts)
        archive.wait_until_searchable(600)
        for label in ("first", "second"):
            # Replaced documents stay in the engine's counts for a while, as they do in an archive that is used.
            tag = home.create_tag(label)
            home.tag_many((document_id for name, document_id in _list_names(home) if name.endswith("-0")), tag.id)
            archive.wait_until_searchable(600)
        began = time.thread_time_ns()
        home.find_duplicates()
        cost = (time.thread_time_ns() - began) / 1e6
        right, wrong = 0, 0
        for name, document_id in _list_names(home):
            number = name.partition("-")[0]
            for copy in home.near_duplicates(document_id):
                if are_copies and copy.document.name.partition("-")[0] == number:
                    right += 1
                else:
                    wrong += 1
    return _rate(right, wrong, len(texts)) | {"cpu_ms": cost / max(len(texts), 1)}


def measure_peer(pairs: Sequence[Pair], *, are_copies: bool) -> Result:
    """Return the same of MinHash: 128 permutations of shingles of three words, bands, estimated Jaccard of 0.3."""
    from datasketch import MinHash, MinHashLSH

    bands = MinHashLSH(threshold=_HASHED, num_perm=_PERMUTATIONS)
    signatures = {}
    began = time.thread_time_ns()
    for number, pair in enumerate(pairs):
        for side, text in enumerate(pair):
            words = text.casefold().split()
            signature = MinHash(num_perm=_PERMUTATIONS)
            shingles = {" ".join(words[place : place + _SHINGLE_WORDS]) for place in range(len(words))}
            signature.update_batch([shingle.encode() for shingle in shingles])
            signatures[number, side] = signature
            bands.insert((number, side), signature)
    cost = (time.thread_time_ns() - began) / 1e6
    right, wrong = 0, 0
    for name, signature in signatures.items():
        for other in bands.query(signature):
            if other != name and signature.jaccard(signatures[other]) >= _PEER_THRESHOLD:
                if are_copies and other[0] == name[0]:
                    right += 1
                else:
                    wrong += 1
    return _rate(right, wrong, len(signatures)) | {"cpu_ms": cost / max(len(signatures), 1)}


def _rate(right: int, wrong: int, documents_count: int) -> Result:
    return {
        "recall": right / max(documents_count, 1),
        "precision": right / (right + wrong) if right + wrong else 1.0,
        "wrong": wrong / max(documents_count, 1),
    }


def _list_names(home: Organization) -> Iterator[tuple[str, str]]:
    page_index = 0
    while documents := home.list(page_index=page_index, page_size=100).documents:
        yield from ((document.name, document.id) for document in documents)
        page_index += 1


def measure_duplicates(texts: Sequence[str], seed: int) -> Result:
    """Return what every kind of pair gave, ours and the peer's."""
    kinds: Result = {}
    for name, spoil in (*COPIES.items(), *OTHERS.items()):
        generator = random.Random(f"{seed} {name}")
        pairs = [spoil(text, generator) for text in texts]
        kinds[name] = {"ours": measure_kind(pairs, are_copies=name in COPIES)}
        try:
            kinds[name]["peer"] = measure_peer(pairs, are_copies=name in COPIES)
        except ModuleNotFoundError:
            print("SKIPPED MinHash: no datasketch; it needs pip install --group peers", file=sys.stderr)
    return kinds


def print_result(kinds: Result) -> None:
    """Print a table of the copies and one of the others."""
    for names, measure, heading in ((COPIES, "recall", "copies"), (OTHERS, "wrong", "others")):
        rows = []
        for name in names:
            found = kinds[name]
            cells = [f"{found[system][measure]:.3f}" if system in found else "" for system in ("ours", "peer")]
            if measure == "recall":
                cells += [f"{found[system]['precision']:.3f}" if system in found else "" for system in ("ours", "peer")]
            cells += [f"{found[system]['cpu_ms']:.2f}" if system in found else "" for system in ("ours", "peer")]
            rows.append([name, *cells])
        told = ["recall", "MinHash", "precision", "MinHash"] if measure == "recall" else ["found wrongly", "MinHash"]
        print_table([heading, *told, "CPU ms", "MinHash"], rows)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", help="text files, in sub-folders too; else made up")
    parser.add_argument("--count", type=int, default=150, help="texts that are spoiled (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="30 texts")
    parser.add_argument("--output", type=Path, help="write all numbers there, as JSON")
    options = parser.parse_args()
    with open_texts(options.folder, options.seed) as folder:
        texts = read_texts(folder, min(options.count, 30) if options.quick else options.count, options.seed)
        if not texts:
            parser.error(f"{folder} has no text of {CHARACTERS.start} to {CHARACTERS.stop - 1} characters")
        environment = describe_environment(folder)
    kinds = measure_duplicates(texts, options.seed)
    print_environment(environment)
    characters = sum(map(len, texts)) / len(texts)
    print(f"{len(texts)} texts of {characters:,.0f} characters on average, threshold {DEFAULT_SIMILARITY}")
    print_result(kinds)
    write_result(options.output, {"environment": environment, "texts": len(texts), "kinds": kinds})


if __name__ == "__main__":
    main()
