"""Small PDFs that take readers down, made from their objects."""

from __future__ import annotations


def build_pdf(objects: list[bytes]) -> bytes:
    """Return a PDF of objects, which are numbered from 1; the first is the catalog."""
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def build_stream(dictionary: bytes, data: bytes) -> bytes:
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (dictionary, len(data), data)


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
    words = b"BT /H 12 Tf 20 200 Td (Page number %d is readable and has words enough) Tj ET"
    objects += [build_stream(b"", words % (index + 1)) for index in range(pages_before)]
    objects.append(build_stream(b"", b"/F Do"))
    objects.append(build_stream(b"/Type /XObject /Subtype /Form /BBox [0 0 300 300] " + resources, b"/F Do /F Do"))
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    return build_pdf(objects)
