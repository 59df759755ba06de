from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from services.contracts.people.callers import Role
from services.runtime.web.access.audit import AuditEntry, listing
from tests.integration.relaying import until
from tests.unit.runtime.harness import WebHarness

Open = Callable[..., WebHarness]
REVIEWING = AuditEntry("r-1", "intake", "t-1", "reviewer", None, "POST", "/api/v1/opinions/accept", None)


def told(line: Mapping[str, Any]) -> tuple[Any, ...]:
    return (line["role"], line["method"], line["route"], line["subject"], line["status"])


class TestLines:
    @pytest.mark.slow
    def test_who_read_personal_data_is_written_down(self, harness: Open) -> None:
        place = harness()
        place.ask("GET", "/api/v1/opinions/o-7", role=Role.DEPARTMENT, headers={"X-Request-ID": "request-1"})
        (line,) = place.lines()
        assert (line["token"], line["party"]) == (place.ids[Role.DEPARTMENT], "water")
        assert (line["service"], line["request"]) == ("demo", "request-1")
        assert told(line) == ("department", "GET", "/api/v1/opinions/<opinion>", "o-7", 200)
        assert line["at"] == place.clock.instant

    def test_reading_what_is_not_personal_leaves_no_line(self, harness: Open) -> None:
        place = harness()
        assert place.ask("GET", "/api/v1/opinions", role=Role.ADMIN).status_code == 200
        assert place.lines() == []

    def test_what_strangers_do_leaves_no_line(self, harness: Open) -> None:
        place = harness()
        assert place.ask("POST", "/api/v1/opinions", json={}).status_code == 201
        assert place.ask("GET", "/api/v1/opinions/o-7").status_code == 401
        assert place.lines() == []

    def test_what_a_request_made_is_its_subject(self, harness: Open) -> None:
        place = harness()
        place.ask("POST", "/api/v1/opinions", role=Role.REVIEWER, json={})
        assert [told(line) for line in place.lines()] == [("reviewer", "POST", "/api/v1/opinions", "o-1", 201)]

    def test_a_decision_about_many_leaves_a_line_for_each(self, harness: Open) -> None:
        place = harness()
        place.ask("POST", "/api/v1/opinions/accept", role=Role.REVIEWER)
        lines = place.lines()
        assert sorted(line["subject"] for line in lines) == ["o-1", "o-2"]
        assert {line["status"] for line in lines} == {200}
        assert len({line["request"] for line in lines}) == 1

    def test_what_was_tried_and_refused_is_written_down_too(self, harness: Open) -> None:
        place = harness()
        place.ask("POST", "/api/v1/opinions/o-7/decline", role=Role.REVIEWER)
        place.ask("POST", "/api/v1/opinions/o-7/decline", role=Role.SUPERVISOR)
        place.ask("POST", "/api/v1/opinions/o-7/decline", role=Role.REVIEWER, json={"unknown": 1}, query_string="x=1")
        assert [line["status"] for line in place.lines()] == [409, 403, 422]

    def test_what_is_done_at_a_page_is_written_down_with_the_name_of_the_person(self, harness: Open) -> None:
        place = harness()
        place.sign_in(Role.REVIEWER)
        place.ask("POST", "/office/opinions/o-7/decline", data={"csrf": "wrong"})
        (line,) = place.lines()
        assert told(line) == ("reviewer", "POST", "/office/opinions/<opinion>/decline", "o-7", 403)
        assert (line["token"], line["person"], line["name"]) == (None, place.person(Role.REVIEWER), "王reviewer")

    def test_a_receipt_is_a_key_and_stands_in_no_line(self, harness: Open) -> None:
        place = harness()
        place.ask(
            "POST", "/api/v1/receipts/7K3QX9M2DR4TWA/withdrawal", headers={"Authorization": f"Bearer {place.tokens[Role.ADMIN]}"}
        )
        (line,) = place.lines()
        assert (line["subject"], line["route"]) == (None, "/api/v1/receipts/<receipt>/withdrawal")
        assert "7K3Q" not in str(line)

    @pytest.mark.parametrize("address", ["%E2%80%AE", "x" * 3000, "a%E2%80%8Bb"])
    def test_an_address_that_could_harm_the_store_is_kept_harmless(self, harness: Open, address: str) -> None:
        place = harness()
        assert place.ask("GET", f"/api/v1/opinions/{address}", role=Role.ADMIN).status_code == 200
        (line,) = place.lines()
        assert len(line["subject"] or "") <= 200
        assert (line["subject"] or "").isprintable()


class TestDurability:
    def test_nothing_is_shown_or_done_while_the_trail_cannot_be_written(
        self, harness: Open, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        place = harness()
        assert place.ask("GET", "/api/v1/opinions/o-7", role=Role.ADMIN).status_code == 200

        def away(_: object) -> None:
            raise OperationalError("INSERT", {}, Exception("disk full"))

        monkeypatch.setattr(place.database, "write", away)
        answer = place.ask("GET", "/api/v1/opinions/o-7", role=Role.ADMIN)
        assert answer.status_code == 503
        assert "INSERT" not in answer.text
        assert "disk full" not in answer.text
        assert place.ask("GET", "/api/v1/opinions", role=Role.ADMIN).status_code == 200
        assert place.ask("POST", "/api/v1/opinions", json={}).status_code == 201

    def test_a_line_is_there_before_the_request_goes_on_and_has_no_status_until_it_ends(self, harness: Open) -> None:
        place = harness()
        line_id = place.audit_log.begin(REVIEWING)
        (line,) = listing(place.database, since=None, wanted={}, limit=9)
        assert (line["id"], line["status"]) == (line_id, None)
        place.audit_log.end(line_id, REVIEWING, 200, [])
        assert [each["status"] for each in place.lines()] == [200]

    @pytest.mark.slow
    def test_how_a_request_ended_is_written_down_by_itself(self, harness: Open) -> None:
        place = harness()
        place.audit_log.end(place.audit_log.begin(REVIEWING), REVIEWING, 200, [])
        until(lambda: listing(place.database, since=None, wanted={}, limit=9)[0]["status"] == 200)

    @pytest.mark.slow
    def test_many_requests_share_a_commit(self, harness: Open) -> None:
        place, commits = harness(), list[int]()

        def commit(_: object) -> None:
            # As long as a disk takes: a store in memory is done before anybody else comes, where one core does it all.
            commits.append(1)
            time.sleep(0.002)

        sa.event.listen(place.database.engine, "commit", commit)

        def work() -> None:
            for _ in range(25):
                place.audit_log.end(place.audit_log.begin(REVIEWING), REVIEWING, 200, [])

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        lines = place.lines()
        assert (len(lines), {line["status"] for line in lines}) == (200, {200})
        assert len(commits) < 200
