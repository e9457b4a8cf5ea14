"""The language that a text is in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papra_index.conventions.language import detect_language

SENTENCES = {
    "en": "The contractor carries out the annual maintenance of the gas boiler and of the hot water tank.",
    "de": "Der Stromvertrag beginnt am ersten Januar und verlängert sich um zwölf Monate.",
    "fr": "L'assemblée générale des habitants du quartier aura lieu le samedi 12 mai à la salle des fêtes.",
    "ru": "Счет за октябрь: оплата электроэнергии и отопления до десятого числа следующего месяца.",
    "el": "Το μίσθωμα καταβάλλεται την πρώτη ημέρα κάθε μήνα στον λογαριασμό του ιδιοκτήτη.",
    "ja": "町内会からのお知らせ。来月の清掃は日曜日に行います。",
    "zh": "请在本月十日之前支付电费和水费。",
    "he": "חוזה השכירות מתחיל באחד בינואר ומתחדש מדי שנה.",
    "sv": "Hyreskontraktet börjar den första januari och kan sägas upp med tre månaders varsel.",
    "nl": "De huurovereenkomst begint op één januari en kan met drie maanden worden opgezegd.",
    "hu": "A bérleti szerződés január elsején kezdődik és évente meghosszabbodik.",
}


@pytest.mark.parametrize("code", SENTENCES)
def test_languages_are_told(code: str) -> None:
    assert detect_language(SENTENCES[code]) == code
    assert detect_language(SENTENCES[code].upper()) == code


@pytest.mark.parametrize("text", ["", "12.50", "INV-2024-001", "Total 12.50", "...---...", "\x00\ud800"])
def test_too_little_text_has_no_language(text: str) -> None:
    assert detect_language(text) is None


@given(st.text(st.characters(codec=None)))
def test_any_text_is_judged(text: str) -> None:
    assert detect_language(text) is None or text
