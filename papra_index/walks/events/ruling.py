"""The walk from tagging rules over the documents there are: live documents -> what rules would add -> tags.

A hundred documents at a time, so that memory is bounded and nobody waits long for the catalog; begun anew after a
crash, it finds what is left. What is asked for without waiting is noted in the catalog, and done in the background.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from papra_index.catalog.database import Catalog
from papra_index.catalog.organizations import read_statistics
from papra_index.catalog.tagging_rules import (
    RuledTags,
    RuleStep,
    RuleTask,
    advance_tasks,
    find_rule,
    find_task,
    list_live_keys,
    match_rules,
    tag_by_rules,
)
from papra_index.conventions.durability import FileLock
from papra_index.errors import ArchiveClosed, TaggingRuleNotFound
from papra_index.values.tagging_rules import TaggingRule

_CHUNK: Final = 100
_POLL_SECONDS = 0.5
_RETRY_SECONDS = 30.0

logger = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
"""Called with documents looked at and in all."""


def iterate_matches(
    catalog: Catalog, organization_key: int, rules: Sequence[TaggingRule], progress: Progress | None = None
) -> Iterator[list[RuledTags]]:
    """Yield what rules would add to live documents, some documents at a time."""
    with catalog.read() as connection:
        total = read_statistics(connection, organization_key).documents_count
    after = done = 0
    while True:
        with catalog.read() as connection:
            keys = list_live_keys(connection, organization_key, after, _CHUNK)
            found = match_rules(connection, organization_key, rules, keys) if keys else []
        if not keys:
            return
        yield found
        after, done = keys[-1], done + len(keys)
        if progress is not None:
            progress(done, max(total, done))


def apply_rules(
    catalog: Catalog, organization_key: int, rules: Sequence[TaggingRule], progress: Progress | None = None
) -> int:
    """Put tags on live documents by rules; return how many documents got any."""
    tagged = 0
    for found in iterate_matches(catalog, organization_key, rules, progress):
        if found:
            tagged += sum(catalog.write(tag_by_rules, found))
    return tagged


class Ruling:
    """The background thread that applies rules which that was asked of in any process, one of all processes at once."""

    def __init__(self, catalog: Catalog, lock_file: Path) -> None:
        self._catalog = catalog
        self._lock = FileLock(lock_file)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="papra-index-rules", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop; a rule that is being applied is gone on with by who opens the archive next."""
        self._closing.set()
        self._thread.join()
        self._lock.close()

    def _run(self) -> None:
        pause = _POLL_SECONDS
        while not self._closing.wait(pause):
            pause = _POLL_SECONDS
            try:
                if self._find_task() is not None and self._lock.try_acquire():
                    try:
                        self._do_tasks()
                    finally:
                        self._lock.release()
            except ArchiveClosed:
                return
            except Exception as error:
                logger.warning("a tagging rule could not be applied; trying again in %g s: %s", _RETRY_SECONDS, error)
                logger.debug("the failed application of a rule", exc_info=True)
                pause = _RETRY_SECONDS

    def _find_task(self) -> RuleTask | None:
        with self._catalog.read() as connection:
            return find_task(connection)

    def _do_tasks(self) -> None:
        count, current = 0, ""
        while not self._closing.is_set() and (task := self._find_task()) is not None:
            count, current = count if current == task.id else 0, task.id
            step = self._look_further(task)
            count += self._catalog.write(advance_tasks, [step])[0]
            if step.after is None:
                logger.info("the tagging rule %s was applied: %d documents got tags", task.rule_id, count)

    def _look_further(self, task: RuleTask) -> RuleStep:
        with self._catalog.read() as connection:
            try:
                rule = find_rule(connection, task.organization_key, task.rule_id)
            except TaggingRuleNotFound:  # deleted meanwhile, and its task with it
                return RuleStep(task.id, (), None)
            keys = list_live_keys(connection, task.organization_key, task.after, _CHUNK)
            found = match_rules(connection, task.organization_key, [rule], keys) if keys else []
        return RuleStep(task.id, found, keys[-1] if keys else None)
