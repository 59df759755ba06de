"""The route of the files that pages need."""

from __future__ import annotations

import flask

from services.contracts.errors import NotFound
from services.contracts.people.callers import PUBLIC
from services.design.assets import ASSETS, FOLDER, Asset
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page
from services.runtime.web.routes import Answer, Routes

routes = Routes()
#: Beside the pages, because a service worker serves what lies below its own address.
WORKER = "/offline.js"
FOR_GOOD = "public, max-age=31536000, immutable"


@routes.get(f"{FOLDER}/<name>", access=PUBLIC, page=error_page)
def read_asset(call: Call[object]) -> Answer:
    """A file that pages need, to be kept for good under the name that tells its bytes."""
    found = ASSETS.find(call.path["name"])
    if found is None:
        raise NotFound("There is no such file.")
    return _served(*found)


@routes.get(WORKER, access=PUBLIC, page=error_page)
def read_worker(_: Call[object]) -> Answer:
    """The script that keeps the form for when there is no network."""
    response = _served(ASSETS.named("offline.js"), is_exact=False)
    response.headers["Content-Security-Policy"] = "default-src 'none'; connect-src 'self'"
    return response


def _served(asset: Asset, is_exact: bool) -> flask.Response:
    zipped = flask.request.accept_encodings["gzip"] > 0
    response = flask.Response(asset.compressed if zipped else asset.content, content_type=asset.content_type)
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = FOR_GOOD if is_exact else "no-cache"
    return response
