"""PDFs that take readers down, made from their objects: small files, all of them."""

from __future__ import annotations

import zlib

_FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
_WORDS = b"BT /H 12 Tf 20 200 Td (Page number %d is readable and has words enough) Tj ET"


def build_pdf(objects: list[bytes], trailer: bytes = b"") -> bytes:
    """Return a PDF of objects, which are numbered from 1; the first is the catalog."""
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer << /Size %d /Root 1 0 R %s >>\n" % (len(objects) + 1, trailer)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def build_stream(dictionary: bytes, data: bytes) -> bytes:
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (dictionary, len(data), data)


def build_page(content: bytes, *others: bytes, page: bytes = b"", resources: bytes = b"") -> bytes:
    """Return a PDF of one page: object 4 is its content, 5 the font /H, and `others` those from 6 on."""
    fonts = b"" if b"/Font" in resources else b"/Font << /H 5 0 R >>"
    box = b"" if b"/MediaBox" in page else b"/MediaBox [0 0 300 300]"
    resources = b"/Resources << %s %s >>" % (fonts, resources)
    leaf = b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R %s %s %s >>" % (box, resources, page)
    pages = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
    return build_pdf([b"<< /Type /Catalog /Pages 2 0 R >>", pages, leaf, content, _FONT, *others])


def deflate_repeated(block: bytes, times: int) -> bytes:
    """Return the deflated form of a block that repeats itself so often, without deflating it so often."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    check = 1
    for _ in range(times):
        check = zlib.adler32(block, check)
    return b"\x78\xda" + piece * times + b"\x03\x00" + check.to_bytes(4, "big")


def build_hanging_pdf(pages_before: int = 0) -> bytes:
    """Return a PDF of one kilobyte whose last page draws a form that draws itself twice: pdfium never ends."""
    kids = range(3, 4 + pages_before)
    form, font = 4 + 2 * pages_before + 1, 4 + 2 * pages_before + 2
    resources = b"/Resources << /XObject << /F %d 0 R >> /Font << /H %d 0 R >> >>" % (form, font)
    pages = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(b"%d 0 R" % kid for kid in kids), len(kids))
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", pages]
    first_content = kids[-1] + 1
    for index in range(len(kids)):
        content = b"/Contents %d 0 R" % (first_content + index)
        objects.append(b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] %s %s >>" % (resources, content))
    objects += [build_stream(b"", _WORDS % (index + 1)) for index in range(pages_before)]
    objects.append(build_stream(b"", b"/F Do"))
    objects.append(build_stream(b"/Type /XObject /Subtype /Form /BBox [0 0 300 300] " + resources, b"/F Do /F Do"))
    objects.append(_FONT)
    return build_pdf(objects)


def build_growing_pdf(levels: int = 12, fan: int = 10) -> bytes:
    """Return a PDF with forms within forms, each drawing the next so many times: 10^12 drawings in 3 kB."""
    forms = []
    for number in range(6, 6 + levels):
        inner = b"/Resources << /XObject << /F %d 0 R >> /Font << /H 5 0 R >> >>" % (number + 1)
        content = b"/F Do " * fan if number < 5 + levels else b"BT /H 9 Tf (word) Tj ET"
        forms.append(build_stream(b"/Type /XObject /Subtype /Form /BBox [0 0 300 300] " + inner, content))
    return build_page(build_stream(b"", b"/F Do"), *forms, resources=b"/XObject << /F 6 0 R >>")


def build_long_stream(block: bytes, times: int, filters: int = 1) -> bytes:
    """Return a PDF whose page content is a block many times over, deflated once or twice."""
    data = deflate_repeated(block, times)
    for _ in range(filters - 1):
        data = zlib.compress(data, 9)
    return build_page(build_stream(b"/Filter [%s]" % (b" /FlateDecode" * filters), data))


def build_many_pages(count: int = 100_000) -> bytes:
    """Return a PDF whose page tree names the same page so many times."""
    pages = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b"3 0 R " * count, count)
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents 4 0 R /Resources << /Font << /H 5 0 R >> >> >>"
    )
    return build_pdf([b"<< /Type /Catalog /Pages 2 0 R >>", pages, page, build_stream(b"", _WORDS % 1), _FONT])


def build_huge_page(points: int = 2_000_000) -> bytes:
    """Return a PDF whose page is so many points wide and holds drawings only, so that OCR has to render it."""
    lines = b"".join(b"%d 0 m %d 300 l S " % (place, place + 5) for place in range(0, 600, 20))
    return build_page(build_stream(b"", lines), page=b"/MediaBox [0 0 %d %d]" % (points, points))


def build_huge_image(side: int = 60_000) -> bytes:
    """Return a PDF with a one-bit image of so many pixels either way, filling its page."""
    row = bytes(range(256)) * (side // 8 // 256 + 1)
    data = deflate_repeated(row[: (side + 7) // 8] * 10, side // 10)
    form = b"/Type /XObject /Subtype /Image /BitsPerComponent 1 /ColorSpace /DeviceGray /Filter /FlateDecode"
    image = build_stream(form + b" /Width %d /Height %d" % (side, side), data)
    return build_page(build_stream(b"", b"300 0 0 300 0 0 cm /I Do"), image, resources=b"/XObject << /I 6 0 R >>")


def build_tree_of_loops() -> bytes:
    """Return a PDF whose page tree leads back to itself, and whose table of objects says that it precedes itself."""
    pages = b"<< /Type /Pages /Parent 2 0 R /Kids [3 0 R 2 0 R 2 0 R] /Count 1000000000 >>"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents [4 0 R 4 0 R] /Resources 3 0 R >>"
    stream = b"<< /Length 4 0 R /Filter 4 0 R >>\nstream\nBT ET\nendstream"
    return build_pdf([b"<< /Type /Catalog /Pages 2 0 R >>", pages, page, stream], b"/Prev 9")


def build_self_drawing_glyph() -> bytes:
    """Return a PDF with a Type 3 font whose one letter is drawn with that letter."""
    glyph = build_stream(b"", b"500 0 0 0 500 500 d1 BT /T 500 Tf (aaaa) Tj ET")
    font = (
        b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 500 500] /FontMatrix [0.001 0 0 0.001 0 0] /FirstChar 97"
        b" /LastChar 97 /Widths [500] /CharProcs << /a 6 0 R >> /Encoding << /Differences [97 /a] >>"
        b" /Resources << /Font << /T 7 0 R >> >> >>"
    )
    content = build_stream(b"", b"BT /T 12 Tf 20 200 Td (aaaaaaaa) Tj ET " + b"0 0 m 9 9 l S " * 30)
    return build_page(content, glyph, font, resources=b"/Font << /T 7 0 R >>")


def build_self_painting_pattern() -> bytes:
    """Return a PDF with a pattern that is painted with itself, on a page that OCR has to render."""
    inner = b"/Resources << /Pattern << /P 6 0 R >> >>"
    kind = b"/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 1 1] /XStep 0.01 /YStep 0.01 "
    pattern = build_stream(kind + inner, b"/Pattern cs /P scn 0 0 1 1 re f")
    content = build_stream(b"", b"/Pattern cs /P scn 0 0 300 300 re f " * 30)
    return build_page(content, pattern, resources=b"/Pattern << /P 6 0 R >>")


def build_many_annotations(count: int = 100_000) -> bytes:
    """Return a PDF whose page names the same annotation so many times, each to be flattened into it."""
    look = build_stream(b"/Type /XObject /Subtype /Form /BBox [0 0 9 9]", b"BT /H 9 Tf (noted) Tj ET")
    note = b"<< /Type /Annot /Subtype /FreeText /Rect [0 0 9 9] /Contents (noted) /AP << /N 6 0 R >> >>"
    return build_page(build_stream(b"", _WORDS % 1), look, note, page=b"/Annots [%s]" % (b"7 0 R " * count))


def build_deep_arrays(depth: int = 1_000_000) -> bytes:
    """Return a PDF with arrays within arrays, in its content and among its objects."""
    deep = b"[" * depth
    return build_page(build_stream(b"", deep), b"<< /Deep %s" % deep, page=b"/Annots 6 0 R")
