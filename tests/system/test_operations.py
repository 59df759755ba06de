"""What operators, monitoring and passers-by see: health, series, documents, request ids, closed doors."""

import secrets

import pytest

from tests.system.opinions import submit_many
from tests.system.place import API, difference, eventually

PRODUCT = {
    "huiying_opinions_submitted_total": {"channel"},
    "huiying_opinions_reviewed_total": {"decision"},
    "huiying_assignments_created_total": {"department", "topic"},
    "huiying_assignments_open": {"department", "overdue"},
    "huiying_assignments_concluded_total": {"department", "outcome", "on_time"},
    "huiying_evaluations_total": {"department", "aspect", "rating"},
    "huiying_reminders_total": {"department", "rung"},
    "huiying_reply_seconds_bucket": {"department", "le"},
    "huiying_resolution_ratio": {"department", "variant"},
    "huiying_on_time_ratio": {"department"},
    "huiying_satisfaction_ratio": {"department", "variant"},
    "huiying_promises_total": {"department", "state"},
}
EVERY_PROCESS = {
    "huiying_outbox_pending", "huiying_outbox_oldest_seconds", "huiying_http_requests_total", "huiying_build_info",
    "process_resident_memory_bytes", "process_start_time_seconds",
}  # fmt: skip
PATHS = (
    "/opinions", "/opinions/batch", "/opinions/{}", "/opinions/{}/accept", "/opinions/{}/decline", "/receipts/{}",
    "/receipts/{}/evaluation", "/assignments", "/assignments/{}", "/assignments/{}/sign", "/assignments/{}/progress",
    "/assignments/{}/reply", "/departments", "/topics", "/routes/preview", "/reminders", "/deadlines/explain", "/statistics",
)  # fmt: skip
STAFF_PATHS = ("/opinions", "/opinions/nothing", "/assignments", "/assignments/nothing", "/reminders")


def test_this_machine_submits_as_much_as_it_likes_with_the_limits_that_ship(fast):
    assert set(submit_many(fast.place(), 300)) == {201}


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_the_system_says_that_it_is_well(place, path):
    assert place.ask("GET", path).status_code == 200


def test_the_series_of_the_contract_are_there_with_their_labels(place):
    labels = {name: {label for label, _ in pairs} for name, pairs in place.series()}
    for name, wanted in PRODUCT.items():
        assert labels.get(name) == wanted, name


def test_every_department_has_its_series_and_all_stands_for_the_total(place):
    series = place.series()
    for name in ("huiying_on_time_ratio", "huiying_satisfaction_ratio", "huiying_resolution_ratio"):
        found = {dict(labels)["department"] for known, labels in series if known == name}
        assert found >= {*place.departments(), "all"}, name


@pytest.mark.parametrize("service", ["intake", "routing", "notify", "metrics"])
def test_every_service_has_a_page_of_its_own(place, service):
    names = {name for name, _ in place.series(f"/{service}/metrics")}
    assert names >= EVERY_PROCESS


def test_a_submitted_opinion_moves_the_counters(place):
    def counted():
        series = place.series()
        return {
            name: series.get((name, frozenset(labels.items())), 0.0)
            for name, labels in (
                ("huiying_opinions_submitted_total", {"channel": "hotline"}),
                ("huiying_opinions_reviewed_total", {"decision": "automatic"}),
                ("huiying_assignments_created_total", {"department": "market", "topic": "lifts"}),
            )
        }

    before, statistics = counted(), place.statistics("market")
    place.submit(title="电梯困人", topic="lifts", channel="hotline")
    eventually(lambda: all(counted()[name] >= before[name] + 1 for name in before))
    # An answer is shared for a moment with who asks the same: at first it may be the one from before.
    eventually(lambda: "assigned" in difference(place.statistics("market"), statistics))
    changed = difference(place.statistics("market"), statistics)
    assert (changed["submitted"], changed["accepted"], changed["assigned"]) == (1, 1, 1)


def test_every_rate_stands_with_both_numbers_its_variant_and_its_instant(place):
    answer = place.get("/statistics", by="department,topic")
    assert answer["as_of"]
    for group in (*answer["groups"], answer["total"]):
        for variants in group["rates"].values():
            for fraction in variants.values():
                assert 0 <= fraction["numerator"] <= fraction["denominator"]
                assert (fraction["text"] == "—") is (fraction["denominator"] == 0)


def test_the_http_api_describes_itself(place):
    document = place.ask("GET", f"{API}/openapi.json").json()
    assert document["openapi"].startswith("3.")
    described = {"/".join("{}" if part.startswith("{") else part for part in path.split("/")) for path in document["paths"]}
    assert {path for path in PATHS if not {path, API + path} & described} == set()


def test_the_messages_describe_themselves(place):
    document = place.ask("GET", f"{API}/asyncapi.json").json()
    assert document["asyncapi"].startswith("3.")
    assert {"assignment.created", "command.rejected", "opinion.submitted"} <= set(document["components"]["messages"])


def test_a_request_s_id_comes_back_and_one_is_made_where_there_is_none(place):
    mine = "ticket-4711"
    for path in ("/", f"{API}/departments", f"{API}/statistics", f"{API}/reminders", f"{API}/nothing-here"):
        answer = place.ask("GET", path, headers={"X-Request-ID": mine})
        assert answer.headers.get("X-Request-ID") == mine, path
        assert place.ask("GET", path).headers.get("X-Request-ID") not in (None, "", mine), path


@pytest.mark.parametrize("path", STAFF_PATHS)
def test_staff_s_doors_are_closed_without_a_good_token(place, path):
    for token in (None, "hy_" + secrets.token_urlsafe(32), ""):
        answer = place.ask("GET", API + path, token)
        assert answer.status_code == 401, answer.text
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_receipt_is_the_only_key_and_cannot_be_guessed(place):
    receipts = {place.submit()["receipt"].replace("-", "") for _ in range(20)}
    assert len(receipts) == 20
    assert {len(receipt) for receipt in receipts} == {14}
    known = receipts.pop()
    assert place.ask("GET", f"{API}/receipts/{known.lower()}").status_code == 200
    for guess in (known[:-1] + ("0" if known[-1] != "0" else "1"), known[::-1], "0" * 14, "nonsense"):
        assert place.ask("GET", f"{API}/receipts/{guess}").status_code == 404


def test_an_unknown_address_is_a_problem_document(place):
    answer = place.ask("GET", f"{API}/nothing-here")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")


def test_lists_come_page_by_page_each_item_once(place):
    for _ in range(3):
        place.submit(channel="meeting")
    found = [item["id"] for item in place.pages("/opinions", channel="meeting", limit=2)]
    assert len(found) == len(set(found)) >= 3
    assert found == sorted(found, reverse=True)


def test_deadlines_can_be_explained(place):
    answer = place.get("/deadlines/explain", **{"from": "2026-09-24T10:00:00+08:00", "rule": "5wd"})
    assert "2026-10" in str(answer)
