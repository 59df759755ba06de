"""What is entrusted to people over HTTP: who may do what, what each sees, and how bad input is answered."""

from __future__ import annotations

import json

import pytest

from services.accounts.model import Invited, NewGrant
from services.contracts.people.callers import Caller, Role
from services.intake.handlers.submitter import withdraw
from services.intake.schemas.constituency.entrusting import CareShape, EntrustedFile, HopShape
from tests.unit.intake import harness as desks
from tests.unit.intake.harness import Routing

VOTER = {"kind": "citizen", "name": "张三", "phone": "13800000000"}
PEOPLE = {
    "wang": Caller(Role.DEPUTY, token="d1", deputy="wang"),
    "li": Caller(Role.DEPUTY, token="d2", deputy="li"),
    "gone": Caller(Role.DEPUTY, token="d3", deputy="gone"),
    "leaving": Caller(Role.DEPUTY, token="d4", deputy="leaving"),
    "informant": Caller(Role.INFORMANT, token="i1", station="central"),
    "station": Caller(Role.STATION, token="s1", station="central"),
    "strangers": Caller(Role.INFORMANT, token="i2", station="elsewhere"),
    "head": Caller(Role.HEAD, "water", "h1"),
}
DESKS = ("relay", "pass", "take", "feedback", "wait")


@pytest.fixture(scope="module")
def desk(open_harness):
    """A desk with a register of two deputies in office and one who is not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(desks, "CALLERS", {**desks.CALLERS, **PEOPLE})
        made = open_harness()
        made.keep_accounts()
        for code, name, state in (("wang", "王代表", "active"), ("li", "李代表", "active"), ("gone", "钱代表", "ended")):
            enter(made, code, name, state)
        yield made


def enter(desk, code, name, state, term="第十七届"):
    """Enter a deputy of the station in the register."""
    body = {"name": name, "level": "county", "term": term, "state": state, "stations": ["central"]}
    answer = desk.client.put(f"/api/v1/deputies/{code}", json=body, headers={"Authorization": "Bearer admin"})
    assert answer.status_code == 200


@pytest.fixture
def opinion(desk):
    """An opinion that came by the station."""
    return desk.submit(channel="station", station="central", submitter=VOTER, visibility="department").id


def tell(desk, opinion, command, who, **body):
    """The status of a command's answer, and the answer, which says what its shape does."""
    answer = desk.post(f"/opinions/{opinion}/{command}", body, who)
    if answer.status_code == 200:
        shape = HopShape if command.startswith("relay") else CareShape
        assert answer.get_json().keys() == shape().fields.keys()
    return answer.status_code, answer.get_json()


def on(desk, who, duty):
    """The opinions that somebody finds on a desk."""
    return {item["opinion"] for item in desk.get("/entrusted", who, duty=duty).get_json()["items"]}


def test_an_opinion_goes_from_desk_to_desk_until_it_is_fed_back(desk, opinion):
    assert tell(desk, opinion, "entrust", "station", deputy="wang")[1]["state"] == "asked"
    assert opinion in on(desk, "wang", "take")
    status, care = tell(desk, opinion, "take", "wang")
    file = desk.get(f"/entrusted/{opinion}", "wang").get_json()
    assert (file.keys(), file["care"].keys()) == (EntrustedFile().fields.keys(), CareShape().fields.keys())
    assert (status, care["state"], care["owes"]) == (200, "taken", None)
    assert [opinion in on(desk, "wang", duty) for duty in ("take", "wait")] == [False, True]
    assert tell(desk, opinion, "feedback", "wang", how="visit")[0] == 409
    routing = Routing(opinion, desk.clock.now())
    desk.consume(routing.created(), routing.signed(), routing.replied())
    assert opinion in on(desk, "wang", "feedback")
    status, care = tell(desk, opinion, "feedback", "wang", how="visit")
    assert (status, care["state"], care["how"]) == (200, "fed_back", "visit")
    assert not any(opinion in on(desk, "wang", duty) for duty in DESKS)


def test_a_relay_goes_from_desk_to_desk(desk, opinion):
    assert tell(desk, opinion, "relay", "informant", deputy="wang")[0] == 200
    assert opinion in on(desk, "wang", "relay") - on(desk, "informant", "pass")
    assert tell(desk, opinion, "relay/confirm", "wang")[1]["state"] == "taken"
    assert opinion in on(desk, "wang", "pass")
    assert tell(desk, opinion, "relay/pass", "wang")[1]["holder"] == "presidium"
    assert opinion in on(desk, "supervisor", "relay")
    assert tell(desk, opinion, "relay/confirm", "supervisor")[1]["state"] == "taken"
    chain = desk.get(f"/entrusted/{opinion}", "supervisor").get_json()["relay"]
    assert [(hop["holder"], hop["code"]) for hop in chain] == [("informant", "central"), ("deputy", "wang"), ("presidium", None)]
    assert not any(opinion in on(desk, "supervisor", duty) for duty in DESKS)


def test_a_deputy_sees_what_was_entrusted_to_them_and_the_voter_once_they_have_taken_it(desk, opinion):
    tell(desk, opinion, "entrust", "reviewer", deputy="wang")
    before = desk.get(f"/entrusted/{opinion}", "wang").get_json()
    assert (before["title"], before["submitter"]) == (desk.row(opinion)["title"], None)
    tell(desk, opinion, "take", "wang")
    assert desk.get(f"/entrusted/{opinion}", "wang").get_json()["submitter"] == VOTER
    assert desk.get(f"/entrusted/{opinion}", "li").status_code == 404
    tell(desk, opinion, "pass", "wang", deputy="li")
    assert desk.get(f"/entrusted/{opinion}", "wang").status_code == 404
    assert opinion in on(desk, "li", "take")


def test_who_asked_to_be_known_to_the_congress_alone_is_not_shown_to_a_deputy(desk):
    secret = desk.submit(channel="station", station="central", submitter=VOTER, visibility="congress").id
    tell(desk, secret, "entrust", "reviewer", deputy="wang")
    tell(desk, secret, "take", "wang")
    assert desk.get(f"/entrusted/{secret}", "wang").get_json()["submitter"] is None


def test_a_deputy_gives_it_back_to_the_station_which_asks_another(desk, opinion):
    tell(desk, opinion, "entrust", "station", deputy="wang")
    assert tell(desk, opinion, "pass", "wang")[1]["station"] == "central"
    assert opinion in on(desk, "station", "take")
    assert desk.get(f"/entrusted/{opinion}", "station").get_json()["submitter"] is None
    tell(desk, opinion, "entrust", "station", deputy="li")
    assert opinion in on(desk, "li", "take") - on(desk, "station", "take")


@pytest.mark.parametrize("word", ["wang", "王代表"])
def test_the_deputy_whom_an_opinion_names_is_asked_with_it(desk, word):
    body = {"title": "路灯不亮", "content": "坏了两周。", "channel": "deputy", "deputy": word}
    made = desk.post("/opinions", body, "reviewer").get_json()
    assert made["id"] in on(desk, "wang", "take")
    assert [event.type for event in desk.said(made["id"])] == ["opinion.submitted", "opinion.accepted", "duty.set"]
    told = desk.submit(channel="import", deputy=word, submitted_at="2025-03-05T08:00:00+08:00")
    assert told.id not in on(desk, "wang", "take")


def test_letters_go_to_the_accounts_of_those_whom_opinions_name_and_of_the_presidium(desk):
    def invite(_, people):
        for name, role, deputy in (("wang", "deputy", "wang"), ("li", "deputy", "li"), ("chair", "supervisor", None)):
            asked = NewGrant(role, deputy=deputy)
            person = people.add(Invited(f"{name}@example.org", name, asked, email=f"{name}@example.org"))
            if name != "li":
                people.change(person, state="active")

    desk.intake.accounts.change(invite)
    before = len(desk.private())
    lines = [{"title": "路灯不亮", "content": "坏了两周。", "deputy": code} for code in ("王代表", "li", "wang")]
    answers = desk.batch(b"".join(json.dumps(line).encode() + b"\n" for line in lines), "application/x-ndjson")
    opinion = desk.submit(channel="station", station="central").id
    for command, who, body in (
        ("relay", "informant", {"deputy": "wang"}), ("relay/confirm", "wang", {}), ("relay/pass", "wang", {}),
    ):  # fmt: skip
        assert tell(desk, opinion, command, who, **body)[0] == 200
    told = [(event.data.about, event.subject, desk.vault.open(event.data.email)) for event in desk.private()[before:]]
    assert told == [
        ("to_take", answers[0]["id"], "wang@example.org"), ("to_take", answers[2]["id"], "wang@example.org"),
        ("to_relay", opinion, "wang@example.org"), ("to_relay", opinion, "chair@example.org"),
    ]  # fmt: skip


BAD = [
    # (command, who, body, status, field that is named)
    ("entrust", "station", {}, 422, "deputy"),
    ("entrust", "station", {"deputy": "nobody"}, 422, "deputy"),
    ("entrust", "station", {"deputy": "gone"}, 422, "deputy"),
    ("entrust", "station", {"deputy": "wang", "why": "x"}, 422, "why"),
    ("entrust", "strangers", {"deputy": "wang"}, 403, None),
    ("take", "wang", {}, 404, None),
    ("pass", "wang", {"deputy": "li"}, 404, None),
    ("pass", "wang", {"deputy": 7}, 422, "deputy"),
    ("feedback", "wang", {}, 422, "how"),
    ("feedback", "wang", {"how": "pigeon"}, 422, "how"),
    ("feedback", "wang", {"how": "visit"}, 404, None),
    ("relay", "strangers", {}, 404, None),
    ("relay", "informant", {"deputy": "nobody"}, 422, "deputy"),
    ("relay/confirm", "wang", {}, 403, None),
    ("relay/pass", "informant", {"deputy": "wang"}, 403, None),
]  # fmt: skip


@pytest.mark.parametrize(("command", "who", "body", "status", "field"), BAD)
def test_bad_input_of_every_command_is_answered_clearly_and_changes_nothing(desk, opinion, command, who, body, status, field):
    before = len(desk.said(opinion))
    answered, problem = tell(desk, opinion, command, who, **body)
    assert answered == status
    assert problem["detail"]
    assert field is None or field in problem["errors"]
    assert len(desk.said(opinion)) == before


@pytest.mark.slow
@pytest.mark.parametrize(("term", "state"), [("第十八届", "suspended"), ("第十九届", "ended")])
def test_a_deputy_who_leaves_office_acts_and_reads_no_more_and_what_they_owe_goes_back(desk, term, state):
    enter(desk, "leaving", "孙代表", "active", term)
    ended = desk.submit(channel="station", station="central", submitter=VOTER)
    asked, taken, answered, relayed, carried = (
        desk.submit(channel="station", station="central", submitter=VOTER).id for _ in range(5)
    )
    elsewhere = desk.submit(submitter=VOTER).id
    for opinion in (asked, taken, answered, elsewhere):
        assert tell(desk, opinion, "entrust", "reviewer", deputy="leaving")[0] == 200
    for opinion in (taken, answered, elsewhere):
        assert tell(desk, opinion, "take", "leaving")[0] == 200
    routing = Routing(answered, desk.clock.now())
    desk.consume(routing.created(), routing.signed(), routing.replied())
    assert tell(desk, answered, "feedback", "leaving", how="visit")[0] == 200
    for opinion in (relayed, carried, ended.id):
        tell(desk, opinion, "relay", "informant", deputy="leaving")
    for opinion in (carried, ended.id):
        assert tell(desk, opinion, "relay/confirm", "leaving")[1]["state"] == "taken"
    desk.do(withdraw, ended.receipt, None)
    enter(desk, "leaving", "孙代表", state, term)

    assert {asked, taken} <= on(desk, "station", "take")
    assert {relayed, carried} <= on(desk, "informant", "pass")
    assert ended.id not in on(desk, "informant", "pass")
    assert tell(desk, relayed, "relay/pass", "informant", deputy="li")[1]["code"] == "li"
    for deputy in ("wang", "li"):
        assert tell(desk, carried, "relay/pass", "informant", deputy=deputy)[1]["code"] == deputy
    assert tell(desk, carried, "relay/confirm", "li")[1]["state"] == "taken"
    assert tell(desk, elsewhere, "entrust", "reviewer", deputy="li")[1]["deputy"] == "li"
    for command, body in (("take", {}), ("pass", {}), ("feedback", {"how": "visit"}), ("relay/confirm", {}), ("relay/pass", {})):
        assert tell(desk, taken, command, "leaving", **body)[0] == 403, command
    for path in ("/entrusted", f"/entrusted/{taken}", f"/entrusted/{answered}"):
        assert desk.get(path, "leaving").status_code == 403
    # A reply after one that they had fed back is for the station as well.
    desk.consume(routing.reopened(), routing.replied())
    assert answered in on(desk, "station", "take")
    assert tell(desk, taken, "entrust", "station", deputy="wang")[1]["deputy"] == "wang"


def test_a_deputy_whom_somebody_else_replaced_has_passed_nothing_on(desk, opinion):
    for who in ("wang", "li"):
        tell(desk, opinion, "entrust", "reviewer", deputy=who)
    assert tell(desk, opinion, "pass", "wang", deputy="li")[0] == 404
    tell(desk, opinion, "take", "li")
    for _ in range(2):
        assert tell(desk, opinion, "pass", "li", deputy="wang")[1]["deputy"] == "wang"


def test_the_deputy_whom_a_station_names_is_told_once_the_informant_has_confirmed(desk, opinion):
    status, hop = tell(desk, opinion, "relay", "station", deputy="wang")
    assert (status, hop["holder"], hop["state"], hop["then"]) == (200, "informant", "told", "wang")
    assert opinion not in on(desk, "wang", "relay")
    for _ in range(2):
        assert tell(desk, opinion, "relay/confirm", "informant")[1]["state"] == "passed"
    assert opinion in on(desk, "wang", "relay") - on(desk, "informant", "pass")
    assert tell(desk, opinion, "relay/confirm", "wang")[1]["number"] == 2


def test_an_informant_names_another_where_the_one_whom_the_station_named_has_left(desk, opinion):
    enter(desk, "leaving", "孙代表", "active", "第二十届")
    tell(desk, opinion, "relay", "station", deputy="leaving")
    enter(desk, "leaving", "孙代表", "suspended", "第二十届")
    assert tell(desk, opinion, "relay/confirm", "informant")[1]["state"] == "taken"
    assert tell(desk, opinion, "relay/pass", "informant", deputy="wang")[1]["code"] == "wang"


@pytest.mark.parametrize(("deputy", "status"), [("wang", 200), ("gone", 422), ("nobody", 422)])
def test_only_a_deputy_in_office_is_given_a_token_or_an_account(desk, deputy, status):
    asked = {"role": "deputy", "deputy": deputy}
    assert desk.post("/tokens", asked, "admin").status_code == status
    invited = {"grant": asked, "sign_in": f"d-{deputy}", "name": "某代表"}
    assert desk.post("/accounts", invited, "admin").status_code == status


def test_an_opinion_that_there_is_not_is_not_found_by_anybody(desk):
    for command, who, body in (
        ("entrust", "reviewer", {"deputy": "wang"}), ("take", "wang", {}), ("pass", "wang", {}),
        ("feedback", "wang", {"how": "visit"}), ("relay", "informant", {}), ("relay/confirm", "wang", {}),
        ("relay/pass", "wang", {}),
    ):  # fmt: skip
        assert tell(desk, "nothing", command, who, **body)[0] == 404, command
    assert desk.get("/entrusted/nothing", "wang").status_code == 404


@pytest.mark.parametrize("query", [{"duty": "lunch"}, {"duty": "take", "cursor": "%%"}, {"duty": "take", "limit": "0"}])
def test_a_desk_that_there_is_not_is_refused(desk, query):
    assert desk.get("/entrusted", "wang", **query).status_code == 422


def test_a_desk_is_read_on_where_a_page_ends(desk):
    ids = [desk.submit(channel="station", station="central").id for _ in range(3)]
    for each in ids:
        tell(desk, each, "entrust", "reviewer", deputy="li")
    found, cursor = [], None
    while True:
        answer = desk.get("/entrusted", "li", duty="take", limit=2, **({"cursor": cursor} if cursor else {})).get_json()
        found += [item["opinion"] for item in answer["items"]]
        cursor = answer["next"]
        if cursor is None:
            break
    assert [each for each in found if each in ids] == ids
