"""主题征集: what counts for a campaign, by period and place, and what is told to those whose opinion does not."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from services.intake.domain.constituency.campaign import Campaign, CampaignStanding
from tests.unit.intake.harness import TOWN
from tests.unit.intake.opinions import FORM, MORNING

TODAY = MORNING.date()
SPRING = {
    "title": "我为民生实事提建议", "about": "请提出最想办成的一件事。", "begins": str(TODAY),
    "ends": str(TODAY + timedelta(days=30)),
    "areas": ["east"], "target": 200,
}  # fmt: skip


@pytest.fixture
def spring(harness):
    def put(**changes):
        answer = harness.client.put("/api/v1/campaigns/spring", json=SPRING | changes, headers={"Authorization": "Bearer admin"})
        assert answer.status_code == 200, answer.text
        return answer.get_json()

    put()
    return put


def told(harness, **fields):
    """Whether an opinion counts, as its sender is told."""
    answer = harness.post("/opinions", FORM | {"campaign": "spring"} | fields)
    assert answer.status_code == 201, answer.text
    return answer.get_json()["campaign"]["counts"], harness.row(answer.get_json()["id"])


@pytest.mark.parametrize(("days", "standing"), [(-1, "planned"), (0, "running"), (30, "running"), (31, "ended")])
def test_both_ends_of_the_period_belong_to_it(days, standing):
    campaign = Campaign("t", TODAY, TODAY + timedelta(days=30))
    assert campaign.standing(TODAY + timedelta(days=days)) is CampaignStanding(standing)


@pytest.mark.parametrize(("places", "area", "station", "held"), [
    ({}, None, None, True), ({"areas": ("town",)}, "east", None, True), ({"areas": ("east",)}, "town", None, False),
    ({"areas": ("east",)}, None, None, False), ({"stations": ("central",)}, "town", "central", True),
    ({"areas": ("east",), "stations": ("central",)}, "town", "central", True), ({"stations": ("central",)}, "town", None, False),
])  # fmt: skip
def test_a_place_within_or_below_belongs_to_it(places, area, station, held):
    assert Campaign("t", date.min, date.max, **places).is_held_at(TOWN, area, station) is held


def test_an_opinion_counts_within_period_and_place_and_is_told_otherwise(harness, spring):
    counts, row = told(harness, area="east")
    assert (counts, row["campaign"]) == (True, "spring")
    counts, row = told(harness, area="town")
    assert (counts, row["campaign"]) == (False, None)
    spring(ends=str(TODAY))
    harness.clock.instant += timedelta(days=1)
    counts, row = told(harness, area="east")
    assert (counts, row["campaign"]) == (False, None)
    submitted = [event.data.campaign for event in harness.said() if event.type == "opinion.submitted"]
    assert submitted == ["spring", None, None]
    shown = harness.get("/campaigns/spring").get_json()
    assert (shown["opinions"], shown["target"], shown["standing"]) == (1, 200, "ended")
    assert [each["code"] for each in harness.get("/campaigns").get_json()["items"]] == ["spring"]


def test_what_was_closed_early_counts_no_more(harness, spring):
    assert spring(closed=True)["standing"] == "closed"
    assert told(harness, area="east")[0] is False


def test_a_code_of_a_campaign_counts_for_it_and_after_its_end_for_its_place_alone(harness, spring):
    order = {"kind": "household", "area": "east", "station": "central", "campaign": "spring"}
    answer = harness.post("/codes", order, "admin", Accept="text/csv")
    code = answer.text.split()[1].split(",")[1]
    counts, row = told(harness, code=code)
    assert (counts, row["campaign"], row["code_kind"]) == (True, "spring", "household")
    harness.clock.instant += timedelta(days=31)
    counts, row = told(harness, code=code)
    assert (counts, row["campaign"], row["code_kind"], row["area"]) == (False, None, "household", "east")


@pytest.mark.parametrize(("changes", "wrong"), [
    ({"ends": "2020-01-01"}, "ends"), ({"areas": ["nowhere"]}, "areas"), ({"stations": ["nowhere"]}, "stations"),
    ({"target": 0}, "target"), ({"title": ""}, "title"), ({"begins": "soon"}, "begins"), ({"goal": 5}, "goal"),
])  # fmt: skip
def test_a_campaign_that_cannot_be_says_which_field(harness, changes, wrong):
    answer = harness.client.put("/api/v1/campaigns/spring", json=SPRING | changes, headers={"Authorization": "Bearer admin"})
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, [wrong])


def test_what_there_is_not_is_refused_and_nobody_else_sets_one_up(harness):
    answer = harness.post("/opinions", FORM | {"campaign": "autumn"})
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, ["campaign"])
    assert harness.get("/campaigns/autumn").status_code == 404
    assert harness.post("/codes", {"kind": "station", "station": "central", "campaign": "autumn"}, "admin").status_code == 422
    for who in (None, "reviewer", "at-central", "water"):
        headers = {"Authorization": f"Bearer {who}"} if who else {}
        answer = harness.client.put("/api/v1/campaigns/spring", json=SPRING, headers=headers)
        assert answer.status_code in (401, 403)


def test_who_scans_a_household_code_may_choose_what_runs_at_its_place_or_is_told_that_nothing_does(harness, spring):
    made = harness.post("/codes", {"kind": "household", "area": "east", "many": 1}, "admin").text
    code = json.loads(made.splitlines()[1])["code"]

    def form():
        return harness.client.get(f"/c/{code}", follow_redirects=True).text

    choice = '<option value="spring">我为民生实事提建议</option>'
    assert choice in form()
    assert "此处目前没有主题征集" not in form()
    # It is chosen for nobody, and what was chosen stays chosen where something else is to be corrected.
    told = {"title": "", "content": "桥灯不亮。", "code": code, "campaign": "spring", "key": "k" * 32}
    again = harness.client.post("/opinions", data=told)
    assert (again.status_code, '<option value="spring" selected>' in again.text) == (422, True)
    sent = harness.client.post("/opinions", data=told | {"title": "桥灯"})
    assert sent.status_code == 303
    assert harness.client.get("/api/v1/campaigns/spring").get_json()["opinions"] == 1
    spring(closed=True)
    assert choice not in form()
    assert "此处目前没有主题征集" in form()


def test_what_everybody_reads_of_a_campaign_holds_no_number_of_a_person(harness):
    body = SPRING | {"title": "征集13912345678", "about": "发至wang@example.org.cn"}
    answer = harness.client.put("/api/v1/campaigns/spring", json=body, headers={"Authorization": "Bearer admin"})
    wrong = {"title": ["leave out a mobile number"], "about": ["leave out an e-mail address"]}
    assert (answer.status_code, answer.get_json()["errors"]) == (422, wrong)
