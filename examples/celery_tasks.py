"""Archiving as tasks of Celery: each worker process opens the archive after its fork, and only one of all reads texts.

    PAPRA_INDEX_ARCHIVE=archive celery --workdir examples -A celery_tasks worker --concurrency 2

A put by the id of its source may be done twice, as tasks may: the second changes nothing.
"""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import worker_process_init, worker_process_shutdown

from papra_index import Archive
from papra_index.errors import ArchiveError

app = Celery("papers", broker=os.environ.get("CELERY_BROKER_URL", "memory://"))
app.conf.update(task_acks_late=True, broker_connection_retry_on_startup=True)
opened: list[Archive] = []


@worker_process_init.connect
def open_archive(**_: Any) -> None:
    """Open the archive in this process: one that was opened before the fork refuses to work behind it."""
    opened.append(Archive.open(os.environ.get("PAPRA_INDEX_ARCHIVE", "archive"), create=False))


@worker_process_shutdown.connect
def close_archive(**_: Any) -> None:
    """Have what waits indexed before the process ends."""
    opened.pop().close()


@app.task(autoretry_for=(ArchiveError,), retry_backoff=True, max_retries=5)
def put_document(organization_id: str, external_id: str, path: str) -> str | None:
    """Archive a file under the id of its source; tried again when the disk is full or the archive is busy."""
    return opened[-1].organization(organization_id).put(external_id, path).document_id
