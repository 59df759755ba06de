"""Who may claim what of an opinion, whose an external id is, and what a station's code says: by form, by JSON, by the batch."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.catalogue.model import CHANNELS
from services.contracts.errors import Conflict, NotAllowed, Refusal
from services.contracts.people.callers import Caller, Role
from services.contracts.people.grants import BY_ROLE, GRANTABLE, PUBLIC, Grant, grant_of
from services.intake.domain.submission.claims import check_claims, check_same, digests
from services.intake.domain.submission.submission import Submission
from tests.unit.intake.harness import CALLERS, TOWN
from tests.unit.intake.opinions import FORM, submission

CODE = "central-7x4k9m2p"
OFFICE = ("reviewer", "supervisor", "admin")
OTHERS = (None, "water", "scraper")
#: What each claim looks like in a body.
CLAIMS: dict[str, dict[str, Any]] = {
    **{f"channel {channel}": {"channel": channel} for channel in CHANNELS if channel != "web"},
    "a deputy": {"deputy": "代表甲"}, "a relay chain": {"relay": ["网格员老周"]}, "an external id": {"external_id": "x-1"},
}  # fmt: skip
PERSON = {"kind": "citizen", "name": "张三", "phone": "13800000000"}
WHOLE = FORM | {
    "channel": "hotline", "topic": "rivers", "station": "central", "location": {"address": "东街桥"}, "submitter": PERSON,
    "cosigners": [PERSON | {"name": "李四"}, {"kind": "group"}], "relay": ["老周", {"role": "deputy", "name": "代表甲"}],
    "deputy": "代表甲", "visibility": "congress", "external_id": "x-1",
}  # fmt: skip
#: One change in each field of a request.
CHANGES: dict[str, Any] = {
    "title": "别的", "content": "别的事。", "channel": "meeting", "topic": "lamps", "station": None,
    "location": {"address": "西街桥"},
    "submitter": PERSON | {"phone": "13900000000"}, "cosigners": [PERSON | {"name": "李四"}], "relay": ["老周"], "deputy": "代表乙",
    "visibility": "public",
}  # fmt: skip


def errors_of(kind: type[Refusal], act: Callable[[], None]) -> set[str]:
    """The fields that are named when something is refused; none when it is not."""
    try:
        act()
    except kind as error:
        return set(error.errors)
    return set()


@pytest.mark.parametrize("claim", CLAIMS)
def test_what_changes_how_a_case_is_treated_needs_a_token_that_grants_it(harness, claim):
    (field,) = CLAIMS[claim]
    for who in OTHERS:
        answer = harness.post("/opinions", FORM | CLAIMS[claim], who)
        assert (answer.status_code, list(answer.get_json()["errors"])) == (403, [field]), who
    assert harness.count() == 0
    assert harness.post("/opinions", FORM | CLAIMS[claim], "reviewer").status_code == 201


@pytest.mark.parametrize("channel", ["hotline", "relay", "deputy"])
def test_a_token_grants_what_it_names_and_web_and_nothing_else(harness, monkeypatch, channel):
    monkeypatch.setitem(CALLERS, "hotline", Caller(Role.REVIEWER, None, "t9", frozenset({channel}), "hotline-12345"))
    allowed = {name for name, claim in CLAIMS.items() if harness.post("/opinions", FORM | claim, "hotline").status_code == 201}
    named = {"hotline": {"channel hotline"}, "relay": {"a relay chain"}, "deputy": {"channel deputy", "a deputy"}}
    assert allowed == named[channel] | {"an external id"}
    assert harness.post("/opinions", FORM, "hotline").status_code == 201


def test_a_line_of_a_batch_is_held_to_the_same(harness, monkeypatch):
    monkeypatch.setitem(CALLERS, "hotline", Caller(Role.REVIEWER, None, "t9", frozenset({"hotline"}), "hotline-12345"))
    lines = [
        FORM | {"channel": "hotline"},
        FORM,
        FORM | {"channel": "hotline", "deputy": "代表甲"},
        FORM | {"code": CODE, "channel": "qr"},
    ]
    data = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    answers = harness.batch(data, "application/x-ndjson", "hotline")
    assert [list(answer.get("errors", {})) for answer in answers] == [[], ["channel"], ["deputy"], []]


def test_every_role_has_its_row_and_what_it_grants():
    assert set(BY_ROLE) == set(Role)
    assert {role for role, grant in BY_ROLE.items() if grant == PUBLIC} == {"department", "head", "scraper"}
    assert BY_ROLE["deputy"].channels == {"web", "deputy", "meeting"}
    assert BY_ROLE["station"].channels == {"web", "station", "mobile_station", "qr", "meeting", "campaign"}
    assert BY_ROLE["informant"].channels == {"web", "station"}
    assert all(BY_ROLE[role].channels == set(GRANTABLE) for role in OFFICE)


@given(
    granted=st.frozensets(st.sampled_from(GRANTABLE)), source=st.none() | st.just("s"), channel=st.sampled_from(CHANNELS),
    claims=st.frozensets(st.sampled_from(("deputy", "relay", "external_id"))), coded=st.booleans(),
)  # fmt: skip
def test_a_claim_passes_exactly_when_it_is_granted(granted, source, channel, claims, coded):
    claimed = submission(channel=channel, **{name: ["x"] if name == "relay" else "x" for name in claims})
    fine = {
        "channel": channel in granted or (coded and channel == "qr"), "deputy": "deputy" in granted, "relay": "relay" in granted,
        "external_id": source is not None,
    }  # fmt: skip
    refused = {name for name in ("channel", *claims) if not fine[name]}
    assert errors_of(NotAllowed, lambda: check_claims(Grant(granted, source), claimed, coded=coded)) == refused


class TestExternalIds:
    def test_two_senders_may_use_the_same_and_each_gets_its_own_receipt_again(self, harness):
        callers = ("reviewer", "admin", "supervisor")
        first, again = ([harness.post("/opinions", WHOLE, who) for who in callers] for _ in range(2))
        assert [answer.status_code for answer in (*first, *again)] == [201, 201, 201, 200, 200, 200]
        assert len({answer.get_json()["receipt"] for answer in first}) == 3
        assert [answer.get_json()["receipt"] for answer in first] == [answer.get_json()["receipt"] for answer in again]
        assert [answer.get_json()["cosigners"] for answer in first] == [answer.get_json()["cosigners"] for answer in again]
        found = harness.get("/opinions", "admin", external_id="x-1").get_json()["items"]
        assert {item["source"] for item in found} == set(callers)

    @pytest.mark.parametrize("who", OTHERS)
    def test_who_reads_the_fields_does_not_get_the_receipt_and_a_stranger_takes_no_number(self, harness, who):
        receipt = harness.post("/opinions", WHOLE, "admin").get_json()["receipt"]
        for body in (WHOLE, FORM | {"external_id": "x-1"}, FORM | {"external_id": "x-2"}):
            answer = harness.post("/opinions", body, who)
            assert answer.status_code == 403
            assert receipt not in answer.text
        assert harness.post("/opinions", WHOLE | {"external_id": "x-2"}, "admin").status_code == 201

    @pytest.mark.parametrize("field", CHANGES)
    def test_a_corrected_row_is_told_what_differs_and_changes_nothing(self, harness, field):
        first = harness.post("/opinions", WHOLE, "admin").get_json()
        for changed in (CHANGES[field], None) if field not in ("title", "content", "channel", "visibility") else (CHANGES[field],):
            body = {name: value for name, value in (WHOLE | {field: changed}).items() if value is not None}
            answer = harness.post("/opinions", body, "admin")
            named = {field, "area"} if field == "station" else {field}
            assert (answer.status_code, set(answer.get_json()["errors"])) == (409, {"external_id"} | named)
            assert first["receipt"] not in answer.text
        assert harness.post("/opinions", WHOLE, "admin").get_json() == first
        assert harness.count() == 1

    def test_a_batch_tells_the_same_of_a_row(self, harness):
        data = b"external_id,title,content,channel\nx-1,T,C,hotline\n"
        (first,), (again,) = harness.batch(data, who="admin"), harness.batch(data, who="admin")
        assert (first["status"], again["status"], first["receipt"]) == ("created", "exists", again["receipt"])
        (changed,) = harness.batch(data.replace(b"hotline", b"meeting"), who="admin")
        assert (changed["status"], set(changed["errors"])) == ("refused", {"external_id", "channel"})
        (other,) = harness.batch(data, who="reviewer")
        assert (other["status"], other["receipt"] == first["receipt"]) == ("created", False)

    def test_what_is_empty_or_said_in_other_words_is_the_same(self, harness):
        first = harness.post("/opinions", WHOLE, "admin").get_json()
        same = WHOLE | {"topic": "河道", "area": "town", "cosigners": [*WHOLE["cosigners"]], "title": f" {WHOLE['title']} "}
        assert harness.post("/opinions", same, "admin").get_json()["receipt"] == first["receipt"]
        one = FORM | {"external_id": "x-2"}
        plain = harness.post("/opinions", one, "admin").get_json()
        empty = one | {"topic": None, "relay": [], "cosigners": None, "location": {}}
        assert harness.post("/opinions", empty, "admin").get_json()["receipt"] == plain["receipt"]

    @pytest.mark.parametrize("content", [False, True])
    def test_an_erased_case_does_not_come_back_by_its_number(self, harness, content):
        first = harness.post("/opinions", WHOLE, "admin").get_json()
        harness.post(f"/opinions/{first['id']}/erasure", {"content": content}, "admin")
        answer = harness.post("/opinions", WHOLE, "admin")
        errors = answer.get_json()["errors"]
        assert (answer.status_code, "submitter" in errors, "content" in errors) == (409, True, content)
        assert first["receipt"] not in answer.text

    def test_what_an_earlier_version_took_is_the_offices_to_meet_again(self, harness):
        first = harness.submit(external_id="x-1")
        harness.change(first.id, source=None, given=None)
        for who in OFFICE:
            assert harness.post("/opinions", FORM | {"external_id": "x-1"}, who).get_json()["id"] == first.id
        assert harness.post("/opinions", FORM | {"external_id": "x-1", "content": "别的"}, "admin").status_code == 409
        assert harness.count() == 1


_TEXTS = st.sampled_from(("甲", "乙", ""))
_FORMS = st.fixed_dictionaries({}, optional={
    "title": _TEXTS, "topic": st.none() | _TEXTS, "relay": st.lists(_TEXTS, max_size=2),
    "submitter": st.none() | st.fixed_dictionaries({}, optional={"name": _TEXTS, "phone": st.none() | _TEXTS}),
})  # fmt: skip


def told(form: dict[str, Any], name: str) -> Any:
    """What a field says, or something false when it says nothing."""
    value = form.get(name)
    if isinstance(value, dict):
        return {part: text for part, text in value.items() if text}
    return [text for text in value if text] if isinstance(value, list) else value or None


def as_sent(form: dict[str, Any]) -> Submission:
    """A form whose title and submitter may say nothing."""
    person = form.get("submitter")
    kind = {"kind": "", **person} if person is not None else None
    return submission(**{"title": "", **form, "submitter": kind})


@given(first=_FORMS, second=_FORMS)
def test_requests_differ_exactly_in_the_fields_that_say_something_else(first, second):
    differing = {name for name in {*first, *second} if (told(first, name) or None) != (told(second, name) or None)}
    errors = errors_of(Conflict, lambda: check_same(digests(as_sent(first)), digests(as_sent(second))))
    assert errors - {"external_id"} == differing


class TestPlaces:
    @pytest.mark.parametrize(("given_", "status"), [
        ({"station": "central"}, 201), ({"station": "central", "area": "town"}, 201), ({"area": "east"}, 201),
        ({"station": "central", "area": "east"}, 422),
    ])  # fmt: skip
    def test_the_area_follows_from_the_station(self, harness, given_, status):
        answer = harness.post("/opinions", FORM | given_)
        assert answer.status_code == status
        if status == 422:
            assert list(answer.get_json()["errors"]) == ["area"]
        else:
            row = harness.row(answer.get_json()["id"])
            assert (row["area"], row["station"]) == (given_.get("area", "town"), given_.get("station"))

    def test_a_code_says_channel_station_and_area(self, harness):
        for who, said in product((None, "water", "admin"), ({}, {"channel": "qr"}, {"station": "central", "area": "town"})):
            taken = harness.post("/opinions", FORM | {"code": CODE} | said, who).get_json()
            row = harness.row(taken["id"])
            assert (row["channel"], row["station"], row["area"]) == ("qr", "central", "town")

    @pytest.mark.parametrize(("said", "field"), [
        ({"code": "central"}, "code"), ({"code": CODE, "station": "base"}, "station"), ({"code": CODE, "area": "east"}, "area"),
        ({"code": CODE, "channel": "hotline"}, "channel"),
    ])  # fmt: skip
    def test_what_a_code_does_not_say_is_not_taken_beside_it(self, harness, said, field):
        answer = harness.post("/opinions", FORM | said)
        assert (answer.status_code, list(answer.get_json()["errors"])) == (422, [field])
        assert TOWN.station_with_code("") is None

    @pytest.mark.slow
    def test_the_form_behind_a_code_is_counted_as_qr(self, harness):
        page = harness.client.get(f"/c/{CODE}").text
        assert f'name="code" value="{CODE}"' in page
        assert 'name="station"' not in page
        assert TOWN.stations["central"].name in page
        assert harness.client.post("/opinions", data=FORM | {"code": CODE}).status_code == 303
        (row,) = harness.get("/opinions", "admin").get_json()["items"]
        assert (row["channel"], row["station"], row["area"]) == ("qr", "central", "town")

    def test_a_poster_with_an_old_code_leads_to_the_form_all_the_same(self, harness):
        assert 'href="/"' in harness.client.get("/c/nobody-knows-it").text
        answer = harness.client.post("/opinions", data=FORM | {"code": "nobody-knows-it"})
        assert (answer.status_code, "二维码已失效" in answer.text, FORM["content"] in answer.text) == (422, True, True)
        assert harness.count() == 0

    def test_an_address_that_names_a_station_still_chooses_it_and_is_web(self, harness):
        assert 'value="central" selected' in harness.client.get("/?station=central").text
        harness.client.post("/opinions", data=FORM | {"station": "central"})
        (row,) = harness.get("/opinions", "admin").get_json()["items"]
        assert (row["channel"], row["station"], row["area"]) == ("web", "central", "town")


def test_a_callers_grant_is_what_its_token_names_else_its_roles():
    assert Caller().grant == PUBLIC
    assert Caller(Role.ADMIN).grant == BY_ROLE["admin"]
    named = Caller(Role.DEPARTMENT, "water", "t", frozenset({"mobile_station"}), "water-desk").grant
    assert named == Grant(frozenset({"web", "mobile_station"}), "water-desk")
    assert grant_of("admin", None, "hotline-12345").sources == ("hotline-12345", "")
