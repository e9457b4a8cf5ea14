"""The generated texts are those of their seed, and hold the known words in exactly the files they should."""

from __future__ import annotations

from pathlib import Path

from benchmarks.corpus import FILE_BYTES, MARKERS, Corpus, count_marked, list_corpus, write_corpus


def test_the_same_seed_gives_the_same_files() -> None:
    one, other = list(Corpus(7).iterate_files(20)), list(Corpus(7).iterate_files(30))
    assert one == other[:20]
    assert one[1].text != next(iter(Corpus(8).iterate_files(1))).text


def test_files_have_the_wanted_size() -> None:
    sizes = [len(file.text.encode()) for file in Corpus().iterate_files(50)]
    assert all(0.95 * FILE_BYTES < size <= FILE_BYTES for size in sizes)


def test_markers_are_in_every_nth_file_and_begin_no_other_word() -> None:
    texts = [file.text.lower() for file in Corpus().iterate_files(60)]
    for word in MARKERS:
        assert sum(word in text for text in texts) == count_marked(word, 60)
    assert not any(word.startswith("q") for word in Corpus().vocabulary)
    assert not any(other.startswith(word) for word in MARKERS for other in MARKERS if other != word)


def test_a_written_folder_holds_all_files(tmp_path: Path) -> None:
    size = write_corpus(tmp_path, 1_010)
    paths = list_corpus(tmp_path)
    assert len(paths) == 1_010
    assert sum(path.stat().st_size for path in paths) == size
    assert len({path.parent for path in paths}) == 2
