"""A body in a content coding is refused with what may be sent instead, on every route; and one in a charset that is not read."""

import gzip

import pytest
from marshmallow import Schema, fields

from services.contracts.people.callers import PUBLIC
from services.runtime.telemetry import Telemetry
from services.runtime.web.access.tokens import TokenAuthenticator
from services.runtime.web.application import create_app
from services.runtime.web.routes import Routes


class NoteBody(Schema):
    text = fields.String(required=True)


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


@pytest.mark.parametrize(
    ("kind", "taken", "refused"),
    [
        ("application/json", ("utf-8", '"UTF-8"', "us-ascii"), ("gbk", "UTF-16", "iso-8859-1")),
        ("application/x-ndjson", ("utf-8",), ("gbk", "UTF-16", "iso-8859-1")),
        ("text/csv", ("utf-8", "GBK", "utf-16"), ("big5", "iso-8859-1")),
    ],
)
def test_a_declared_charset_that_is_not_read_answers_415_and_is_named(kind, taken, refused):
    routes = Routes()
    facts = {"body": NoteBody} if kind == "application/json" else {"takes": (kind,)}
    routes.post("/api/v1/notes", access=PUBLIC, **facts)(lambda _: (201, {}))
    client = create_app("demo", None, routes, Nobody(), Telemetry()).test_client()
    for charset in (*taken, *refused):
        # In GBK these bytes are another text than in UTF-8, which they are too.
        answer = client.post("/api/v1/notes", data='{"text": "模"}'.encode("gbk"), content_type=f"{kind}; charset={charset}")
        assert answer.status_code == (201 if charset in taken else 415), charset
        assert charset in taken or charset.lower() in answer.get_json()["detail"]
