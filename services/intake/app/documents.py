"""The two documents that describe the product to programs."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

import flask

from services import contracts
from services.contracts.people.callers import PUBLIC
from services.intake.app.context import Intake
from services.runtime.web.calls import Call
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()
DOCUMENT_SECONDS = 300


@cache
def _published(name: str) -> tuple[bytes, str]:
    document = (Path(contracts.__file__).parent / name).read_bytes()
    return document, sha256(document).hexdigest()


def _document(name: str) -> Answer:
    document, digest = _published(name)
    response = flask.Response(document, content_type="application/json")
    response.headers["Cache-Control"] = f"public, max-age={DOCUMENT_SECONDS}"
    response.set_etag(digest)
    response.make_conditional(flask.request)
    return response


@routes.get(f"{API}/openapi.json", access=PUBLIC, cost=2, answers={200: None})
def read_openapi(_: Call[Intake]) -> Answer:
    """This API as an OpenAPI 3.1 document."""
    return _document("openapi.json")


@routes.get(f"{API}/asyncapi.json", access=PUBLIC, cost=2, answers={200: None})
def read_asyncapi(_: Call[Intake]) -> Answer:
    """All messages as an AsyncAPI 3 document."""
    return _document("asyncapi.json")
