"""An archive in Django, in one file: views, and what `settings.py` and `urls.py` of a project would hold.

PAPRA_INDEX_ARCHIVE=archive python examples/django_search.py runserver --noreload
"""

from __future__ import annotations

import os
import sys
from functools import cache

import django
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import execute_from_command_line
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from papra_index import Archive, Organization

if not settings.configured:
    settings.configure(DEBUG=False, ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY=os.urandom(32).hex())
    django.setup()


@cache
def find_home() -> Organization:
    """Return the organization that is served, opened at the first request of a process: servers of Django fork."""
    archive = Archive.open(os.environ.get("PAPRA_INDEX_ARCHIVE", "archive"))
    listed = archive.organizations()
    return listed[0] if listed else archive.create_organization("Home")


@csrf_exempt
def add_document(request: HttpRequest) -> JsonResponse:
    """Archive an upload; a model of the project would keep the id."""
    upload = request.FILES["file"]
    document = find_home().add(upload.file, name=upload.name)
    return JsonResponse({"id": document.id}, status=201)


def search(request: HttpRequest) -> JsonResponse:
    """Search, in a view that is a plain function."""
    found = find_home().search(request.GET.get("query", ""))
    return JsonResponse({"count": found.documents_count, "names": [hit.document.name for hit in found.hits]})


async def search_async(request: HttpRequest) -> JsonResponse:
    """Search in an async view: in a thread, and not in the one that Django keeps for its database."""
    home = await sync_to_async(find_home, thread_sensitive=False)()
    found = await sync_to_async(home.search, thread_sensitive=False)(request.GET.get("query", ""))
    return JsonResponse({"count": found.documents_count})


urlpatterns = [path("documents", add_document), path("search", search), path("search-async", search_async)]
wsgi_application = WSGIHandler()
application = ASGIHandler()

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
