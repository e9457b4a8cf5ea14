"""Zip packages that office formats and e-books come in: bounded reads of their members, and XML read without a tree.

Nothing a package says of itself is trusted: sizes are counted as the bytes come out, entities are not resolved.
"""

from __future__ import annotations

import errno
import posixpath
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol
from urllib.parse import unquote

from lxml import etree  # type: ignore[import-untyped]

from papra_index.documents import Page, PageSource, Provenance
from papra_index.errors import ContentDamaged, ContentEncrypted, ContentTooLarge, ContentUnsupported
from papra_index.extraction.containers import list_ole_streams
from papra_index.extraction.content import ExtractionLimits

ENGINE = f"lxml {etree.__version__}"

_READ_BYTES = 1 << 16
_ENCRYPTED_BIT = 1
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


class XmlTarget(Protocol):
    """Takes the events of an XML parser."""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None: ...
    def end(self, tag: str) -> None: ...
    def data(self, text: str) -> None: ...
    def close(self) -> None: ...


class Package:
    """An open package; its members are found by name in any case and read within bounds."""

    def __init__(self, archive: zipfile.ZipFile, limits: ExtractionLimits) -> None:
        members = archive.infolist()
        if len(members) > limits.max_members:
            most = limits.max_members
            raise ContentTooLarge(f"the file holds {len(members)} parts, more than the {most} that are read")
        self._archive = archive
        self._limits = limits
        self._members = {_fold_name(member.filename): member for member in members}
        self._bytes_left = limits.max_unpacked_bytes
        self.damage: ContentDamaged | None = None

    def __contains__(self, name: str) -> bool:
        return _fold_name(name) in self._members

    def list_names(self, folder: str, extension: str = ".xml") -> list[str]:
        """Return the members of a folder, in the order of the numbers in their names."""
        folder = _fold_name(folder) + "/"
        names = [name for name in self._members if name.startswith(folder) and name.endswith(extension)]
        return sorted((name for name in names if "/" not in name[len(folder) :]), key=lambda name: (len(name), name))

    @contextmanager
    def survive_damage(self) -> Iterator[None]:
        """Go on behind the block when a part is damaged: the others may be whole, and it is said when all is read."""
        try:
            yield
        except ContentDamaged as error:
            self.damage = self.damage or error

    @contextmanager
    def open_member(self, name: str) -> Iterator[BoundedMember]:
        """Open a member for reading within bounds; raises ContentDamaged when it is missing or broken."""
        member = self._members.get(_fold_name(name))
        if member is None:
            raise ContentDamaged(f"the file is damaged: its part {name} is missing")
        if member.flag_bits & _ENCRYPTED_BIT:
            raise ContentEncrypted("the file needs a password: save it without one and add it again")
        if member.compress_type not in _METHODS:
            raise ContentUnsupported(f"the part {name} is compressed by an unusual method: save the file anew")
        try:
            with self._archive.open(member) as stream:
                yield BoundedMember(self, name, stream, self._limits.max_member_bytes)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
            if _is_failing_disk(error):
                raise
            raise ContentDamaged(f"the file is damaged: its part {name} cannot be unpacked ({error})") from error

    def read_member(self, name: str) -> bytes:
        """Return the bytes of a member."""
        with self.open_member(name) as member:
            return b"".join(iter(lambda: member.read(_READ_BYTES), b""))

    def feed_member(self, name: str, target: XmlTarget) -> None:
        """Parse an XML member into a target, which keeps what came before an error.

        Raises ContentDamaged for XML that is broken, nested too deeply or grows by its entities.
        """
        parser = etree.XMLParser(target=target, resolve_entities=False, no_network=True, huge_tree=False)
        with self.open_member(name) as member:
            try:
                while chunk := member.read(_READ_BYTES):
                    parser.feed(chunk)
                parser.close()
            except etree.LxmlError as error:
                raise _describe_damage(name, error) from error

    def read_tree(self, name: str) -> etree._Element:
        """Return the root of a small XML member, such as a list of relations."""
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
        try:
            return etree.fromstring(self.read_member(name), parser)
        except etree.LxmlError as error:
            raise _describe_damage(name, error) from error

    def iterate_elements(self, name: str, *tags: str) -> Iterator[etree._Element]:
        """Yield elements of an XML member by local name as they end, each emptied before the next is read."""
        wanted = [f"{{*}}{tag}" for tag in tags]
        with self.open_member(name) as member:
            try:
                for _, element in etree.iterparse(
                    member, events=("end",), tag=wanted, resolve_entities=False, no_network=True, huge_tree=False
                ):
                    yield element
                    element.clear()
                    while element.getprevious() is not None:
                        del element.getparent()[0]
            except etree.LxmlError as error:
                raise _describe_damage(name, error) from error

    def count_bytes(self, count: int) -> None:
        """Take bytes off what may be unpacked; raises ContentTooLarge when there is nothing left."""
        self._bytes_left -= count
        if self._bytes_left < 0:
            raise ContentTooLarge(f"the file unpacks to more than {self._limits.max_unpacked_bytes >> 20} MB")


class BoundedMember:
    """A member being unpacked, whose bytes are counted as they come out."""

    def __init__(self, package: Package, name: str, stream: IO[bytes], max_bytes: int) -> None:
        self._package = package
        self._name = name
        self._stream = stream
        self._max_bytes = max_bytes
        self._count = 0

    def read(self, size: int = _READ_BYTES) -> bytes:
        """Return at most so many next bytes; raises ContentTooLarge beyond the bounds."""
        chunk = self._stream.read(min(size, _READ_BYTES) if size > 0 else _READ_BYTES)
        self._count += len(chunk)
        if self._count > self._max_bytes:
            raise ContentTooLarge(f"the part {self._name} unpacks to more than {self._max_bytes >> 20} MB")
        self._package.count_bytes(len(chunk))
        return chunk


@contextmanager
def open_package(path: Path, limits: ExtractionLimits) -> Iterator[Package]:
    """Open a package; raises ContentDamaged for what is none, ContentEncrypted for one within an OLE container.

    Damage that was survived within is raised at the end, behind the pages that could be read.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        if _is_failing_disk(error):
            raise
        if "EncryptedPackage" in list_ole_streams(path):
            raise ContentEncrypted("the file needs a password: save it without one and add it again") from error
        raise ContentDamaged(f"the file is damaged ({error}): get an intact copy and add it again") from error
    with archive:
        package = Package(archive, limits)
        yield package
        if package.damage is not None:
            raise package.damage


def read_relations(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Return the relations of an OOXML part: id to the last word of their type and the part they lead to."""
    folder, name = posixpath.split(part)
    source = posixpath.join(folder, "_rels", f"{name}.rels")
    if source not in package:
        return {}
    found: dict[str, tuple[str, str]] = {}
    for relation in package.read_tree(source):
        target = relation.get("Target")
        if isinstance(relation.tag, str) and target and relation.get("TargetMode") != "External":
            kind = (relation.get("Type") or "").rpartition("/")[2]
            found[relation.get("Id") or str(len(found))] = (kind, resolve_name(part, target))
    return found


def resolve_name(source: str, reference: str) -> str:
    """Return the name of the member that a reference in another member means."""
    reference = unquote(reference.partition("#")[0].replace("\\", "/"))
    if reference.startswith("/"):
        return reference.lstrip("/")
    return posixpath.normpath(posixpath.join(posixpath.dirname(source), reference))


def number_pages(
    texts: Iterable[str], limits: ExtractionLimits, engine: str = ENGINE, source: PageSource = PageSource.TEXT
) -> Iterator[Page]:
    """Yield texts as pages; raises ContentTooLarge after those within the limits."""
    provenance = Provenance(source, engine)
    characters = 0
    for number, text in enumerate(texts, 1):
        if number > limits.max_pages:
            raise ContentTooLarge(f"the file has more than {limits.max_pages} pages; those after were left out")
        room = limits.max_text_bytes - characters
        yield Page(number, text[:room], provenance)
        characters += len(text)
        if len(text) > room:
            size = limits.max_text_bytes >> 20
            raise ContentTooLarge(f"the file holds more than {size} MB of text; what comes after was left out")


def get_local_name(tag: str) -> str:
    """Return the name of an element without its namespace."""
    return tag.rpartition("}")[2]


def _is_failing_disk(error: Exception) -> bool:
    """Whether the file cannot be read; not so when its directory leads to places before its beginning."""
    return isinstance(error, OSError) and error.errno != errno.EINVAL


def _describe_damage(name: str, error: Exception) -> ContentDamaged:
    return ContentDamaged(f"the file is damaged: its part {name} is no sound XML ({error})")


def _fold_name(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()
