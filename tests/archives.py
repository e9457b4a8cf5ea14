"""An archive with a bit of everything, all that its user sees of it, and what may happen to one of its files."""

from __future__ import annotations

import random
from pathlib import Path

from papra_index import Archive, Organization, Upload
from papra_index.settings import ExtractionSettings, Settings

NO_READING = Settings(extraction=ExtractionSettings(background=False))


def fill_archive(folder: Path, documents: int = 40) -> None:
    """Two organizations, tags, a trashed and an edited document, deleted documents in the index, a saved search."""
    chance = random.Random(7)
    words = ["boiler", "heating", "annual", "maintenance", "invoice", *(f"word{number}" for number in range(200))]
    with Archive.open(folder, settings=NO_READING) as archive:
        home = archive.create_organization("Home")
        other = archive.create_organization("Work")
        paid = home.create_tag("paid", color="#2ECC71")
        uploads = [
            Upload(f"original {number}".encode(), f"letter {number}.txt", content=" ".join(chance.choices(words, k=60)))
            for number in range(documents)
        ]
        ids = [outcome.document_id or "" for outcome in home.add_many(uploads)]
        other.add(b"another organization", name="other.txt", content="boiler at work")
        archive.wait_until_searchable()
        for document_id in ids[::3]:
            home.tag(document_id, paid.id)
        home.trash(ids[1])
        home.update(ids[2], notes="seen", content="edited boiler")
        home.save_search("Unpaid", "boiler -tag:paid")
        home.save_synonyms(["boiler", "heater"])
        archive.wait_until_searchable()


def damage_file(path: Path, how: str, seed: int) -> None:
    """Flip a bit, cut off, empty, overwrite with zeros, or delete."""
    chance = random.Random(seed)
    if how == "delete":
        path.unlink()
        return
    content = bytearray(path.read_bytes())
    if how == "flip":
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    elif how == "truncate":
        del content[chance.randrange(len(content)) :]
    elif how == "empty":
        content.clear()
    elif how == "zero":
        content = bytearray(len(content))
    path.write_bytes(content)


def damage_file_in_use(path: Path, how: str, seed: int) -> None:
    """Do the same to a file that a process may have mapped: what is cut off is another file under its name, as the
    system ends a process that reads behind the end of a mapped one.
    """
    copy = path.with_name(f"{path.name}.copy")
    copy.write_bytes(path.read_bytes())
    damage_file(copy, how, seed)
    if how in {"flip", "zero"}:
        with path.open("r+b") as stream:
            stream.write(copy.read_bytes())
    elif how == "delete":
        path.unlink()
        return
    else:
        copy.replace(path)
    copy.unlink(missing_ok=True)


def describe(organization: Organization) -> list[object]:
    """Everything a user sees of an organization."""
    documents = [*organization.list(page_size=100).documents, *organization.list_trash(page_size=100).documents]
    described: list[object] = [organization.details, organization.statistics(), organization.list_tags()]
    for document in documents:
        described.append(organization.get(document.id))
        described.append(organization.activity(document.id))
        if document.original_sha256:
            with organization.open_original(document.id) as stream:
                described.append(stream.read())
    described.append(organization.list_saved_searches())
    described.append(organization.list_synonyms())
    return described


def describe_archive(folder: Path) -> list[object]:
    with Archive.open(folder, settings=NO_READING, create=False) as archive:
        return [describe(organization) for organization in archive.organizations()]
