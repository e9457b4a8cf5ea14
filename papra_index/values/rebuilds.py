"""How far the building of a new index has come, as those who wait for it are told."""

from __future__ import annotations

from papra_index.conventions.values import dataclass


@dataclass(frozen=True, slots=True)
class RebuildProgress:
    """Documents in the new index, of how many there are; `seconds` is how long this run of the rebuild takes already.

    `resumed_from` are the documents that an interrupted rebuild had done, from which this one goes on.
    """

    documents_done: int
    documents_count: int
    seconds: float
    resumed_from: int = 0

    @property
    def documents_per_second(self) -> float:
        """The rate of this run, 0.0 before its first documents."""
        return (self.documents_done - self.resumed_from) / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """The time to the last document at the present rate, in seconds; None while there is no rate."""
        rate = self.documents_per_second
        return max(0, self.documents_count - self.documents_done) / rate if rate > 0 else None
