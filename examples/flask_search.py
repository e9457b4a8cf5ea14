"""An archive in Flask: each process of the server opens it at its first request, so that it is not open across a fork.

PAPRA_INDEX_ARCHIVE=archive flask --app examples/flask_search.py run
"""

from __future__ import annotations

import atexit
import os
from functools import cache

from flask import Flask, Response, jsonify, request

from papra_index import Archive, Organization
from papra_index.errors import PapraIndexError

app = Flask(__name__)


@cache
def open_archive() -> Archive:
    """Open the archive that all threads of the process share."""
    archive = Archive.open(os.environ.get("PAPRA_INDEX_ARCHIVE", "archive"))
    atexit.register(archive.close)
    return archive


@cache
def find_home() -> Organization:
    """Return the organization that is served."""
    listed = open_archive().organizations()
    return listed[0] if listed else open_archive().create_organization("Home")


@app.post("/documents")
def add_document() -> tuple[Response, int]:
    """Archive an upload."""
    upload = request.files["file"]
    document = find_home().add(upload.stream, name=upload.filename)
    return jsonify(id=document.id), 201


@app.get("/search")
def search() -> Response:
    """Search."""
    found = find_home().search(request.args.get("query", ""))
    return jsonify(count=found.documents_count, names=[hit.document.name for hit in found.hits])


@app.errorhandler(PapraIndexError)
def tell(error: PapraIndexError) -> tuple[Response, int]:
    """Answer what was wrong, by the code of the error."""
    return jsonify(code=error.code, message=error.message), 400
