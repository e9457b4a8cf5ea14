"""An archive that an older version wrote is opened with all that was in it: `version6.sql` is the catalog of one, as it
was written before files in place, properties, principals, external ids and events.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from papra_index import Archive, Settings
from papra_index.catalog.database import CATALOG_NAME
from papra_index.settings import ExtractionSettings

ORIGINALS = {
    "org_mwsla0jyar0jdd8vb19g29cf": {
        "doc_cminhanzdnsfocz3h8j6nvth": b"the second original",
        "doc_dkzx85e550qdla1eb6e8b7qe": b"the first original",
    },
    "org_c0run7sx5t1tqak2tne8iw9m": {"doc_vpxjo0lw8e3z7e1npsdy1qru": b"the third original"},
}


@pytest.fixture
def older(tmp_path: Path) -> Path:
    folder = tmp_path / "archive"
    for organization_id, documents in ORIGINALS.items():
        place = folder / "originals" / organization_id / "2026-11-26" / "0543"
        place.mkdir(parents=True)
        for document_id, content in documents.items():
            (place / document_id).write_bytes(content)
    with closing(sqlite3.connect(folder / CATALOG_NAME)) as connection:
        connection.executescript(Path(__file__).with_name("version6.sql").read_text(encoding="utf-8"))
    return folder


def test_an_older_archive_opens_with_all_that_was_in_it(older: Path) -> None:
    with Archive.open(older, settings=Settings(extraction=ExtractionSettings(background=False))) as archive:
        archive.wait_until_searchable()
        home, work = archive.organizations()
        (contract,) = [hit.document for hit in home.search("maintenance tag:paid").hits]
        assert (contract.name, contract.notes, [tag.name for tag in contract.tags]) == (
            "boiler contract.txt", "call them", ["paid"],
        )  # fmt: skip
        assert (contract.external_id, contract.principals, contract.properties) == (None, (), ())
        assert [document.name for document in home.list_trash().documents] == ["trashed.txt"]
        assert [hit.document.name for hit in work.search("1234.56").hits] == ["Übung.txt"]
        assert [group.terms for group in home.list_synonyms()] == [("invoice", "bill")]
        assert home.list_stop_words() == ("firma",)
        assert home.run_saved_search("unpaid").documents_count == 0
        assert home.find_duplicates().groups == ()
        assert [key.name for key in archive.api_keys()] == ["laptop"]
        for document in [*home.list().documents, *home.list_trash().documents, *work.list().documents]:
            organization = work if document.organization_id == work.id else home
            with organization.open_original(document.id) as stream:
                assert stream.read() == ORIGINALS[document.organization_id][document.id]
        assert archive.verify(deep=True).findings == ()
    with Archive.open(older) as archive:  # once brought over, it opens as any other
        assert archive.organizations()[0].statistics().total_documents_count == 2
