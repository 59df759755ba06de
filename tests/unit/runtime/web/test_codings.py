"""A body in a content coding is refused with what may be sent instead, on every route."""

import gzip

import pytest

from services.contracts.people.callers import PUBLIC
from services.runtime.telemetry import Telemetry
from services.runtime.web.access.tokens import TokenAuthenticator
from services.runtime.web.application import create_app
from services.runtime.web.routes import Routes


class Nobody(TokenAuthenticator):
    def __init__(self):
        pass


@pytest.mark.parametrize("coding", ["gzip", "br", "GZIP, identity", "x-unknown"])
@pytest.mark.parametrize("path", ["/api/v1/notes", "/nowhere"])
def test_a_coded_body_answers_415_and_says_what_is_taken(path, coding):
    routes = Routes()
    routes.post("/api/v1/notes", access=PUBLIC)(lambda _: (201, {}))
    client = create_app("demo", None, routes, Nobody(), Telemetry()).test_client()
    answer = client.post(path, data=gzip.compress(b"{}"), headers={"Content-Encoding": coding}, content_type="application/json")
    assert (answer.status_code, answer.mimetype) == (415, "application/problem+json")
    assert answer.headers["Accept-Encoding"] == "identity"
    assert client.post("/api/v1/notes", headers={"Content-Encoding": "identity"}).status_code == 201
