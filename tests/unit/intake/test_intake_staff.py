"""The staff's side of intake: who may call what, who sees whose data, lists page by page, batches line by line."""

import json
from typing import Any

import pytest

from services.accounts.routes import API_ROUTES as ACCOUNT_ROUTES
from services.contracts.people.callers import PUBLIC
from services.intake.app.routes import ROUTES
from services.intake.domain.submission.submission import VISIBILITIES
from services.intake.schemas.answers import LineAnswer, OpinionPage
from tests.cells import each_of
from tests.unit.intake.harness import Routing
from tests.unit.intake.opinions import FORM

PERSON = {"kind": "citizen", "name": "沈秀兰", "phone": "13900001111"}
STAFF_ROUTES = [
    ("GET", "/opinions", {"reviewer", "supervisor", "admin", "water", "roads"}),
    ("GET", "/opinions/nothing", {"reviewer", "supervisor", "admin", "water", "roads"}),
    ("GET", "/opinions/nothing/attachments/none", {"reviewer", "supervisor", "admin", "water", "roads"}),
    ("POST", "/opinions/nothing/attachments", {"water", "roads"}),
    ("DELETE", "/opinions/nothing/attachments/none", {"water", "roads"}),
    ("POST", "/opinions/nothing/accept", {"reviewer", "admin"}),
    ("POST", "/opinions/nothing/decline", {"reviewer", "admin"}),
    ("POST", "/opinions/nothing/return", {"reviewer", "admin"}),
    ("POST", "/opinions/nothing/merge", {"reviewer", "admin"}),
    ("POST", "/opinions/accept", {"reviewer", "admin"}),
    ("GET", "/opinions/nothing/similar", {"reviewer", "admin"}),
    ("POST", "/opinions/nothing/similar/accept", {"reviewer", "admin"}),
    ("POST", "/opinions/nothing/similar/decline", {"reviewer", "admin"}),
    ("POST", "/opinions/nothing/similar/return", {"reviewer", "admin"}),
    ("POST", "/opinions/nothing/similar/merge", {"reviewer", "admin"}),
    ("POST", "/opinions/nothing/unmerge", {"reviewer", "admin"}),
    ("GET", "/opinions/incidents", {"reviewer", "admin"}),
    ("GET", "/opinions/incidents/none", {"reviewer", "admin"}),
    ("POST", "/opinions/incidents/none/confirm", {"reviewer", "admin"}),
    ("POST", "/opinions/incidents/none/split", {"reviewer", "admin"}),
    ("POST", "/opinions/incidents/none/accept", {"reviewer", "admin"}),
    ("POST", "/opinions/incidents/none/merge", {"reviewer", "admin"}),
    ("POST", "/opinions/incidents/none/decline", {"reviewer", "admin"}),
    ("POST", "/opinions/incidents/none/return", {"reviewer", "admin"}),
    ("GET", "/rising", {"reviewer", "supervisor", "admin"}),
    ("GET", "/reviews", {"reviewer", "admin"}),
    ("GET", "/publications", {"reviewer", "admin"}),
    ("GET", "/publications/nothing", {"reviewer", "admin"}),
    ("POST", "/publications/nothing/release", {"reviewer", "admin"}),
    ("POST", "/publications/nothing/withhold", {"reviewer", "admin"}),
    ("GET", "/opinions/codes", {"admin"}),
    ("POST", "/opinions/batch", {"reviewer", "supervisor", "admin"}),
    ("POST", "/opinions/nothing/erasure", {"admin"}),
    ("POST", "/receipts/nothing/erasure", {"admin"}),
    ("POST", "/retention", {"admin"}),
    ("POST", "/contacts/rotation", {"admin"}),
    ("GET", "/sessions/nothing/questions", {"reviewer", "supervisor", "admin"}),
    ("POST", "/sessions/nothing/questions", {"reviewer", "supervisor", "admin"}),
    ("GET", "/sessions/nothing/bookings", {"reviewer", "supervisor", "admin"}),
    ("POST", "/sessions/nothing/bookings/1/attended", {"reviewer", "supervisor", "admin"}),
    ("POST", "/sessions/nothing/attendance", {"reviewer", "supervisor", "admin"}),
    ("POST", "/bookings/nothing/erasure", {"admin"}),
    ("POST", "/attendance", set()),
]


def assigned(harness, department, **fields):
    """An opinion that a department handles."""
    taken = harness.submit(**fields)
    harness.consume(Routing(taken.id, harness.clock.now(), department).created())
    return taken.id


def ids(answer):
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.get_json()["items"]]


def named(path):
    path = path.replace("attachments/none", "attachments/<attachment_id>").replace("incidents/none", "incidents/<incident>")
    path = path.replace("bookings/1/", "bookings/<slot>/")
    subjects = {"/receipts": "<receipt>", "/bookings": "<receipt>", "/sessions": "<session_id>"}
    found = (subject for beginning, subject in subjects.items() if path.startswith(beginning))
    return path.replace("nothing", next(found, "<opinion_id>"))


def test_the_table_here_has_every_route_that_is_not_public():
    # Who may call those of accounts and of people and places is tried with the routes of all services.
    own = [each for each in ROUTES if each not in ACCOUNT_ROUTES and ".constituency." not in each.view.__module__]
    guarded = {(route.method, route.path) for route in own if route.access is not PUBLIC}
    assert guarded == {(method, f"/api/v1{named(path)}") for method, path, _ in STAFF_ROUTES}


@each_of(("method", "path"), [row[:2] for row in STAFF_ROUTES])
def test_without_a_token_nobody_comes_in(harness, method, path):
    assert harness.client.open(f"/api/v1{path}", method=method).status_code == 401


@pytest.mark.slow
@each_of(
    ("method", "path", "allowed", "who"),
    [(*row, who) for row in STAFF_ROUTES for who in ("reviewer", "supervisor", "admin", "scraper", "water")],
)
def test_a_token_opens_the_routes_of_its_role_only(harness, method, path, allowed, who):
    answer = harness.client.open(f"/api/v1{path}", method=method, headers={"Authorization": f"Bearer {who}"})
    assert (answer.status_code != 403) is (who in allowed)


@pytest.mark.slow
def test_a_department_sees_its_own_opinions_only(harness):
    water, roads, nobody = assigned(harness, "water"), assigned(harness, "roads"), harness.submit().id
    assert ids(harness.get("/opinions", "water")) == [water]
    assert ids(harness.get("/opinions", "water", department="water")) == [water]
    assert harness.get("/opinions", "water", department="roads").status_code == 403
    assert ids(harness.get("/opinions", "reviewer", department="roads")) == [roads]
    assert set(ids(harness.get("/opinions", "reviewer"))) == {water, roads, nobody}
    assert harness.get(f"/opinions/{water}", "water").status_code == 200
    for hidden in (roads, nobody, "nothing"):
        assert harness.get(f"/opinions/{hidden}", "water").status_code == 404


@pytest.mark.parametrize("visibility", VISIBILITIES)
@pytest.mark.parametrize("who", ["reviewer", "supervisor", "admin", "water"])
def test_who_told_it_is_shown_where_the_submitter_let_it(harness, visibility, who):
    opinion = assigned(harness, "water", visibility=visibility, submitter=PERSON, relay=["网格员老周"])
    seen = harness.get(f"/opinions/{opinion}", who).get_json()
    if who == "water" and visibility == "congress":
        assert not {"submitter", "relay"} & seen.keys()
        assert "13900001111" not in json.dumps(seen)
    else:
        assert (seen["submitter"], seen["relay"]) == (PERSON, ["网格员老周"])


@pytest.mark.parametrize("visibility", VISIBILITIES)
@pytest.mark.parametrize("who", ["reviewer", "supervisor", "admin", "water"])
def test_where_it_happened_is_shown_where_the_submitter_let_it_be_known_who_told_it(harness, visibility, who):
    location = {"address": "柳树巷 17 号 302 室", "latitude": 29.9, "longitude": 121.6}
    opinion = assigned(harness, "water", visibility=visibility, location=location)
    (listed,), file = harness.get("/opinions", who).get_json()["items"], harness.get(f"/opinions/{opinion}", who).get_json()
    assert file.get("location") == (None if who == "water" and visibility == "congress" else location)
    assert "location" not in listed
    assert not any("柳树巷" in row["body"].decode() for row in harness.outbox())


@pytest.mark.parametrize("who", ["reviewer", "admin", "water"])
def test_lists_never_show_who_told_it_nor_the_receipt(harness, who):
    taken = harness.submit(submitter=PERSON, visibility="public", relay=["网格员老周"])
    harness.consume(Routing(taken.id, harness.clock.now()).created())
    text = harness.get("/opinions", who).text
    assert FORM["title"] in json.loads(text)["items"][0]["title"]
    assert not any(secret in text for secret in ("沈秀兰", "13900001111", "网格员老周", taken.receipt))
    assert taken.receipt not in harness.get(f"/opinions/{taken.id}", who).text


def test_an_opinion_is_shown_with_its_timeline_and_ratings(harness):
    taken = harness.submit()
    routing = Routing(taken.id, harness.clock.now())
    harness.consume(routing.created(), routing.replied())
    harness.rate(taken.receipt, "dissatisfied", None, "没有来人。")
    seen = harness.get(f"/opinions/{taken.id}", "water").get_json()
    assert [moment["what"] for moment in seen["timeline"]].count("assignment.created") == 1
    assert [(rated["round"], rated["result"], rated["comment"]) for rated in seen["evaluations"]] == [
        (1, "dissatisfied", "没有来人。")
    ]


def test_lists_come_page_by_page_newest_first_each_once(harness):
    made = [harness.submit().id for _ in range(7)]
    found: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        answer = harness.get("/opinions", "reviewer", limit=3, **cursor).get_json()
        assert OpinionPage().validate(answer) == {}
        found += [item["id"] for item in answer["items"]]
        if answer["next"] is None:
            break
        assert len(answer["items"]) == 3
        cursor = {"cursor": answer["next"]}
    assert found == sorted(made, reverse=True)


def test_lists_are_narrowed(harness):
    river, waiting = harness.submit(topic="rivers", external_id="x").id, harness.submit(channel="campaign").id
    assert ids(harness.get("/opinions", "reviewer", topic="rivers")) == [river]
    assert ids(harness.get("/opinions", "reviewer", state="submitted")) == [waiting]
    assert ids(harness.get("/opinions", "reviewer", channel="campaign")) == [waiting]
    assert ids(harness.get("/opinions", "reviewer", external_id="x")) == [river]
    assert ids(harness.get("/opinions", "reviewer", department="water")) == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 501}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"cursor": "!"}, "cursor"),
        ({"colour": 1}, "colour"),
    ],
)
def test_a_query_that_is_not_right_names_its_field(harness, query, field):
    answer = harness.get("/opinions", "reviewer", **query)
    assert answer.status_code == 422
    assert field in answer.get_json()["errors"]


def test_a_reviewer_accepts_and_declines_over_http(harness):
    first, second = harness.submit(channel="campaign").id, harness.submit(channel="open311").id
    answer = harness.post(f"/opinions/{first}/accept", {"topic": "路灯"}, "reviewer")
    assert (answer.status_code, answer.get_json()) == (200, {"id": first, "state": "accepted"})
    answer = harness.post(f"/opinions/{second}/decline", {"reason": "unclear"}, "reviewer")
    assert (answer.status_code, answer.get_json()) == (200, {"id": second, "state": "declined"})
    assert harness.post(f"/opinions/{first}/decline", {"reason": "unclear"}, "reviewer").status_code == 409
    assert harness.post(f"/opinions/{second}/decline", {"reason": "rain"}, "reviewer").status_code == 409
    assert harness.post("/opinions/nothing/accept", {}, "reviewer").status_code == 404
    third = harness.submit(channel="campaign").id
    refused = harness.post(f"/opinions/{third}/decline", {"reason": "rain"}, "reviewer")
    assert (refused.status_code, list(refused.get_json()["errors"])) == (422, ["reason"])
    assert harness.post(f"/opinions/{third}/accept", {"topic": "月球"}, "reviewer").status_code == 422


def lines_of(*forms):
    return b"".join(json.dumps(form).encode() + b"\n" for form in forms)


def test_a_batch_answers_line_by_line_and_takes_the_good_ones(harness):
    bad = {"external_id": "b", "title": "", "content": "c", "colour": 1}
    answers = harness.batch(
        lines_of(FORM | {"external_id": "a"}, bad, FORM | {"topic": "月球"}) + b"{\n\xff\n" + lines_of(FORM), "application/x-ndjson"
    )
    assert [(answer["line"], answer["status"]) for answer in answers] == [
        (1, "created"), (2, "refused"), (3, "refused"), (4, "refused"), (5, "refused"), (6, "created"),
    ]  # fmt: skip
    for answer in answers:
        assert LineAnswer().validate(answer) == {}
    assert [set(answer["errors"]) for answer in answers[1:5]] == [{"title", "colour"}, {"topic"}, {"line"}, {"line"}]
    assert (answers[0]["external_id"], answers[1]["external_id"]) == ("a", "b")
    assert harness.get(f"/receipts/{answers[5]['receipt']}").status_code == 200
    assert harness.count() == 2


def test_a_csv_with_bad_lines_in_the_middle_keeps_the_good_ones(harness):
    data = (
        "external_id,title,content,topic\na,甲,一,河道\nb,,二,\nc,丙,三\nd,".encode()
        + b"\xba\xd3"
        + ",四,\ne,戊,五,月球\nf,己,六,\n".encode()
    )
    answers = harness.batch(data)
    assert [answer["status"] for answer in answers] == ["created", "refused", "created", "refused", "refused", "created"]
    assert [list(answers[place]["errors"]) for place in (1, 3, 4)] == [["title"], ["line"], ["topic"]]
    assert [answer["line"] for answer in answers] == [2, 3, 4, 5, 6, 7]
    assert harness.count() == 3


@pytest.mark.slow
def test_the_same_batch_twice_adds_none(harness):
    data = b"external_id,title,content\n" + b"".join(f"x{number},题,文{number}\n".encode() for number in range(450))
    first, again = harness.batch(data), harness.batch(data)
    assert {answer["status"] for answer in first} == {"created"}
    assert {answer["status"] for answer in again} == {"exists"}
    assert [answer["receipt"] for answer in again] == [answer["receipt"] for answer in first]
    assert (harness.count(), len(harness.said())) == (450, 900)


def test_a_batch_is_an_import_unless_a_line_says_otherwise(harness):
    harness.batch(lines_of(FORM, FORM | {"channel": "hotline", "submitted_at": "2020-03-04 11:20"}), "application/x-ndjson")
    rows = harness.get("/opinions", "reviewer").get_json()["items"]
    assert {row["channel"]: row["told"] for row in rows} == {"hotline": "2020-03-04T11:20:00+08:00", "import": None}


@pytest.mark.parametrize(
    ("data", "kind", "status", "named"),
    [
        (b"", "text/csv", 422, "header"),
        (b"title,colour\na,b\n", "text/csv", 422, "header"),
        ("标题,办理结果\n甲,一\n".encode("gbk"), "text/csv", 422, "header"),
        (b"title,content\n", "text/csv", 400, None),
        (b"", "application/x-ndjson", 400, None),
        (b"[]", "application/json", 415, None),
        (b"a,b", "multipart/form-data", 415, None),
    ],
)
def test_a_batch_that_cannot_begin_is_refused_whole(harness, data, kind, status, named):
    answer = harness.send("/opinions/batch", data, kind, "reviewer")
    assert answer.status_code == status
    assert named is None or named in answer.get_json()["errors"]
    assert harness.count() == 0
