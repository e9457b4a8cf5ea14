"""What only browsers ask for: preflights of pages of other origins, and the page that shows the API.

The scripts of that page are served from here, so that it works without a way to the internet and runs nobody's code.
"""

from __future__ import annotations

from importlib.resources import files

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

_PAGE_HEADERS = {"x-content-type-options": "nosniff", "x-frame-options": "SAMEORIGIN", "referrer-policy": "no-referrer"}

_PAGE_SETTINGS = {
    "docExpansion": "list",
    "defaultModelsExpandDepth": -1,
    "defaultModelRendering": "example",
    "persistAuthorization": True,
    "displayRequestDuration": True,
    "tryItOutEnabled": True,
    "filter": True,
}


class Preflights(CORSMiddleware):
    """Answers preflights as the contract does: 204, and nothing is allowed to an origin that is not on the list."""

    def preflight_response(self, request_headers: Headers) -> Response:
        """Return the answer without its text."""
        answered = super().preflight_response(request_headers)
        kept = {name: value for name, value in answered.headers.items() if name == "vary" or name.startswith("access-")}
        return Response(status_code=204, headers=kept)


def add_page(app: FastAPI, prefix: str) -> None:
    """Serve the interactive page of an application's OpenAPI document at `docs` below the prefix."""
    app.mount(f"{prefix}/docs/assets", StaticFiles(directory=str(files("fastapi_offline") / "static")))

    def show_page(request: Request) -> HTMLResponse:
        root = str(request.scope.get("root_path", "")).rstrip("/")
        page = get_swagger_ui_html(
            openapi_url=f"{root}{app.openapi_url}",
            title=app.title,
            swagger_js_url=f"{root}{prefix}/docs/assets/swagger-ui-bundle.js",
            swagger_css_url=f"{root}{prefix}/docs/assets/swagger-ui.css",
            swagger_favicon_url=f"{root}{prefix}/docs/assets/favicon.png",
            swagger_ui_parameters=_PAGE_SETTINGS,
        )
        page.headers.update(_PAGE_HEADERS)
        return page

    app.add_api_route(f"{prefix}/docs", show_page, include_in_schema=False)
