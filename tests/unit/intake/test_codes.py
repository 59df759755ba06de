"""Printed codes: what they are for, making thousands of them exactly once, their life, and what comes by them."""

from __future__ import annotations

import json
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.errors import Conflict, Invalid
from services.intake.domain.constituency.codes import (
    CODE_LENGTH,
    CodeKind,
    CodeState,
    Placement,
    PrintedCode,
    new_code,
    read_code,
)
from services.intake.domain.receipt.crockford import ALPHABET
from services.intake.store.constituency import codes as store
from tests.unit.intake.harness import TOWN
from tests.unit.intake.opinions import FORM, MORNING

KEY = "a-key-that-nobody-guesses"
HOUSEHOLDS = {"kind": "household", "area": "east", "station": "central"}


def lines(answer):
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.get_data().splitlines()]


def made(harness, many=1, who="admin", **order):
    """The codes of a new batch."""
    return [line["code"] for line in lines(harness.post("/codes", HOUSEHOLDS | {"many": many} | order, who))[1:-1]]


def by(harness, code, **fields):
    return harness.post("/opinions", FORM | {"code": code} | fields)


# What a code is.


@given(st.integers(0, 2**45 - 1), st.integers(0, CODE_LENGTH - 1), st.sampled_from(ALPHABET))
def test_one_mistyped_character_is_noticed_and_how_it_is_written_does_not_matter(number, place, other):
    rest = iter(range(2**20))
    code = new_code(lambda _: number + next(rest) & 2**45 - 1)
    assert len(code) == CODE_LENGTH
    assert read_code(f" {code[:5].lower()}-{code[5:]} ".replace("1", "l").replace("0", "O")) == code
    if code[place] != other:
        assert read_code(code[:place] + other + code[place + 1 :]) is None


@pytest.mark.parametrize(("given", "wrong"), [
    ({"kind": "station"}, "station"), ({"kind": "mobile", "area": "east"}, "station"), ({"kind": "household"}, "area"),
    ({"kind": "deputy"}, "deputy"), ({"kind": "activity", "station": "central"}, "label"), ({"kind": "enterprise"}, "area"),
    (HOUSEHOLDS | {"label": "王建国家"}, "label"), (HOUSEHOLDS | {"area": "nowhere"}, "area"),
    (HOUSEHOLDS | {"station": "nowhere"}, "station"), (HOUSEHOLDS | {"many": 0}, "many"), (HOUSEHOLDS | {"many": 20_001}, "many"),
    ({"kind": "door"}, "kind"), (HOUSEHOLDS | {"household": "三号楼"}, "household"),
])  # fmt: skip
def test_an_order_that_cannot_be_carried_out_says_which_field(harness, given, wrong):
    answer = harness.post("/codes", given, "admin")
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, [wrong])


def test_the_area_of_a_code_is_its_stations_or_lies_in_it():
    assert Placement(CodeKind.STATION, station="central").check(TOWN).area == "town"
    assert Placement(CodeKind.HOUSEHOLD, "east", "central").check(TOWN).area == "east"


# Making them.


@pytest.mark.slow
def test_thousands_are_made_with_progress_each_once_however_often_it_is_asked(harness):
    order = HOUSEHOLDS | {"many": 2_500}
    first = lines(harness.post("/codes", order, "admin", Idempotency_Key=KEY))
    assert (first[0]["many"], first[-1]) == (2_500, {"batch": first[0]["batch"], "made": 2_500})
    assert [line["number"] for line in first[1:-1]] == list(range(1, 2_501))
    assert len({line["code"] for line in first[1:-1]}) == 2_500
    assert first[1]["address"] == f"http://localhost/c/{first[1]['code']}"
    assert lines(harness.post("/codes", order, "admin", Idempotency_Key=KEY)) == first
    assert harness.post("/codes", order | {"many": 2}, "admin", Idempotency_Key=KEY).status_code == 409
    # A batch is one message with its count, and names no code.
    (event,) = harness.said()
    assert (event.type, event.data.many, event.data.kind, event.data.area) == ("code.issued", 2_500, "household", "east")


def test_what_was_interrupted_goes_on_where_it_stopped(harness):
    answer = iter(harness.post("/codes", HOUSEHOLDS | {"many": 1_500}, "admin", Idempotency_Key=KEY).response)
    batch = json.loads(next(answer))["batch"]
    assert b'"number":1,' in next(answer)
    # Here the connection ends: what comes after the first portion is not made.
    with harness.database.reading() as connection:
        before = store.made_after(connection, batch, 0, 2_000)
    assert (len(before), harness.said()) == (1_000, [])
    after = lines(harness.post("/codes", HOUSEHOLDS | {"many": 1_500}, "admin", Idempotency_Key=KEY))
    assert [(line["number"], line["code"]) for line in after[1:1001]] == before
    assert (len(after), [event.type for event in harness.said()]) == (1_502, ["code.issued"])


def test_the_same_as_a_table(harness):
    answer = harness.post("/codes", HOUSEHOLDS | {"many": 3}, "admin", Accept="text/csv")
    assert answer.mimetype == "text/csv"
    heading, *rows = answer.text.split()
    assert heading == "number,code,address"
    assert [row.split(",")[0] for row in rows] == ["1", "2", "3"]


def test_batches_and_their_codes_are_listed(harness):
    first, second = made(harness, 2), made(harness, 3, area="town")
    found = harness.get("/codes/batches", "admin", limit=1).get_json()
    assert [(item["area"], item["many"], item["states"]["issued"]) for item in found["items"]] == [("town", 3, 3)]
    other = harness.get("/codes/batches", "admin", cursor=found["next"]).get_json()["items"]
    assert [item["area"] for item in other] == ["east"]
    shown = harness.get(f"/codes/batches/{found['items'][0]['id']}", "admin", limit=2).get_json()
    rest = harness.get(f"/codes/batches/{found['items'][0]['id']}", "admin", cursor=shown["next"]).get_json()
    assert [item["code"] for item in shown["items"] + rest["items"]] == second
    assert first != second
    assert harness.get("/codes/batches/none", "admin").status_code == 404


# Their life.


@pytest.mark.parametrize("state", CodeState)
@pytest.mark.parametrize("to", [CodeState.INSTALLED, CodeState.REPLACED, CodeState.RETIRED])
def test_a_code_is_put_up_once_and_ends_once(state, to):
    code = PrintedCode("0", "b", 1, state, None, MORNING, Placement(CodeKind.HOUSEHOLD, "east"))
    allowed = state is CodeState.ISSUED or (state is CodeState.INSTALLED and to is not CodeState.INSTALLED)
    if allowed:
        code.move(to, MORNING)
        assert code.state is to
    else:
        with pytest.raises(Conflict):
            code.move(to, MORNING)


@pytest.mark.slow
def test_a_replaced_code_leads_on_to_its_last_successor(harness):
    (first,) = made(harness)
    second = harness.post(f"/codes/{first}/replace", None, "admin", Idempotency_Key=KEY).get_json()["successor"]
    assert harness.post(f"/codes/{first}/replace", None, "admin", Idempotency_Key=KEY).get_json()["successor"] == second
    for act in ("replace", "retire", "install"):
        refused = harness.post(f"/codes/{first}/{act}", None, "admin")
        assert (refused.status_code, f"{second} has taken its place" in refused.get_json()["detail"]) == (409, True)
    third = harness.post(f"/codes/{second.lower()}/replace", None, "admin").get_json()["successor"]
    assert [event.type for event in harness.said()] == ["code.issued", "code.replaced", "code.replaced"]
    assert [event.sequence for event in harness.said()] == [1, 2, 3]
    for code in (first, second, third):
        assert by(harness, code).status_code == 201
        assert f'name="code" value="{third}"' in harness.client.get(f"/c/{code}").text
    harness.post(f"/codes/{third}/retire", None, "admin")
    for code in (first, second, third):
        assert by(harness, code).get_json()["errors"] == {"code": ["This code is no longer in use."]}
        assert harness.client.get(f"/c/{code}").status_code == 410


def test_what_has_no_code_says_so(harness):
    (code,) = made(harness)
    unknown = new_code(secrets.randbits)
    for path in (unknown, "nobody-knows-it", code[:-1]):
        assert harness.client.get(f"/c/{path}").status_code == 404
        assert by(harness, path).get_json()["errors"] == {"code": ["There is no such code."]}
        assert harness.post(f"/codes/{path}/install", None, "admin").status_code == 404
        assert harness.get(f"/codes/{path}", "admin").status_code == 404


# What comes by them.


def test_an_opinion_is_of_the_place_of_its_code_and_the_code_itself_is_not_kept(harness):
    (code,) = made(harness)
    answer = by(harness, f"{code[:5].lower()} {code[5:]}")
    row = harness.row(answer.get_json()["id"])
    assert {name: row[name] for name in ("channel", "station", "area", "code_kind", "campaign")} == {
        "channel": "qr", "station": "central", "area": "east", "code_kind": "household", "campaign": None,
    }  # fmt: skip
    submitted = next(event for event in harness.said() if event.type == "opinion.submitted")
    assert (submitted.data.code_kind, submitted.data.area) == ("household", "east")
    assert code not in json.dumps([str(each) for each in (row, harness.timeline(row["id"]), *harness.outbox())])


@pytest.mark.parametrize(("field", "value"), [("area", "town"), ("channel", "hotline")])
def test_nobody_can_change_what_the_code_says(harness, field, value):
    (code,) = made(harness)
    answer = harness.post("/opinions", FORM | {"code": code, field: value}, "admin")
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, [field])
    assert by(harness, code, area="east", station="central").status_code == 201


def test_a_scan_of_a_deputys_card_names_the_deputy_and_is_no_claim_of_the_sender(harness):
    (code,) = made(harness, kind="deputy", deputy="li-na")
    answer = by(harness, code)
    assert answer.status_code == 201
    found = harness.get(f"/opinions/{answer.get_json()['id']}", "admin").get_json()
    assert (found["deputy"], found["channel"]) == ("li-na", "qr")


def test_the_page_of_a_code_shows_what_is_fixed_and_sends_it(harness):
    (code,) = made(harness, kind="activity", label="接待日")
    page = harness.client.get(f"/c/{code}").text
    assert "中心站" in page
    assert "接待日" in page
    assert 'name="station"' not in page
    sent = harness.client.post("/opinions", data=FORM | {"code": code, "key": "k" * 22})
    assert sent.status_code == 303, sent.text


def test_only_who_keeps_codes_makes_them(harness):
    for who in (None, "reviewer", "supervisor", "water", "scraper"):
        for path, body in (("/codes", HOUSEHOLDS), ("/codes/0000000000/retire", None)):
            assert harness.post(path, body, who).status_code in (401, 403), who
        assert harness.get("/codes/batches", who).status_code in (401, 403)


def test_a_station_keeps_its_own_codes_and_no_others(harness):
    (own,), (other,) = made(harness, who="at-central"), made(harness, station=None)
    for path in (f"/codes/{own}", f"/codes/{other}"):
        assert harness.get(path, "at-central").status_code == (200 if own in path else 404)
        assert harness.get(path, "elsewhere").status_code == 404
    for move in ("install", "replace", "retire"):
        assert harness.post(f"/codes/{own}/{move}", None, "elsewhere").status_code == 404
    (batch,) = harness.get("/codes/batches", "at-central").get_json()["items"]
    assert harness.get("/codes/batches", "elsewhere").get_json()["items"] == []
    for path in ("", "/sheets"):
        assert harness.get(f"/codes/batches/{batch['id']}{path}", "elsewhere").status_code == 404
    answer = harness.post("/codes", HOUSEHOLDS, "elsewhere")
    assert (answer.status_code, list(answer.get_json()["errors"])) == (403, ["station"])


def test_invalid_is_raised_for_an_area_outside_of_the_station():
    with pytest.raises(Invalid):
        Placement(CodeKind.HOUSEHOLD, "nowhere", "central").check(TOWN)
