"""Live progress on stderr, for terminals only: rows for adding, reading and indexing that vanish when done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn
from rich.text import Text

from papra_index.cli.wording import describe_seconds, describe_size
from papra_index.values.rebuilds import RebuildProgress


class _Count(ProgressColumn):
    """Done of all; all is left out while it is not known."""

    def render(self, task: Task) -> Text:
        done = f"{int(task.completed):,}"
        return Text(done if task.total is None else f"{done} of {int(task.total):,}")


class _Rate(ProgressColumn):
    """Things a second, and bytes where they are counted."""

    def render(self, task: Task) -> Text:
        size = task.fields.get("size", 0)
        parts = [f"{describe_size(size)}"] if size else []
        if task.speed and not task.finished:
            parts.insert(0, f"{task.speed:,.0f}/s" if task.speed >= 9.5 else f"{task.speed:.1f}/s")
        return Text("  ".join(parts), style="dim")


class _Remaining(ProgressColumn):
    """Time to the end, once that is known."""

    max_refresh = 0.5

    def render(self, task: Task) -> Text:
        if task.total is None or task.finished or task.time_remaining is None:
            return Text("")
        return Text(f"{describe_seconds(max(1, round(task.time_remaining))).replace('.0', '')} left", style="dim")


class IngestDisplay:
    """What happens to files on their way to being found: added, read, their scans recognised, indexed."""

    def __init__(self, console: Console) -> None:
        self._progress = _build_progress(console)
        self._adding = self._progress.add_task("Adding", total=None, visible=False)
        self._background = {
            name: self._progress.add_task(name, total=0, visible=False) for name in ("Reading", "OCR", "Indexing")
        }

    def __enter__(self) -> IngestDisplay:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def show_added(self, files: int, size: int, total: int | None) -> None:
        """Show files gone through, their bytes, and how many there are if that is known."""
        self._progress.update(self._adding, completed=files, total=total, size=size, visible=True)

    def show_waiting(self, extractions: int, pages: int, changes: int) -> None:
        """Show how many originals await reading, pages OCR, changes the index; what has waited is the measure of
        progress.
        """
        for name, waiting in (("Reading", extractions), ("OCR", pages), ("Indexing", changes)):
            task = self._background[name]
            state = self._progress.tasks[self._progress.task_ids.index(task)]
            total = max(int(state.total or 0), waiting + int(state.completed))
            self._progress.update(task, total=total, completed=total - waiting, visible=total > 0)


@contextmanager
def show_progress(console: Console, label: str) -> Iterator[Callable[[int, int], None]]:
    """Give a callback for documents done and in all, drawn as a bar while the block runs."""
    with _build_progress(console) as progress:
        task = progress.add_task(label, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


@contextmanager
def show_rebuild(console: Console) -> Iterator[Callable[[RebuildProgress], None]]:
    """Give a callback for how far the building of an index has come: documents, their rate, and the time left."""
    with _build_progress(console) as progress:
        task = progress.add_task("Indexing", total=None)

        def show(state: RebuildProgress) -> None:
            shown = progress.tasks[0]
            if shown.total is None:
                shown.completed = state.resumed_from  # what was done before says nothing of the rate
            progress.update(task, completed=state.documents_done, total=state.documents_count)

        yield show


@contextmanager
def show_part(console: Console) -> Iterator[Callable[[str, int, int], None]]:
    """Give a callback for what is looked at, how much of it is done, and of how much (0: not known)."""
    with _build_progress(console) as progress:
        task = progress.add_task("", total=None)
        yield lambda part, done, total: progress.update(
            task, description=part.capitalize(), completed=done, total=total or None
        )


def _build_progress(console: Console) -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description:<9}"),
        BarColumn(bar_width=28),
        _Count(),
        _Rate(),
        _Remaining(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
