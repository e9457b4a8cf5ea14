"""Office files: everything that they show, in the order that they show it, and nothing that they do not show."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.office import (
    build_docx,
    build_epub,
    build_odf,
    build_pptx,
    build_rtf,
    build_xlsx,
    make_paragraph,
    make_run,
    make_shape,
    make_slide_table,
    make_table,
    make_text_box,
    pack,
)
from papra_index.documents import ExtractionStatus
from papra_index.extraction.content import ExtractedContent, ExtractionJob
from papra_index.extraction.reading import extract_content

DRAWN = [f"<p><r><t>slide {number}</t></r></p>" for number in range(1, 13)]
BOLD = "<w:rPr><w:b/></w:rPr>"


def read(tmp_path: Path, name: str, data: bytes) -> ExtractedContent:
    path = tmp_path / name
    path.write_bytes(data)
    return extract_content(ExtractionJob(1, path, name))


def read_texts(tmp_path: Path, name: str, data: bytes) -> list[str]:
    outcome = read(tmp_path, name, data)
    assert outcome.status is ExtractionStatus.DONE, outcome.message
    return [page.text for page in outcome.pages]


# What the reference gets wrong (papra-api.md, section 12).

NUMBERS = ["2024", "1234.50", "true", "0042"]


@pytest.mark.parametrize("text", NUMBERS)
def test_runs_of_only_a_number_are_kept_in_docx(tmp_path: Path, text: str) -> None:
    data = build_docx(make_paragraph("Invoice ", make_run(text, BOLD), " of May"))
    assert read_texts(tmp_path, "a.docx", data) == [f"Invoice {text} of May"]


@pytest.mark.parametrize("text", NUMBERS)
def test_runs_of_only_a_number_are_kept_in_pptx(tmp_path: Path, text: str) -> None:
    assert read_texts(tmp_path, "a.pptx", build_pptx([make_shape(["Since ", text])])) == [f"Since {text}"]


@pytest.mark.parametrize("text", NUMBERS)
@pytest.mark.parametrize(("kind", "extension"), [("text", "odt"), ("presentation", "odp")])
def test_spans_of_only_a_number_are_kept_in_odf(tmp_path: Path, kind: str, extension: str, text: str) -> None:
    body = f"<text:p>Since <text:span>{text}</text:span></text:p><text:p>{text}</text:p>"
    body = f"<draw:page>{body}</draw:page>" if kind == "presentation" else body
    assert read_texts(tmp_path, f"a.{extension}", build_odf(kind, body)) == [f"Since {text}\n{text}"]


def test_leading_zeros_of_text_cells_are_kept_in_xlsx(tmp_path: Path) -> None:
    inline = '<row><c t="s"><v>0</v></c><c t="inlineStr"><is><t>007</t></is></c></row>'
    assert read_texts(tmp_path, "a.xlsx", build_xlsx({"S": inline}, ["0042"])) == ["S\n0042\t007"]


def test_a_word_of_several_runs_stays_one_word(tmp_path: Path) -> None:
    data = build_docx(make_paragraph("re", make_run("mov", BOLD), "al"))
    assert read_texts(tmp_path, "a.docx", data) == ["removal"]


def test_tables_of_docx_stay_in_their_place(tmp_path: Path) -> None:
    data = build_docx(make_paragraph("above") + make_table([["a", "1"], ["b", "2"]]) + make_paragraph("below"))
    assert read_texts(tmp_path, "a.docx", data) == ["above\na\t1\nb\t2\nbelow"]


def test_hyperlinks_of_docx_stay_in_their_place(tmp_path: Path) -> None:
    data = build_docx(make_paragraph("see ", f"<w:hyperlink>{make_run('the list')}</w:hyperlink>", " first"))
    assert read_texts(tmp_path, "a.docx", data) == ["see the list first"]


@pytest.mark.parametrize("kind", ["header", "footer", "footnotes", "endnotes", "comments"])
def test_parts_beside_the_body_of_docx_are_read(tmp_path: Path, kind: str) -> None:
    texts = read_texts(tmp_path, "a.docx", build_docx(make_paragraph("body"), **{kind: make_paragraph("beside")}))
    assert texts == ["beside\nbody" if kind == "header" else "body\nbeside"]


def test_headings_of_odt_stay_in_their_place(tmp_path: Path) -> None:
    body = "<text:p>one</text:p><text:h>Two</text:h><text:p>three</text:p>"
    assert read_texts(tmp_path, "a.odt", build_odf("text", body)) == ["one\nTwo\nthree"]


def test_spans_of_odt_stay_in_their_place(tmp_path: Path) -> None:
    body = "<text:p>a <text:span>b</text:span> c un<text:span>bro</text:span>ken</text:p>"
    assert read_texts(tmp_path, "a.odt", build_odf("text", body)) == ["a b c unbroken"]


def test_dates_and_booleans_of_xlsx_are_shown_as_such(tmp_path: Path) -> None:
    row = '<row><c s="1"><v>45366</v></c><c s="2"><v>45366.5</v></c><c t="b"><v>0</v></c></row>'
    texts = read_texts(tmp_path, "a.xlsx", build_xlsx({"S": row}, [], [14, "d.m.yyyy hh:mm"]))
    assert texts == ["S\n2024-03-15\t15.3.2024 12:00\tFALSE"]


def test_notes_of_slides_are_read(tmp_path: Path) -> None:
    assert read_texts(tmp_path, "a.pptx", build_pptx([make_shape("slide")], {1: "speak up"})) == ["slide\nspeak up"]


def test_a_declared_type_that_is_wrong_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "offer"
    path.write_bytes(build_docx(make_paragraph("words")))
    outcome = extract_content(ExtractionJob(1, path, "offer", "application/octet-stream"))
    assert [page.text for page in outcome.pages] == ["words"]


# Word and its kin.


def test_text_boxes_come_once_and_do_not_cut_their_paragraph(tmp_path: Path) -> None:
    data = build_docx(make_paragraph("be", make_text_box("boxed"), "fore") + make_paragraph("after"))
    assert read_texts(tmp_path, "a.docx", data) == ["before\nboxed\nafter"]


def test_deleted_revisions_and_field_codes_are_left_out(tmp_path: Path) -> None:
    deleted = "<w:del><w:r><w:delText>gone</w:delText><w:t>gone</w:t></w:r></w:del>"
    moved = f"<w:moveFrom>{make_run('elsewhere')}</w:moveFrom>"
    field = "<w:r><w:instrText>PAGEREF x</w:instrText></w:r>"
    data = build_docx(make_paragraph("kept", deleted, moved, field, f"<w:ins>{make_run(' and new')}</w:ins>"))
    assert read_texts(tmp_path, "a.docx", data) == ["kept and new"]


def test_tabs_breaks_and_hyphens_of_docx(tmp_path: Path) -> None:
    signs = "<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t> c </w:t><w:noBreakHyphen/><w:t>d</w:t></w:r>"
    tabs = "<w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr><w:r><w:t>e</w:t></w:r></w:p>"
    assert read_texts(tmp_path, "a.docx", build_docx(make_paragraph(signs) + tabs)) == ["a\tb\nc-d\ne"]


def test_paragraphs_of_a_cell_are_one_line(tmp_path: Path) -> None:
    cell = f"<w:tc>{make_paragraph('one')}{make_paragraph('two')}</w:tc>"
    data = build_docx(f"<w:tbl><w:tr>{cell}{cell}</w:tr></w:tbl>")
    assert read_texts(tmp_path, "a.docx", data) == ["one two\tone two"]


def test_the_strict_form_of_ooxml_is_read(tmp_path: Path) -> None:
    body = '<d xmlns="http://purl.oclc.org/ooxml/wordprocessingml/main"><body><p><r><t>strict</t></r></p></body></d>'
    strict = pack({"[Content_Types].xml": "<Types/>", "word/document.xml": body})
    assert read_texts(tmp_path, "a.docx", strict) == ["strict"]


def test_slides_come_in_the_order_of_the_show_and_numerically_without_one(tmp_path: Path) -> None:
    slides = [make_shape(f"slide {number}") for number in range(1, 13)]
    expected = [f"slide {number}" for number in range(1, 13)]
    assert read_texts(tmp_path, "a.pptx", build_pptx(slides)) == expected
    parts = {f"ppt/slides/slide{number}.xml": f"<sld>{drawn}</sld>" for number, drawn in enumerate(DRAWN, 1)}
    bare = pack({"[Content_Types].xml": "<Types/>", "ppt/presentation.xml": "<presentation/>", **parts})
    assert read_texts(tmp_path, "a.pptx", bare) == expected


def test_tables_and_groups_of_slides_are_read_in_place(tmp_path: Path) -> None:
    group = f"<p:grpSp><p:grpSp>{make_shape('deep')}</p:grpSp></p:grpSp>"
    slide = make_shape("title") + make_slide_table([["a", "1"], ["b", "2"]]) + group + make_shape("end")
    assert read_texts(tmp_path, "a.pptx", build_pptx([slide])) == ["title\na\t1\nb\t2\ndeep\nend"]


# Workbooks.


def test_sheets_come_in_the_order_of_tabs_and_keep_their_numbers(tmp_path: Path) -> None:
    row = '<row><c t="str"><v>x</v></c></row>'
    texts = read_texts(tmp_path, "a.xlsx", build_xlsx({"Zeta": row, "Empty": "", "Alpha": row}))
    assert texts == ["Zeta\nx", "", "Alpha\nx"]


def test_formulas_show_their_cached_values(tmp_path: Path) -> None:
    row = '<row><c><f>A1*2</f><v>84.5</v></c><c t="str"><f>"a"</f><v>text</v></c><c t="e"><v>#DIV/0!</v></c></row>'
    assert read_texts(tmp_path, "a.xlsx", build_xlsx({"S": row})) == ["S\n84.5\ttext\t#DIV/0!"]


def test_comments_and_strings_of_several_runs_are_read(tmp_path: Path) -> None:
    row = '<row><c t="s"><v>0</v></c></row>'
    data = build_xlsx({"S": row}, ["<r><t>half </t></r><r><t>bold</t></r><rPh><t>kana</t></rPh>"], comment="check it")
    assert read_texts(tmp_path, "a.xlsx", data) == ["S\nhalf bold\ncheck it"]


def test_cells_that_refer_to_nothing_are_empty(tmp_path: Path) -> None:
    row = '<row><c t="s"><v>99</v></c><c s="99"><v>7</v></c><c t="s"><v>x</v></c><c><v>odd</v></c><c/></row>'
    assert read_texts(tmp_path, "a.xlsx", build_xlsx({"S": row})) == ["S\n7\todd"]


# OpenDocument, EPUB, RTF.


def test_notes_and_comments_of_odt_follow_their_paragraph(tmp_path: Path) -> None:
    note = "<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>note</text:p></text:note-body>"
    note += "</text:note>"
    remark = "<office:annotation><dc:creator>Ida</dc:creator><text:p>remark</text:p></office:annotation>"
    body = f"<text:p>be{note}fo{remark}re</text:p><text:p>after</text:p>"
    assert read_texts(tmp_path, "a.odt", build_odf("text", body)) == ["before\n1 note\nremark\nafter"]


def test_white_space_of_odt_is_as_shown(tmp_path: Path) -> None:
    body = "<text:p>a\n   b<text:s text:c='3'/>c<text:tab/>d<text:line-break/>e</text:p>"
    assert read_texts(tmp_path, "a.odt", build_odf("text", body)) == ["a b   c\td\ne"]


def test_repeated_cells_are_written_out_within_bounds(tmp_path: Path) -> None:
    cell = '<table:table-cell table:number-columns-repeated="{}"><text:p>x</text:p></table:table-cell>'
    row = '<table:table-row table:number-rows-repeated="{}">{}</table:table-row>'
    body = row.format(2, cell.format(3)) + row.format(1048576, cell.format(16384)) + row.format(1048576, "")
    texts = read_texts(tmp_path, "a.ods", build_odf("spreadsheet", f'<table:table table:name="T">{body}</table:table>'))
    assert texts[0].startswith("T\nx\tx\tx\nx\tx\tx\nx\t")
    assert len(texts[0]) < 50_000


def test_chapters_of_an_epub_come_in_the_order_of_the_spine(tmp_path: Path) -> None:
    data = build_epub({"z.xhtml": "<p>first</p>", "a.xhtml": "<p>Größe</p>"})
    assert read_texts(tmp_path, "a.epub", data) == ["first", "Größe"]


def test_rtf_shows_notes_headers_and_cells_and_no_deleted_revision(tmp_path: Path) -> None:
    table = rb"{\header Club\par}\headery720\trowd a\cell 2024\cell\row "
    data = rb"{\rtf1" + table + rb"see{\footnote the note} here{\b\deleted gone}\par}"
    assert read_texts(tmp_path, "a.rtf", data) == ["Club\na\t2024\nsee the note here"]


def test_rtf_goes_on_behind_pictures(tmp_path: Path) -> None:
    picture = rb"{\*\shppict{\pict{\*\picprop{\sp{\sn a}{\sv 1}}}\emfblip\bin4 }}}}0102}}"
    picture += rb"{\nonshppict{\pict\wmetafile8 03ff}}"
    data = rb"{\rtf1 before " + picture * 2 + rb"{\b about \\pict here} after\par}"
    assert read_texts(tmp_path, "a.rtf", data) == ["before about \\pict here after"]


def test_rtf_in_unicode_and_code_pages(tmp_path: Path) -> None:
    assert read_texts(tmp_path, "a.rtf", build_rtf(["Grüße {x}", "Ωμέγα"])) == ["Grüße {x}\nΩμέγα"]
    cyrillic = rb"{\rtf1\ansi\ansicpg1251 \'cf\'f0\'e8\'e2\'e5\'f2\par 42}"
    assert read_texts(tmp_path, "b.rtf", cyrillic) == ["Привет\n42"]
