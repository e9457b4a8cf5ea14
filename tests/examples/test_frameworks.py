"""The examples of frameworks run as they stand; those of the group `examples` are skipped where it is not installed."""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from papra_index import Archive, ExtractionSettings, Settings

ROOT = Path(__file__).parent.parent.parent
LETTER = b"The boiler is repaired in May."

# What frameworks warn of is theirs.
pytestmark = pytest.mark.filterwarnings("ignore")


def need(module: str) -> Any:
    reason = f"NOT TESTED: no {module}; install it with `pip install --group examples`, as `make slow` does"
    return pytest.importorskip(module, reason=reason)


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], ModuleType]:
    """Import an example as one that serves an archive of its own."""
    monkeypatch.setenv("PAPRA_INDEX_ARCHIVE", str(tmp_path / "archive"))
    monkeypatch.setenv("PAPRA_INDEX_EXTRACTION_WORKERS", "1")
    monkeypatch.syspath_prepend(str(ROOT / "examples"))

    def load_example(name: str) -> ModuleType:
        sys.modules.pop(name, None)
        return importlib.import_module(name)

    return load_example


def wait_for_count(ask: Callable[[], int]) -> int:
    """Ask until something is found: texts are read in the background."""
    deadline = time.monotonic() + 60
    while not (count := ask()):
        assert time.monotonic() < deadline, "what was added is not found"
        time.sleep(0.05)
    return count


def test_fastapi(load: Callable[[str], ModuleType]) -> None:
    import httpx

    example = load("fastapi_search")

    async def use() -> None:
        transport = httpx.ASGITransport(example.app)
        async with (
            example.app.router.lifespan_context(example.app),
            httpx.AsyncClient(transport=transport, base_url="http://test") as client,
        ):
            added = await client.post("/documents", files={"file": ("letter.txt", LETTER)})
            assert added.status_code == 201
            again = await client.post("/documents", files={"file": ("letter.txt", LETTER)})
            assert again.status_code == 409
            for _ in range(600):
                answers = await asyncio.gather(*(client.get("/search", params={"query": "boiler"}) for _ in range(8)))
                if answers[0].json()["count"]:
                    break
                await asyncio.sleep(0.05)
            found = (await client.get("/search", params={"query": "boiler"})).json()
            assert found["count"] == 1
            assert "<mark>boiler</mark>" in found["hits"][0]["passages"][0]

    asyncio.run(use())


@pytest.mark.slow
def test_flask(load: Callable[[str], ModuleType]) -> None:
    import io

    example = load("flask_search")
    client = example.app.test_client()
    added = client.post("/documents", data={"file": (io.BytesIO(LETTER), "letter.txt")})
    assert added.status_code == 201
    again = client.post("/documents", data={"file": (io.BytesIO(LETTER), "letter.txt")})
    assert (again.status_code, again.json["code"]) == (400, "document.already_exists")
    assert wait_for_count(lambda: client.get("/search?query=boiler").json["count"]) == 1
    assert client.get("/search?query=boiler").json["names"] == ["letter.txt"]
    example.open_archive().close()


@pytest.mark.slow
def test_litestar(load: Callable[[str], ModuleType]) -> None:
    need("litestar")
    from litestar.testing import TestClient

    example = load("litestar_search")
    with TestClient(example.app) as client:
        added = client.post("/documents/letter.txt", content=LETTER)
        assert added.status_code == 201
        assert wait_for_count(lambda: client.get("/search", params={"search_query": "boiler"}).json()["count"]) == 1


DJANGO = """
import asyncio, time
import django_search as example
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import AsyncClient, Client

client = Client()
assert client.post("/documents", {"file": SimpleUploadedFile("letter.txt", b"The boiler")}).status_code == 201
for _ in range(600):
    if client.get("/search?query=boiler").json()["count"]:
        break
    time.sleep(0.05)
assert client.get("/search?query=boiler").json()["names"] == ["letter.txt"]
answer = asyncio.run(AsyncClient().get("/search-async?query=boiler"))
print(answer.json()["count"])
"""


@pytest.mark.slow
def test_django(load: Callable[[str], ModuleType]) -> None:
    need("django")
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "examples")}
    command = [sys.executable, "-c", DJANGO]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert (done.stdout.strip(), done.returncode) == ("1", 0), done.stderr


@pytest.mark.slow
def test_celery(load: Callable[[str], ModuleType], tmp_path: Path) -> None:
    need("celery")
    without = Settings(extraction=ExtractionSettings(background=False))
    with Archive.open(tmp_path / "archive", settings=without) as archive:
        home = archive.create_organization("Home")
        (tmp_path / "letter.txt").write_bytes(LETTER)
        for folder in ("queue", "control"):
            (tmp_path / folder).mkdir()
        folders = {"data_folder_in": "queue", "data_folder_out": "queue", "control_folder": "control"}
        options = {name: str(tmp_path / folder) for name, folder in folders.items()}
        (tmp_path / "folders.py").write_text(
            f"import celery_tasks\ncelery_tasks.app.conf.broker_transport_options = {json.dumps(options)}\n"
            "app = celery_tasks.app\n"
        )
        environment = {
            **os.environ, "CELERY_BROKER_URL": "filesystem://", "PYTHONPATH": f"{ROOT / 'examples'}:{tmp_path}"
        }  # fmt: skip
        command = [sys.executable, "-m", "celery", "-A", "folders", "worker", "--concurrency", "2", "-l", "warning"]
        with (tmp_path / "log").open("w") as log:
            worker = subprocess.Popen(command, env=environment, cwd=tmp_path, stdout=log, stderr=log)
        try:
            asked = (home.id, "crm:1", str(tmp_path / "letter.txt"))
            send = f"import folders, celery_tasks; celery_tasks.put_document.delay(*{asked!r})"
            for _ in range(2):  # as a task may be done twice
                subprocess.run([sys.executable, "-c", send], env=environment, cwd=tmp_path, timeout=60, check=True)
            assert wait_for_count(lambda: home.search("boiler").documents_count) == 1
        finally:
            worker.send_signal(signal.SIGTERM)
            worker.wait(60)
        assert home.get(external_id="crm:1").name == "letter.txt", (tmp_path / "log").read_text()
        assert home.statistics().documents_count == 1


@pytest.mark.slow
def test_notebook(tmp_path: Path) -> None:
    need("nbclient")
    need("ipykernel")
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(ROOT / "examples" / "notebook.ipynb", as_version=4)
    NotebookClient(notebook, timeout=150, resources={"metadata": {"path": str(ROOT)}}).execute()
    outputs = [cell.outputs[-1].data for cell in notebook.cells if cell.cell_type == "code" and cell.outputs]
    assert outputs[0]["text/plain"] == "3"
    assert "<mark>boiler</mark>" in outputs[1]["text/html"]
    assert "('boiler', 1)" in outputs[2]["text/plain"]
