"""What feedback takes from documents that were found."""

from __future__ import annotations

import pytest

from papra_index.conventions.principals import Reach
from papra_index.index.base import FeedbackText
from tests.index.corpus import Shelf, make_document


def test_rare_stems_of_the_best_documents_are_chosen(shelf: Shelf) -> None:
    shelf.put(*[make_document(key, content="common words", language="en") for key in range(30)])
    shelf.put(make_document(50, content="boilers burner burner x", language="en"))
    best = [FeedbackText("boilers burner burner x common unheard", "en", 2.0), FeedbackText("boiler", "en", 1.0)]
    chosen = shelf.reader.choose_terms((Reach(1),), best, 30)
    assert [term for term, _ in chosen] == ["enburner", "enboiler"]
    assert sum(weight for _, weight in chosen) == pytest.approx(1)
    assert shelf.reader.choose_terms((Reach(1),), [FeedbackText("boiler", "de", 1.0)], 30) == ()
    assert (
        shelf.reader.choose_terms((Reach(1),), [], 30)
        == shelf.reader.choose_terms((Reach(1),), [FeedbackText("", None, 0.0)], 30)
        == ()
    )


def test_a_short_text_weighs_less_than_a_long_one(shelf: Shelf) -> None:
    words = [f"word{number}" for number in range(50)]
    shelf.put(make_document(1, content=" ".join([*words, "alone"])), *[make_document(key) for key in range(2, 40)])
    chosen = dict(
        shelf.reader.choose_terms(
            (Reach(1),), [FeedbackText("alone", None, 1.0), FeedbackText(" ".join(words), None, 1.0)], 30
        )
    )
    assert chosen["enalon"] < 2 * chosen["enword1"]


def test_replaced_documents_do_not_make_a_stem_common(shelf: Shelf) -> None:
    common = [make_document(key, content="common words", language="en") for key in range(30)]
    spoken = [make_document(key, content="thermostat", language="en") for key in (50, 51, 52)]
    shelf.put(*common, *spoken)
    shelf.put(*spoken)  # beside the common ones the replaced stay in their segment, and the engine counts six holders
    assert shelf.reader.choose_terms((Reach(1),), [FeedbackText("thermostat", "en", 1.0)], 30) == (
        ("enthermostat", 1.0),
    )


def test_texts_without_blanks_are_spoken_of_by_pairs(shelf: Shelf) -> None:
    shelf.put(
        *[make_document(key, content="common words") for key in range(30)], make_document(50, content="温度調節器です")
    )
    chosen = dict(shelf.reader.choose_terms((Reach(1),), [FeedbackText("温度調節器です", "ja", 1.0)], 30))
    assert set(chosen) == {"c温度", "c度調", "c調節", "c節器", "c器で"}
