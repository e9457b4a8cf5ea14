"""The pool: no file, however it ends its worker, may cost the caller more than that file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import papra_index
from papra_index.documents import ExtractionStatus
from papra_index.errors import ExtractionError, WorkerDied
from papra_index.extraction import workers
from papra_index.extraction.content import ExtractedContent, ExtractionJob, ExtractionLimits
from papra_index.extraction.workers import WorkerPool
from tests.extraction.hostile import build_hanging_pdf

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for children in /proc")


def make_texts(folder: Path, count: int) -> list[ExtractionJob]:
    jobs = []
    for number in range(count):
        path = folder / f"note-{number}.txt"
        path.write_text(f"note number {number}\n" * 20)
        jobs.append(ExtractionJob(number, path, path.name))
    return jobs


def make_hanging(folder: Path, job_id: int, pages_before: int = 0) -> ExtractionJob:
    path = folder / f"hanging-{job_id}.pdf"
    path.write_bytes(build_hanging_pdf(pages_before))
    return ExtractionJob(job_id, path, path.name)


def read_all(pool: WorkerPool, jobs: Iterator[ExtractionJob] | list[ExtractionJob]) -> dict[int, ExtractedContent]:
    outcomes = list(pool.extract(jobs))
    assert len({outcome.job_id for outcome in outcomes}) == len(outcomes)
    return {outcome.job_id: outcome for outcome in outcomes}


def list_children(parent: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent_id = stat.read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if int(parent_id) == parent and state != "Z":
            found.append(int(stat.parent.name))
    return found


def list_worker_pids(pool: WorkerPool) -> list[int]:
    return [worker._process.pid for worker in pool._crew.workers]


def test_reads_every_job_once(pool: WorkerPool, tmp_path: Path) -> None:
    outcomes = read_all(pool, make_texts(tmp_path, 500))
    assert sorted(outcomes) == list(range(500))
    for number, outcome in outcomes.items():
        assert outcome.status is ExtractionStatus.DONE
        assert outcome.pages[0].text == f"note number {number}\n" * 20


def test_takes_jobs_only_as_workers_can_use_them(pool: WorkerPool, tmp_path: Path) -> None:
    taken = 0

    def give() -> Iterator[ExtractionJob]:
        nonlocal taken
        for job in make_texts(tmp_path, 2000):
            taken += 1
            yield job

    outcomes = pool.extract(give())
    next(outcomes)
    assert taken < 300
    assert sum(1 for _ in outcomes) == 1999


def test_abandoned_extraction_leaves_a_usable_pool(tmp_path: Path) -> None:
    with WorkerPool(1) as pool:
        for _ in pool.extract(make_texts(tmp_path, 200)):
            break
        assert len(read_all(pool, make_texts(tmp_path, 5))) == 5


def test_hanging_file_times_out_and_the_rest_goes_on(tmp_path: Path) -> None:
    texts = make_texts(tmp_path, 60)
    jobs = [*texts[:30], make_hanging(tmp_path, 100), *texts[30:]]
    with WorkerPool(2, ExtractionLimits(seconds=1.0, memory_bytes=1 << 40)) as pool:
        started = time.monotonic()
        outcomes = read_all(pool, jobs)
        assert time.monotonic() - started < 15
    assert outcomes[100].status is ExtractionStatus.FAILED
    assert outcomes[100].reason == "extraction.timed_out"
    assert outcomes[100].mime_type == "application/pdf"
    assert all(outcomes[number].status is ExtractionStatus.DONE for number in range(60))


def test_pages_read_before_a_hang_are_kept(tmp_path: Path) -> None:
    with WorkerPool(1, ExtractionLimits(seconds=1.0, memory_bytes=1 << 40)) as pool:
        outcome = read_all(pool, [make_hanging(tmp_path, 1, pages_before=3)])[1]
    assert outcome.status is ExtractionStatus.PARTIAL
    assert outcome.reason == "extraction.timed_out"
    assert [page.text for page in outcome.pages] == [
        f"Page number {number} is readable and has words enough" for number in (1, 2, 3)
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="address space is limited on Linux only")
def test_memory_limit_ends_the_worker_not_the_parent(tmp_path: Path) -> None:
    texts = make_texts(tmp_path, 10)
    with WorkerPool(1, ExtractionLimits(seconds=60, memory_bytes=400 << 20)) as pool:
        outcomes = read_all(pool, [texts[0], make_hanging(tmp_path, 100), *texts[1:]])
    assert outcomes[100].status is ExtractionStatus.FAILED
    assert outcomes[100].reason in {"extraction.worker_died", "extraction.too_large", "extraction.failed"}
    assert all(outcomes[number].status is ExtractionStatus.DONE for number in range(10))


def test_killed_worker_costs_only_the_file_it_was_reading(tmp_path: Path) -> None:
    texts = make_texts(tmp_path, 40)
    with WorkerPool(1, ExtractionLimits(seconds=30, memory_bytes=1 << 40)) as pool:
        read_all(pool, texts[:1])
        [pid] = list_worker_pids(pool)
        killer = threading.Timer(0.5, os.kill, (pid, signal.SIGKILL))
        killer.start()
        outcomes = read_all(pool, [*texts[:20], make_hanging(tmp_path, 100), *texts[20:]])
        killer.join()
        assert list_worker_pids(pool) != [pid]
    assert outcomes[100].reason == "extraction.worker_died"
    assert "signal 9" in str(outcomes[100].message)
    assert all(outcomes[number].status is ExtractionStatus.DONE for number in range(40))


def test_worker_that_leaves_of_its_own_accord_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "retiring_worker.py").write_text(
        "import sys\n"
        "from papra_index.extraction import worker\n"
        "worker.RETIRE_SHARE = 0\n"
        "worker.run_worker(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(workers, "_WORKER_MODULE", "retiring_worker")
    with WorkerPool(1) as pool:
        outcomes = read_all(pool, make_texts(tmp_path, 200))
    assert sorted(outcomes) == list(range(200))
    assert all(outcome.status is ExtractionStatus.DONE for outcome in outcomes.values())


def test_large_texts_go_through(tmp_path: Path, pool: WorkerPool) -> None:
    large = tmp_path / "large.log"
    large.write_text("a line of a large log\n" * 1_000_000)
    outcomes = read_all(pool, [ExtractionJob(100, large, large.name), *make_texts(tmp_path, 10)])
    assert len(outcomes[100].pages[0].text) == 22_000_000
    assert len(outcomes) == 11


def test_idle_worker_that_dies_is_replaced(tmp_path: Path) -> None:
    texts = make_texts(tmp_path, 5)
    with WorkerPool(1) as pool:
        read_all(pool, texts)
        [pid] = list_worker_pids(pool)
        os.kill(pid, signal.SIGKILL)
        time.sleep(0.2)
        outcomes = read_all(pool, texts)
    assert sum(outcome.reason == "extraction.worker_died" for outcome in outcomes.values()) == 0


def test_close_leaves_no_children(tmp_path: Path, documents: Path) -> None:
    before = set(list_children(os.getpid()))
    pool = WorkerPool(2)
    scan = documents / "carpenter-invoice.pdf"
    outcomes = pool.extract([ExtractionJob(0, scan, scan.name), *make_texts(tmp_path, 3)])
    next(outcomes)
    pids = list_worker_pids(pool)
    pool.close()
    pool.close()
    assert 0 not in {outcome.job_id for outcome in outcomes}
    assert set(list_children(os.getpid())) <= before
    assert all(not list_children(pid) for pid in pids)


def test_close_from_another_thread_ends_extraction(tmp_path: Path) -> None:
    pool = WorkerPool(1, ExtractionLimits(seconds=30, memory_bytes=1 << 40))
    threading.Timer(0.5, pool.close).start()
    started = time.monotonic()
    assert list(pool.extract([make_hanging(tmp_path, 1)])) == []
    assert time.monotonic() - started < 10
    with pytest.raises(ExtractionError, match="closed"):
        list(pool.extract([]))


def test_workers_that_cannot_start_are_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "broken"
    (broken / "papra_index").mkdir(parents=True)
    (broken / "papra_index" / "__init__.py").write_text("raise ImportError('no such wheel')")
    monkeypatch.setattr(workers, "_make_environment", lambda folder: {"PYTHONPATH": str(broken), "TMPDIR": folder})
    with WorkerPool(1) as pool, pytest.raises(WorkerDied, match="no such wheel"):
        list(pool.extract(make_texts(tmp_path, 2)))


def test_workers_end_with_a_killed_parent(tmp_path: Path) -> None:
    hanging = make_hanging(tmp_path, 1)
    script = f"""
from pathlib import Path
from papra_index.extraction.workers import WorkerPool
from tests.extraction.hostile import build_hanging_pdf
from papra_index.extraction.content import ExtractionJob, ExtractionLimits
pool = WorkerPool(1, ExtractionLimits(seconds=600, memory_bytes=1 << 40))
list(pool.extract([ExtractionJob(1, Path({str(hanging.path)!r}), "a.pdf")]))
"""
    parent = start_script(script)
    try:
        wait_until(lambda: bool(list_children(parent.pid)))
        children = list_children(parent.pid)
    finally:
        parent.kill()
        parent.wait()
    assert children
    wait_until(lambda: not any(is_running(pid) for pid in children))


def test_works_from_a_script_on_standard_input_without_guard(tmp_path: Path) -> None:
    [job] = make_texts(tmp_path, 1)
    script = f"""
from pathlib import Path
from papra_index.extraction.workers import WorkerPool
from tests.extraction.hostile import build_hanging_pdf
from papra_index.extraction.content import ExtractionJob
with WorkerPool(1) as pool:
    for outcome in pool.extract([ExtractionJob(1, Path({job.path.name!r}), "a.txt")]):
        print(outcome.status.value, outcome.pages[0].text[:13])
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(papra_index.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-"], input=script, capture_output=True, text=True, cwd=tmp_path, env=environment, check=True
    )
    assert done.stdout == "done note number 0\n"


def test_idle_worker_imports_nothing_heavy() -> None:
    heavy = "PIL lxml pypdfium2 pdfminer pytesseract charset_normalizer sqlalchemy tantivy click fastapi subprocess"
    script = f"import sys, papra_index.extraction.worker; print(*sorted(set({heavy.split()}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def start_script(script: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(Path(papra_index.__file__).parents[1])}
    return subprocess.Popen([sys.executable, "-c", script], text=True, env=environment)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(condition, seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.slow
def test_what_comes_in_is_not_behind_what_may_wait(tmp_path: Path, documents: Path) -> None:
    scans = [ExtractionJob(number, documents / "rowing-club-scan.jpg", "scan.jpg") for number in (1, 2, 3)]
    texts = make_texts(tmp_path, 4)[3:]
    asked = 0

    def list_texts() -> Iterator[ExtractionJob | None]:
        nonlocal asked
        while asked < 5:
            asked += 1
            yield None
        yield from texts
        while len(done) < 4:
            yield None

    done: list[int] = []
    with WorkerPool(1) as pool:
        for outcome in pool.extract(list_texts(), iter(scans)):
            done.append(outcome.job_id if outcome.mime_type == "image/jpeg" else 100)
        most = len(list_worker_pids(pool))
    # The text came when the first scan was being read, and did not wait for it.
    assert done == [100, 1, 2, 3]
    assert most == 2


DAEMON = """
import asyncio, multiprocessing, sys
from papra_index import extract

def read(path, answers):
    answers.put(extract(path).text)

async def read_beside_a_loop(path):
    return (await asyncio.to_thread(extract, path)).text

if __name__ == "__main__":
    answers = multiprocessing.Queue()
    multiprocessing.Process(target=read, args=(sys.argv[1], answers), daemon=True).start()
    print(answers.get(timeout=60).strip(), asyncio.run(read_beside_a_loop(sys.argv[1])).strip())
"""


def test_works_in_a_daemonic_process_and_beside_an_event_loop(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("a note")
    (tmp_path / "program.py").write_text(DAEMON)
    done = subprocess.run(
        [sys.executable, str(tmp_path / "program.py"), str(tmp_path / "note.txt")],
        capture_output=True, text=True, check=True, timeout=100,
        env=os.environ | {"PYTHONPATH": str(Path(papra_index.__file__).parents[1])},
    )  # fmt: skip
    assert done.stdout.split("\n")[0] == "a note a note"
