"""Markup: what a reader sees and no more, in the encoding that it is in, whatever is nested in what."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from papra_index.extraction.content import ExtractionJob
from papra_index.extraction.formats.markup import collect_text
from papra_index.extraction.reading import extract_content


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>one<p>two", "one\n\ntwo"),
        ("<title>Head</title><body>Body", "Head\n\nBody"),
        ("in<b>di</b>visible", "indivisible"),
        ("<td>a</td><td>b</td>", "a b"),
        ("a<br>b<hr>c", "a\nb\n\nc"),
        ("&auml;&#8364;&amp;&nbsp;x", "ä€& x"),
        ("<script>var hidden</script><style>hidden</style>shown", "shown"),
        ("<img alt='a hedgehog'> in the garden", "a hedgehog in the garden"),
        ("line\n  wrapped\ttext", "line wrapped text"),
        ("<pre>kept\nlines</pre>", "kept\nlines"),
        ("<!-- hidden -->shown", "shown"),
        ("<p>unclosed <b>tags <i>everywhere", "unclosed tags everywhere"),
        ("", ""),
    ],
)
def test_text_of_html(source: str, text: str) -> None:
    assert collect_text(source).strip() == text


def test_text_of_xml() -> None:
    source = '<?xml version="1.0"?><x:invoice xmlns:x="u"><id>77</id><link>shop</link><![CDATA[a < b]]></x:invoice>'
    assert collect_text(source, is_xml=True).split() == ["77", "shop", "a", "<", "b"]


def test_entities_of_files_and_bombs_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("top secret")
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "boom"}">' for n in range(12))
    source = f'<?xml version="1.0"?><!DOCTYPE a [{bomb}<!ENTITY f SYSTEM "{tmp_path}/secret">]><a>&f;&e11;end</a>'
    text = collect_text(source, is_xml=True)
    assert "secret" not in text
    assert len(text) < 1_000_000


def test_deep_nesting_and_many_attributes_are_quick() -> None:
    started = time.monotonic()
    assert "x" in collect_text("<div>" * 200_000 + "x")
    attributes = " ".join(f'a{n}="1"' for n in range(100_000))
    assert collect_text(f"<p {attributes}>x") == "x"
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    ("encoding", "head"),
    [
        ("cp1251", '<meta charset="windows-1251">'),
        ("latin-1", '<meta http-equiv="Content-Type" content="text/html; charset=ISO-8859-1">'),
        ("shift_jis", "<meta charset=shift_jis>"),
        ("utf-16", ""),
        ("utf-8-sig", '<meta charset="latin-1">'),
        ("utf-8", '<meta charset="no-such-encoding">'),
    ],
)
def test_encodings_are_declared_or_found(tmp_path: Path, encoding: str, head: str) -> None:
    word = {"cp1251": "Договор аренды", "latin-1": "Überweisung", "shift_jis": "契約書"}.get(encoding, "Größe ελληνικά")
    path = tmp_path / "a.html"
    path.write_bytes(f"<html><head>{head}</head><body><p>{word}</p></body></html>".encode(encoding))
    outcome = extract_content(ExtractionJob(1, path, path.name))
    assert outcome.mime_type == "text/html"
    assert outcome.pages[0].text == word


def test_a_charset_declared_beside_the_file_is_used_where_none_is_within(tmp_path: Path) -> None:
    for head, encoding in (("", "koi8-r"), ('<meta charset="windows-1251">', "cp1251")):
        path = tmp_path / "a.html"
        path.write_bytes(f"<html><head>{head}</head><p>Договор аренды</p></html>".encode(encoding))
        outcome = extract_content(ExtractionJob(1, path, path.name, "text/html; charset=KOI8-R"))
        assert outcome.pages[0].text == "Договор аренды"
