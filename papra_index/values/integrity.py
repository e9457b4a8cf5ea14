"""What a look through an archive finds: values that say what is wrong, where, and what to do about it."""

from __future__ import annotations

from typing import Literal

from papra_index.conventions.values import dataclass

Part = Literal["catalog", "originals", "index"]
"""What is looked through, in this order."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be.

    `code` is dotted, its first word the part (catalog, originals, index); `subject` is what it is about: a file within
    the archive folder, a document, tag or organization by id, or a table. `next_step` says what to do unless it was
    `repaired`; where `repairable`, a look with repair does it.
    """

    code: str
    subject: str
    message: str
    next_step: str
    repairable: bool = False
    repaired: bool = False


@dataclass(frozen=True, slots=True)
class Verification:
    """What a look through an archive came to.

    `findings` are the first thousand, `findings_count` is all of them. Counts are of documents whose originals were
    looked at, of their bytes (0 unless `deep`), and of index files whose checksums were computed.
    """

    deep: bool
    documents_count: int
    originals_size: int
    index_files_count: int
    findings_count: int
    findings: tuple[Finding, ...]
    seconds: float

    @property
    def is_sound(self) -> bool:
        """Whether nothing was found, or all of it repaired (of the first thousand findings)."""
        return all(finding.repaired for finding in self.findings) and self.findings_count == len(self.findings)
