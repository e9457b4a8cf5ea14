"""The hostile set: files made to do harm, by name; `python -m tests.extraction.hostile_set FOLDER` writes it.

What is slow to make or to refuse is told apart, so that the default run of the tests stays short.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tests.extraction import hostile as pdf
from tests.extraction import hostile_containers as containers
from tests.extraction import hostile_markup as markup

FIXTURES = Path(__file__).parents[2] / "fixtures" / "documents"

Build = Callable[[], bytes]

QUICK: dict[str, Build] = {
    "many-pages.pdf": pdf.build_many_pages,
    "loops.pdf": pdf.build_tree_of_loops,
    "glyph.pdf": pdf.build_self_drawing_glyph,
    "annotations.pdf": partial(pdf.build_many_annotations, 2_000),
    "deep.pdf": partial(pdf.build_deep_arrays, 100_000),
    "lying.zip": partial(containers.build_deflated_zip, "a.txt", b"word " * 200_000, 20, 10),
    "bomb.zip": partial(containers.build_deflated_zip, "a.txt", bytes(1 << 20), 1_000),
    "nested.zip": containers.build_nested_zip,
    "boundless.tar": containers.build_boundless_tar,
    "sparse.tar": containers.build_sparse_tar,
    "bomb.txt.gz": partial(containers.build_compressed_zeros, 1_000),
    "nested.gz": containers.build_nested_gzips,
    "sparse.xlsx": containers.build_sparse_sheet,
    "nested.eml": containers.build_nested_mail,
    "parts.eml": containers.build_many_parts,
    "nested-parts.eml": partial(containers.build_nested_parts, 1_000),
    "subject.eml": partial(containers.build_long_encoded_word, 50_000),
    "large.png": partial(containers.build_png, 50_000, 50_000, bytes(range(256)) * 25, 1_000),
    "endless.png": partial(containers.build_png, 2**31 - 1, 2**31 - 1, b"\0" * 1_000, 10),
    "frames.gif": containers.build_gif,
    "frames.tiff": partial(containers.build_tiff, 1_000),
    "loop.tiff": partial(containers.build_tiff, 3, True),
    "braces.rtf": partial(markup.build_braces, 200_000),
    "nested.html": partial(markup.build_nested_html, 200_000),
    "attributes.html": markup.build_many_attributes,
    "open.html": partial(markup.build_open_html, 60_000),
    "nested.svg": markup.build_nested_svg,
    "noise.bin": lambda: random.Random(1).randbytes(100_000),
    "blanks.txt": lambda: b" " * 4_000_000,
    "brackets.json": lambda: b"[" * 1_000_000,
}

SLOW: dict[str, Build] = {
    "self-drawing.pdf": pdf.build_hanging_pdf,
    "self-drawing-late.pdf": partial(pdf.build_hanging_pdf, 30),
    "zeros.pdf": partial(bytes, 10 << 20),
    "huge-page.pdf": pdf.build_huge_page,
    "growing.pdf": pdf.build_growing_pdf,
    "pattern.pdf": pdf.build_self_painting_pattern,
    "double-deflated.pdf": partial(pdf.build_long_stream, b"BT /H 9 Tf (word) Tj ET " * 43_690, 3_000, 2),
    "blank-gigabyte.pdf": partial(pdf.build_long_stream, b" " * (1 << 20), 1_000),
    "operators.pdf": partial(pdf.build_long_stream, b"BT /H 9 Tf 9 9 Td (word) Tj ET\n" * 10_000, 1_000),
    "huge-image.pdf": pdf.build_huge_image,
    "more-annotations.pdf": pdf.build_many_annotations,
    "deeper.pdf": pdf.build_deep_arrays,
    "fanned.zip": containers.build_fanned_zip,
    "overlapping.zip": containers.build_overlapping_zip,
    "many-members.zip": containers.build_stored_zip_of_many,
    "bomb.tar.gz": partial(containers.build_compressed_zeros, 10_000),
    "bomb.txt.xz": containers.build_xz_of_zeros,
    "bomb.docx": partial(containers.build_deflated_zip, "word/document.xml", b" " * (1 << 20), 1_000),
    "deeply-nested-parts.eml": containers.build_nested_parts,
    "headers.eml": containers.build_many_headers,
    "long-subject.eml": containers.build_long_encoded_word,
    "messages.mbox": containers.build_mailbox,
    "many-frames.tiff": containers.build_tiff,
    "more-braces.rtf": markup.build_braces,
    "commands.rtf": markup.build_rtf_commands,
    "more-nested.html": markup.build_nested_html,
    "more-open.html": markup.build_open_html,
}


def build_xml_attacks(secret: Path) -> Iterator[tuple[str, bytes]]:
    """Yield, for every format made of XML, growing entities of two kinds and entities that fetch `secret`."""
    attacks = {
        "laughs": markup.declare_laughs(),
        "blowup": markup.declare_blowup(),
        "fetch": markup.declare_fetch(secret),
    }
    for name, make in markup.XML_FORMATS.items():
        for attack, (declared, body) in attacks.items():
            yield f"{attack}-{name}", make(declared, body)


def build_damaged_fixtures(copies: int, names: list[str]) -> Iterator[tuple[str, bytes]]:
    """Yield fixtures cut short and with bits turned, so many times each; the same ones every time."""
    for name in names:
        data = (FIXTURES / name).read_bytes()
        chance = random.Random(name)
        for number in range(copies if data else 0):
            yield f"cut-{number}-{name}", data[: max(1, len(data) * (number * 2 + 1) // (copies * 2))]
            flipped = bytearray(data)
            for _ in range(max(1, min(len(data) // 200, 20))):
                flipped[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            yield f"flipped-{number}-{name}", bytes(flipped)


def main() -> None:
    """Write the set into a folder, for trying other programs on it."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, build in (QUICK | SLOW).items():
        (folder / name).write_bytes(build())
    for name, data in build_xml_attacks(Path("/etc/hostname")):
        (folder / name).write_bytes(data)


if __name__ == "__main__":
    main()
