"""The registers of deputies, groups and stations over HTTP: entering, reading, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from services.contracts.catalogue.model import Checklist, ChecklistEntry, Station
from services.contracts.messages.constituency import DeputyChanged
from services.contracts.messages.opinions import OpinionSubmitted
from services.contracts.people.callers import Caller, Role
from services.runtime.clock import FixedClock
from tests.unit.intake.harness import CALLERS, MIGRATIONS, TOWN, IntakeHarness
from tests.unit.intake.opinions import FORM

ITEMS = {code: ChecklistEntry(code, code) for code in ("sign", "room")}
CHECKLISTS = {
    "eight": Checklist("eight", "八有", "Eight", ITEMS), "centre": Checklist("centre", "中心站", "Centres", ITEMS, central=True),
}  # fmt: skip
STATIONS = {**TOWN.stations, "east": Station("east", "东站", "town", "central")}
PLACE = replace(TOWN, checklists=CHECKLISTS, stations=STATIONS)
ZHOU = {"name": "周敏", "level": "county", "term": "17", "stations": ["central"], "areas": ["town"], "promise": "三天内反馈"}


@pytest.fixture
def place(sqlite_database: Any, clock: FixedClock) -> IntakeHarness:
    made = IntakeHarness(sqlite_database("intake", MIGRATIONS), clock, PLACE)
    made.keep_accounts()
    return made


def put(place: IntakeHarness, path: str, body: dict[str, Any], who: str = "admin", **headers: str) -> Any:
    return place.client.put(f"/api/v1{path}", json=body, headers={"Authorization": f"Bearer {who}", **headers})


def get(place: IntakeHarness, path: str) -> Any:
    return place.client.get(f"/api/v1{path}").get_json()


def test_a_deputy_is_entered_once_and_read_by_everybody(place):
    assert put(place, "/groups/build", {"name": "城建小组", "kind": "professional", "counterpart": "城建工委"}).status_code == 200
    for _ in range(2):
        answer = put(place, "/deputies/WX-017", ZHOU | {"groups": ["build"]})
        assert answer.status_code == 200, answer.get_json()
    read = get(place, "/deputies/WX-017")
    assert {name: read[name] for name in ("code", "name", "state", "groups", "stations", "promise")} == {
        "code": "WX-017", "name": "周敏", "state": "active", "groups": ["build"], "stations": ["central"], "promise": "三天内反馈",
    }  # fmt: skip
    assert get(place, "/groups/build")["members"] == 1
    assert [each["code"] for each in get(place, "/deputies?station=central&group=build&state=active")["items"]] == ["WX-017"]
    assert get(place, "/deputies?station=east")["items"] == []


def test_a_list_of_deputies_goes_on_where_it_ended(place):
    codes = [f"d-{number:02}" for number in range(7)]
    for code in reversed(codes):
        put(place, f"/deputies/{code}", ZHOU)
    read, following = [], ""
    while following is not None:
        page = get(place, f"/deputies?limit=3&cursor={following}" if following else "/deputies?limit=3")
        read += [each["code"] for each in page["items"]]
        following = page["next"]
    assert read == codes


def test_what_is_named_twice_is_kept_once(place):
    answer = put(place, "/deputies/d-1", ZHOU | {"areas": ["town", "town"]})
    assert (answer.status_code, answer.get_json()["areas"]) == (200, ["town"])


@pytest.mark.parametrize(("path", "change", "field"), [
    ("/deputies/d-1", {"name": ""}, "name"), ("/deputies/d-1", {"level": "moon"}, "level"),
    ("/deputies/d-1", {"state": "x"}, "state"),
    ("/deputies/d-1", {"areas": ["nowhere"]}, "areas"), ("/deputies/d-1", {"stations": ["nowhere"]}, "stations"),
    ("/deputies/d-1", {"groups": ["nobody"]}, "groups"), ("/deputies/d-1", {"promise": "x" * 2001}, "promise"),
    ("/deputies/d-1", {"phone": "13800000000"}, "phone"), ("/deputies/-d", {}, "code"), ("/deputies/" + "d" * 41, {}, "code"),
])  # fmt: skip
def test_what_cannot_be_entered_of_a_deputy(place, path, change, field):
    answer = put(place, path, ZHOU | change)
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, [field])
    assert get(place, "/deputies")["items"] == []


def test_whose_office_has_ended_comes_back_with_another_term_only(place):
    put(place, "/deputies/d-1", ZHOU | {"state": "ended"})
    assert put(place, "/deputies/d-1", ZHOU).status_code == 409
    assert put(place, "/deputies/d-1", ZHOU | {"term": "18"}).get_json()["state"] == "active"


@pytest.mark.parametrize(
    ("path", "body", "changed"),
    [
        ("/deputies/d-1", ZHOU, ""),
        ("/groups/g-1", {"name": "环保组", "kind": "professional"}, ""),
        ("/stations/central", {"opening": "周二下午", "mobile": True}, ""),
        ("/stations/central", {"opening": "周二下午", "mobile": True}, "/position"),
    ],
)
def test_a_change_of_what_was_not_read_is_refused(place, path, body, changed):
    unread = {"If-Match": '"1"'}
    assert put(place, path, body, **unread).status_code == 412
    assert put(place, path, body).status_code == 200
    tag, new = place.client.get(f"/api/v1{path}").headers["ETag"], {"address": "广场"} if changed else body
    assert put(place, path + changed, new, **unread).status_code == 412
    assert put(place, path + changed, new, **{"If-Match": tag}).status_code == 200


def test_a_station_of_which_nothing_was_said_has_a_version(place):
    tag = place.client.get("/api/v1/stations/central").headers["ETag"]
    assert put(place, "/stations/central", {"opening": "周二"}, **{"If-Match": tag}).status_code == 200
    assert put(place, "/stations/central", {"opening": "周三"}, **{"If-Match": tag}).status_code == 412


def test_a_station_says_what_is_below_it_when_it_is_open_and_what_it_meets(place):
    stands = {"address": "广场", "latitude": 30.8, "longitude": 120.7}
    body = {"opening": "周二下午", "brand": "周二代表有约", "mobile": True, "position": stands}
    assert put(place, "/stations/central", body).status_code == 200
    put(place, "/deputies/d-1", ZHOU)
    item = {"met_since": "2026-03-01", "checked_by": "代表工委"}
    for checklist, code in (("eight", "sign"), ("eight", "room"), ("centre", "sign")):
        assert put(place, f"/stations/central/checklists/{checklist}/{code}", item).status_code == 200
    central, east = get(place, "/stations")["items"]
    told = {name: central[name] for name in ("parent", "depth", "below", "deputies", "opening", "mobile")}
    assert told == {"parent": None, "depth": 1, "below": 1, "deputies": 1, "opening": "周二下午", "mobile": True}
    assert central["position"] == stands
    assert [(each["checklist"], each["met"], each["of"], each["complete"]) for each in central["checklists"]] == [
        ("eight", 2, 2, True), ("centre", 1, 2, False),
    ]  # fmt: skip
    assert (east["parent"], east["depth"], [each["checklist"] for each in east["checklists"]]) == ("central", 2, ["eight"])
    files = get(place, "/stations/central")["checklists"][1]["items"]
    assert [(each["item"], each["met_since"], each["checked_by"]) for each in files] == [
        ("sign", "2026-03-01", "代表工委"), ("room", None, None),
    ]  # fmt: skip
    dropped = place.client.delete(
        "/api/v1/stations/central/checklists/eight/sign", headers={"Authorization": "Bearer admin"}
    ).get_json()
    assert dropped["checklists"][0]["met"] == 1


@pytest.mark.parametrize("path", [
    "/stations/nowhere", "/stations/nowhere/checklists/eight/sign", "/stations/central/checklists/nine/sign",
    "/stations/central/checklists/eight/pool",
])  # fmt: skip
def test_what_the_catalogue_does_not_have_is_not_found(place, path):
    body = {"met_since": "2026-03-01", "checked_by": "x"} if "checklists" in path else {}
    assert put(place, path, body).status_code == 404


@pytest.mark.parametrize("path", ["/deputies/d-9", "/groups/g-9", "/stations/nowhere"])
def test_what_there_is_not_is_not_found(place, path):
    assert place.client.get(f"/api/v1{path}").status_code == 404


class TestLinking:
    """An opinion's deputy is somebody of the register, where one is kept."""

    @pytest.fixture(autouse=True)
    def registers(self, place: IntakeHarness, monkeypatch: pytest.MonkeyPatch) -> None:
        put(place, "/groups/law", {"name": "法制小组", "kind": "professional"})
        for code, change in (
            ("d-1", {"groups": ["law"]}), ("d-2", {"name": "李强"}), ("d-3", {"name": "李强"}),
            ("d-4", {"name": "吴刚", "state": "ended"}),
        ):  # fmt: skip
            assert put(place, f"/deputies/{code}", ZHOU | change).status_code == 200
        for name, caller in (
            ("deputy", Caller(Role.DEPUTY, token="t20", deputy="d-1")),
            ("suspended", Caller(Role.DEPUTY, token="t21", deputy="d-4")),
            ("east", Caller(Role.STATION, token="t22", station="east")),
            ("centre", Caller(Role.STATION, token="t23", station="central")),
            ("informant", Caller(Role.INFORMANT, token="t24", station="east")),
        ):  # fmt: skip
            monkeypatch.setitem(CALLERS, name, caller)

    @staticmethod
    def told(place: IntakeHarness) -> tuple[str | None, tuple[str, ...] | None]:
        data = [event.data for event in place.said() if isinstance(event.data, OpinionSubmitted)][-1]
        return data.deputy_code, data.groups

    @pytest.mark.parametrize(
        ("word", "expected"), [("d-1", ("d-1", ("law",))), ("周敏", ("d-1", ("law",))), ("d-2", ("d-2", None))]
    )
    def test_by_code_or_by_name(self, place, word, expected):
        answer = place.post("/opinions", FORM | {"deputy": word}, "reviewer")
        assert answer.status_code == 201
        assert self.told(place) == expected
        read = place.get(f"/opinions/{answer.get_json()['id']}", "reviewer").get_json()
        assert (read["deputy_code"], read["deputy"]) == (expected[0], word)
        listed = place.get("/opinions", "reviewer", deputy_code=expected[0]).get_json()["items"]
        assert [each["deputy_code"] for each in listed] == [expected[0]]

    @pytest.mark.parametrize(
        ("word", "reason"), [("李强", "Several"), ("吴刚", "No active"), ("d-4", "No active"), ("D-1", "No active")]
    )
    def test_who_is_no_one_active_deputy_is_refused(self, place, word, reason):
        before = place.count()
        answer = place.post("/opinions", FORM | {"deputy": word}, "reviewer")
        assert (answer.status_code, place.count()) == (422, before)
        assert answer.get_json()["errors"]["deputy"][0].startswith(reason)

    def test_a_code_is_made_for_a_deputy_of_the_register_only(self, place):
        for word, status in (("d-1", 200), ("周敏", 200), ("李强", 422), ("d-4", 422), ("nobody", 422)):
            answer = place.post("/codes", {"kind": "deputy", "deputy": word}, "admin")
            assert answer.status_code == status, word
            if status == 422:
                assert list(answer.get_json()["errors"]) == ["deputy"]
        batches = place.get("/codes/batches", "admin").get_json()["items"]
        assert [each["deputy"] for each in batches] == ["d-1", "d-1"]

    def test_lines_of_a_batch_are_linked_one_by_one(self, place):
        lines = [FORM | {"deputy": word, "external_id": f"x-{word}"} for word in ("d-1", "nobody", "周敏")] + [FORM]
        body = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
        for status in ("created", "exists"):
            answers = place.batch(body, "application/x-ndjson", "reviewer")
            statuses = [each["status"] for each in answers[:3]]
            assert statuses == [status, "refused", status]
        assert list(answers[1]["errors"]) == ["deputy"]

    def test_a_deputy_brings_opinions_in_their_own_name_only(self, place):
        assert place.post("/opinions", FORM | {"channel": "deputy"}, "deputy").status_code == 201
        assert self.told(place) == ("d-1", ("law",))
        assert place.post("/opinions", FORM | {"channel": "deputy", "deputy": "d-2"}, "deputy").status_code == 403
        assert place.post("/opinions", FORM | {"channel": "station"}, "deputy").status_code == 403
        assert place.post("/opinions", FORM | {"channel": "deputy"}, "suspended").status_code == 422

    def test_a_station_takes_down_for_itself_and_those_below_it(self, place):
        for who, station, status in (
            ("east", None, 201), ("east", "east", 201), ("east", "central", 403), ("centre", "east", 201), ("informant", None, 201),
        ):  # fmt: skip
            form = FORM | {"channel": "station"} | ({"station": station} if station else {})
            answer = place.post("/opinions", {**form}, who)
            assert answer.status_code == status, (who, station, answer.get_json())
            if status == 201:
                read = place.get(f"/opinions/{answer.get_json()['id']}", "reviewer").get_json()
                assert read["station"] == (station or "east")
        assert place.post("/opinions", FORM | {"channel": "station", "deputy": "d-1", "station": "east"}, "east").status_code == 201
        assert place.post("/opinions", FORM | {"channel": "hotline"}, "east").status_code == 403


def test_without_a_register_a_deputy_is_a_word_as_ever(place):
    assert place.post("/opinions", FORM | {"deputy": "代表甲"}, "reviewer").status_code == 201


def test_every_change_of_a_deputy_is_told_once(place):
    for state in ("active", "suspended"):
        put(place, "/deputies/d-1", ZHOU | {"state": state})
    told = [(event.subject, event.sequence, event.data.state) for event in place.said() if isinstance(event.data, DeputyChanged)]
    assert told == [("d-1", 1, "active"), ("d-1", 2, "suspended")]


@pytest.mark.parametrize("deputies", [{"d-1": "active"}, {"d-1": "ended", "d-2": "active"}])
def test_a_deputys_card_links_to_a_deputy_in_office_and_is_no_reason_to_refuse_a_citizen(place, deputies):
    put(place, "/deputies/d-1", ZHOU)
    made = place.post("/codes", {"kind": "deputy", "deputy": "d-1", "area": "town", "many": 1}, "admin")
    for code, state in deputies.items():
        put(place, f"/deputies/{code}", ZHOU | {"state": state})
    code = json.loads(made.get_data().splitlines()[1])["code"]
    answer = place.post("/opinions", FORM | {"channel": "qr", "code": code})
    assert answer.status_code == 201, answer.get_json()
    read = place.get(f"/opinions/{answer.get_json()['id']}", "reviewer").get_json()
    assert read["deputy_code"] == ("d-1" if deputies["d-1"] == "active" else None)
