"""A collection of short real texts in five languages: manual pages, as Linux distributions package them, in parts.

    python -m benchmarks.manuals FOLDER MANUALS...

`MANUALS` are folders of manual pages, such as /usr/share/man or what `dpkg -x manpages-de*.deb` unpacks. Written are
`FOLDER/LANGUAGE/title.txt`, each a page or a few sections of one; what a text says of macros is lost.
"""

from __future__ import annotations

import argparse
import gzip
import random
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

LANGUAGES = ("en", "de", "fr", "es", "it")
_LEAST, _MOST = 1_500, 6_000
"""Characters of a text: sections are put together up to the first, a longer one is cut at the second."""

_TITLE_CHARACTERS = 90
_MACRO = re.compile(r"^[.'][ \t]*([A-Za-z]+)[ \t]*(.*)$")
_SILENT = {"TH", "de", "ds", "nr", "if", "ie", "el", "so", "ad", "hy", "nh", "ne", "sp", "in", "ti", "ta", "ft", "tr"}
_HIDDEN = {"de": "..", "ig": "..", "TS": ".TE", "EQ": ".EN"}
_ESCAPES = (
    (re.compile(r'\\".*'), ""),
    (re.compile(r"\\f(?:\[[^\]]*\]|\(..|.)|\\s[-+]?\d|\\[&/,|^%:)!~]|\\m\[[^\]]*\]"), ""),
    (re.compile(r"\\\(aq|\\\(cq|\\\[aq\]"), "'"),
    (re.compile(r"\\\(l?[lr]?q|\\\[[lr]q\]|\\\(dq"), '"'),
    (re.compile(r"\\\(bu|\\\[bu\]|\\\(em|\\\(en|\\\[em\]|\\\[en\]"), "-"),
    (re.compile(r"\\-"), "-"),
    (re.compile(r"\\e|\\\(rs"), "\\\\"),
    (re.compile(r"\\\*?(?:\[[^\]]*\]|\(..|[a-zA-Z]'[^']*')"), ""),
    (re.compile(r"\\ |\\0"), " "),
)
_QUOTED = re.compile(r'"([^"]*)"|(\S+)')
_LETTER = re.compile(r"[^\W\d_]{3}")


def read_manual(source: str) -> list[tuple[str, str]]:
    """Return heading and text of the sections of a page in roff; the first is its line of names."""
    sections: list[tuple[str, list[str]]] = []
    hidden = ""
    for line in source.splitlines():
        if hidden:
            hidden = "" if line.startswith(hidden) else hidden
            continue
        macro = _MACRO.match(line)
        if macro is None:
            words = "" if line.startswith((".", "'")) else line
        else:
            name, words = macro.group(1), macro.group(2)
            hidden = _HIDDEN.get(name, "")
            if name in _SILENT or hidden:
                continue
            pieces = [quoted or plain for quoted, plain in _QUOTED.findall(words)]
            # Macros such as BR set words in turns of two fonts without a blank between them.
            words = ("" if name in {"BR", "RB", "IR", "RI", "BI", "IB"} else " ").join(pieces)
            if name in {"SH", "Sh"}:
                sections.append((_clean(words), []))
                continue
        if sections and words.strip():
            sections[-1][1].append(_clean(words))
    return [(heading, "\n".join(lines)) for heading, lines in sections]


def _clean(text: str) -> str:
    for pattern, replacement in _ESCAPES:
        text = pattern.sub(replacement, text)
    return text.strip()


def split_manual(sections: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield title and text of the parts of a page: its name and what it does, the heading that a part begins with."""
    if not sections:
        return
    title = re.sub(r"\s+", " ", sections[0][1])
    heading, text = "", ""
    for name, body in sections:
        text += f"{name}\n{body}\n\n"
        heading = heading or name
        if len(text) >= _LEAST:
            yield f"{title} - {heading}", text[:_MOST].strip()
            heading, text = "", ""
    if len(text) > _LEAST // 5:
        yield f"{title} - {heading}", text.strip()


def find_manuals(folders: list[Path], language: str) -> list[Path]:
    """Return the pages of a language, by name: English ones lie beside the folders of the others."""
    found = chain.from_iterable(folder.rglob("man[0-9]*/*") for folder in folders)
    above = "man" if language == "en" else language
    return sorted((path for path in found if path.is_file() and path.parts[-3] == above), key=lambda path: path.name)


def read_page(path: Path) -> str:
    """Return the source of a page, unpacked."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return data.decode("utf-8", "replace")


def write_collection(folder: Path, manuals: list[Path], count: int, seed: int) -> dict[str, int]:
    """Write at most `count` texts of each language, chosen by the seed; return how many there are of each."""
    written = {}
    for language in LANGUAGES:
        parts: dict[str, str] = {}
        texts: set[str] = set()
        for path in find_manuals(manuals, language):
            for title, text in split_manual(read_manual(read_page(path))):
                name = re.sub(r"[/\x00-\x1f]", " ", title)[:_TITLE_CHARACTERS].strip()
                if text not in texts and _LETTER.search(name):
                    texts.add(text)
                    parts.setdefault(name, text)
        chosen = random.Random(f"{seed} {language}").sample(sorted(parts), min(count, len(parts)))
        (folder / language).mkdir(parents=True, exist_ok=True)
        for name in chosen:
            (folder / language / f"{name}.txt").write_text(parts[name] + "\n", encoding="utf-8")
        written[language] = len(chosen)
    return written


def main() -> None:
    """Write manual pages of five languages as short texts."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("folder", type=Path, help="where the texts go, a folder for each language")
    parser.add_argument("manuals", nargs="+", type=Path, help="folders with manual pages")
    parser.add_argument("--count", type=int, default=1_000, help="texts of a language at most")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    for language, count in write_collection(
        arguments.folder, arguments.manuals, arguments.count, arguments.seed
    ).items():
        print(f"{language}: {count:,} texts")


if __name__ == "__main__":
    main()
