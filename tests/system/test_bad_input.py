"""Whatever is sent, the answer is clear: a 4xx that names the field, or a line that names the line; good lines are taken."""

import json
from uuid import uuid4

import pytest

from tests.system.place import API

GOOD = {"title": "桥面有坑", "content": "车轮陷了进去。"}
JSON = "application/json"


def send(place, body, content_type=JSON, path="/opinions", token=None):
    # A server may end a connection whose body it did not care to read, so each request has one of its own.
    headers = {"Content-Type": content_type, "Connection": "close"}
    return place.ask("POST", API + path, token, data=body, headers=headers)


def encoded(**changes):
    return json.dumps({**GOOD, **changes}).encode()


@pytest.mark.parametrize(
    ("body", "content_type", "status", "named"),
    [
        pytest.param(encoded(title=""), JSON, 422, "title", id="empty title"),
        pytest.param(encoded(title="长" * 121), JSON, 422, "title", id="title of 121 characters"),
        pytest.param(encoded(content="长" * 20_001), JSON, 422, "content", id="content of 20,001 characters"),
        pytest.param(json.dumps({"title": "t"}).encode(), JSON, 422, "content", id="no content"),
        pytest.param(encoded(colour="red"), JSON, 422, "colour", id="unknown field"),
        pytest.param(encoded(topic="月球"), JSON, 422, "topic", id="unknown topic"),
        pytest.param(encoded(area="moon"), JSON, 422, "area", id="unknown area"),
        pytest.param(encoded(channel="pigeon"), JSON, 422, "channel", id="unknown channel"),
        pytest.param(encoded(location={"latitude": 91}), JSON, 422, "location.latitude", id="nested field"),
        pytest.param(encoded(), "text/plain", 415, None, id="wrong content type"),
        pytest.param(encoded(), "application/x-www-form-urlencoded", 415, None, id="a form's content type"),
        pytest.param(b'{"title": "t"', JSON, 400, None, id="broken JSON"),
        pytest.param(b"[1, 2]", JSON, 400, None, id="no object"),
        pytest.param('{"title": "桥"}'.encode("gbk"), JSON, 400, None, id="not UTF-8"),
        pytest.param(rb'{"title": "a\u0000", "content": "c"}', JSON, 400, None, id="the character U+0000"),
        pytest.param(encoded(content="x" * 1_000_001), JSON, 413, None, id="a megabyte"),
    ],
)
def test_a_bad_request_is_told_what_is_wrong(place, body, content_type, status, named):
    answer = send(place, body, content_type)
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert {"type", "title", "status", "detail"} <= set(problem)
    assert problem["status"] == status
    assert named is None or list(problem["errors"]) == [named]


def test_the_longest_texts_are_taken(place):
    assert send(place, encoded(title="长" * 120, content="长" * 20_000)).status_code == 201


def test_bad_lines_of_a_csv_are_named_and_the_good_ones_taken(place):
    run = uuid4().hex
    lines = [
        b"external_id,title,content,topic",
        f"{run}-1,桥面有坑,请修。,".encode(),
        f"{run}-2,,请修。,".encode(),
        f"{run}-3,没有主题,请修。".encode(),
        f'{run}-4,引号没有关,"请修。,'.encode(),
        f"{run}-5,".encode() + "桥".encode("gbk") + ",请修。,".encode(),
        f"{run}-6,月球,请修。,月球".encode(),
        f'{run}-7,两行,"第一行\n第二行",'.encode(),
        f"{run}-8,桥面又有坑,请修。,".encode(),
    ]
    answers = place.batch(b"\n".join(lines) + b"\n", "text/csv")
    found = {answer["line"]: (answer["status"], list(answer.get("errors", {}))) for answer in answers}
    assert found == {
        2: ("created", []), 3: ("refused", ["title"]), 4: ("created", []), 5: ("refused", ["line"]), 6: ("refused", ["line"]),
        7: ("refused", ["topic"]), 8: ("created", []), 10: ("created", []),
    }  # fmt: skip
    assert place.get("/opinions", external_id=f"{run}-7")["items"][0]["content"] == "第一行\n第二行"
    assert place.get("/opinions", external_id=f"{run}-4")["items"] == []


def test_bad_lines_of_ndjson_are_named_and_the_good_ones_taken(place):
    answers = place.batch(b"\n".join([encoded(), b"{", encoded(title=""), b"\xff", b"", encoded()]))
    assert [(answer["line"], answer["status"]) for answer in answers] == [
        (1, "created"), (2, "refused"), (3, "refused"), (4, "refused"), (6, "created"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        pytest.param(b"title,colour\na,b\n", "text/csv", 422, id="unknown column"),
        pytest.param("标题,办理结果\n桥,坑\n".encode("gbk"), "text/csv", 422, id="an unknown column in another encoding"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "text/csv", 422, id="an old workbook"),
        pytest.param(b"title,content\n", "text/csv", 400, id="no line"),
        pytest.param(b"[]", JSON, 415, id="wrong content type"),
    ],
)
def test_a_batch_that_cannot_begin_is_refused_whole(place, body, content_type, status):
    answer = send(place, body, content_type, "/opinions/batch", place.admin_token)
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_file_whose_lines_are_not_utf_8_loses_those_lines_only(place):
    answers = place.batch(b"title,content\n" + "桥,坑\n".encode("gbk") + "桥,坑\n".encode(), "text/csv")
    assert [(answer["line"], answer["status"]) for answer in answers] == [(2, "refused"), (3, "created")]
    assert answers[0]["errors"] == {"line": ["not UTF-8"]}


def test_the_same_request_sent_twice_has_one_effect(place):
    key, body = str(uuid4()), GOOD | {"external_id": str(uuid4())}
    headers = {"Idempotency-Key": key}
    first, again = (place.ask("POST", f"{API}/opinions", place.admin_token, json=body, headers=headers) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    other = place.ask("POST", f"{API}/opinions", place.admin_token, json=body | {"title": "别的"}, headers=headers)
    assert other.status_code == 409
    assert len(place.get("/opinions", external_id=body["external_id"])["items"]) == 1
