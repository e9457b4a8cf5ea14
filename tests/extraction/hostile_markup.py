"""XML and HTML made to do harm: entities that grow, entities that fetch, and what no parser should count."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from fixtures.office import build_docx, build_epub, build_odf, build_pptx, build_xlsx, make_paragraph, make_shape, pack
from tests.extraction.packing import unpack

SECRET = "Rumpelstilzchen-4711"

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
_P = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
_TEXT = 'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
_OFFICE = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
_TABLE = 'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'


def declare_laughs() -> tuple[str, str]:
    """Return a declaration of entities that grow tenfold twelve times, and the reference to the last."""
    lines = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "boom"}">' for n in range(12))
    return f"<!DOCTYPE any [{lines}]>", "&e11;"


def declare_blowup() -> tuple[str, str]:
    """Return a declaration of one long entity, and very many references to it."""
    return f'<!DOCTYPE any [<!ENTITY e "{"x" * 50_000}">]>', "&e;" * 50_000


def declare_fetch(secret: Path) -> tuple[str, str]:
    """Return a declaration of entities that are files of this machine, and references to them."""
    lines = (
        f'<!ENTITY f SYSTEM "file://{secret}"><!ENTITY g SYSTEM "{secret}">'
        f'<!ENTITY % h SYSTEM "file://{secret}"><!ENTITY i SYSTEM "http://127.0.0.1:9/none">'
    )
    return f"<!DOCTYPE any [{lines} %h;]>", "&f;&g;&i;"


def _swap(data: bytes, part: str, content: str) -> bytes:
    return pack({**unpack(data), part: content})


def _make_docx(declared: str, body: str) -> bytes:
    text = f"{declared}<w:document {_W}><w:body><w:p><w:r><w:t>{body} end</w:t></w:r></w:p></w:body></w:document>"
    return _swap(build_docx(make_paragraph("x")), "word/document.xml", text)


def _make_xlsx(declared: str, body: str) -> bytes:
    row = f'<row><c t="inlineStr"><is><t>{body} end</t></is></c></row>'
    text = f"{declared}<worksheet><sheetData>{row}</sheetData></worksheet>"
    return _swap(build_xlsx({"S": ""}), "xl/worksheets/sheet1.xml", text)


def _make_strings(declared: str, body: str) -> bytes:
    text = f"{declared}<sst><si><t>{body} end</t></si></sst>"
    return _swap(build_xlsx({"S": '<row><c t="s"><v>0</v></c></row>'}, ["x"]), "xl/sharedStrings.xml", text)


def _make_pptx(declared: str, body: str) -> bytes:
    shape = f"<p:sp><p:txBody><a:p><a:r><a:t>{body} end</a:t></a:r></a:p></p:txBody></p:sp>"
    text = f"{declared}<p:sld {_P} {_A}><p:cSld><p:spTree>{shape}</p:spTree></p:cSld></p:sld>"
    return _swap(build_pptx([make_shape("x")]), "ppt/slides/slide1.xml", text)


def _make_odf(kind: str, inside: str) -> Callable[[str, str], bytes]:
    def make(declared: str, body: str) -> bytes:
        content = inside.format(f"<text:p>{body} end</text:p>")
        root = f"<office:document-content {_OFFICE} {_TEXT} {_TABLE}><office:body>{content}</office:body>"
        return _swap(build_odf(kind, ""), "content.xml", f"{declared}{root}</office:document-content>")

    return make


def _make_epub(declared: str, body: str) -> bytes:
    text = f'{declared}<html xmlns="http://www.w3.org/1999/xhtml"><body><p>{body} end</p></body></html>'
    return _swap(build_epub({"a.xhtml": "<p>x</p>"}), "OEBPS/a.xhtml", text)


def _make_relations(declared: str, body: str) -> bytes:
    text = f"{declared}<Relationships>{body}</Relationships>"
    return _swap(build_docx(make_paragraph("x end")), "word/_rels/document.xml.rels", text)


def _make_plain(frame: str) -> Callable[[str, str], bytes]:
    return lambda declared, body: frame.format(declared, f"{body} end").encode()


_TABLE_OF_ONE = "<table:table><table:table-row><table:table-cell>{}</table:table-cell></table:table-row></table:table>"

XML_FORMATS: dict[str, Callable[[str, str], bytes]] = {
    "body.docx": _make_docx,
    "relations.docx": _make_relations,
    "sheet.xlsx": _make_xlsx,
    "strings.xlsx": _make_strings,
    "slide.pptx": _make_pptx,
    "body.odt": _make_odf("text", "<office:text>{}</office:text>"),
    "body.odp": _make_odf("presentation", "<office:presentation>{}</office:presentation>"),
    "body.ods": _make_odf("spreadsheet", f"<office:spreadsheet>{_TABLE_OF_ONE}</office:spreadsheet>"),
    "chapter.epub": _make_epub,
    "plain.xml": _make_plain('<?xml version="1.0"?>{}<any>{}</any>'),
    "drawing.svg": _make_plain('<?xml version="1.0"?>{}<svg xmlns="http://www.w3.org/2000/svg"><text>{}</text></svg>'),
    "page.xhtml": _make_plain(
        '<?xml version="1.0"?>{}<html xmlns="http://www.w3.org/1999/xhtml"><body>{}</body></html>'
    ),
    "page.html": _make_plain("{}<html><body><p>{}</p></body></html>"),
}
"""File name to what makes such a file of a declaration of entities and the references to them."""


def build_nested_html(depth: int = 1_000_000) -> bytes:
    return b"<html><body>" + b"<div>" * depth + b"the end"


def build_many_attributes(count: int = 200_000) -> bytes:
    return b"<html><body><p " + b" ".join(b'a%d="1"' % number for number in range(count)) + b">the end</p>"


def build_open_html(count: int = 300_000) -> bytes:
    """Return HTML of elements that close one another, entities and comments that nobody closed."""
    return b"<html><body>" + b"<a><p><table><td><b><i>x &amp; &#xFFFFFFFF; " * (count // 6) + b"<!-- " * count


def build_nested_svg(depth: int = 100_000) -> bytes:
    return b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><text>the end</text>' + b"<g>" * depth


def build_braces(count: int = 2_000_000) -> bytes:
    return b"{\\rtf1 before " + b"{" * count + b"inside" + b"}" * count + b" after}"


def build_rtf_commands(count: int = 500_000) -> bytes:
    """Return RTF of commands that lie about what follows them."""
    return b"{\\rtf1 " + b"\\u-1 {\\*\\bin99999999 \\'zz\\deleted \\uc99999 " * (count // 5) + b"the end}"
