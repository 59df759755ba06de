"""How much intake can still take: the rule, the look that is remembered, and what every way of submitting answers at the end."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from services.contracts.errors import AtCapacity
from services.intake.domain.receipt.receipts import show_receipt
from services.intake.domain.submission.capacity import BYTES_PER_OPINION, MESSAGES_PER_OPINION, CapacityLimits, capacity_left
from services.intake.gateway.capacity import LOOK_SECONDS, LOOK_SHARE, Capacity
from services.intake.handlers.taking import submit_many
from services.intake.store.writing import IntakeStore
from services.runtime.store.outgoing import outbox
from services.runtime.store.outgoing.outbox import outbox_table
from tests.unit.intake.harness import IntakeHarness
from tests.unit.intake.opinions import FORM, submission

NDJSON = {"Content-Type": "application/x-ndjson", "Authorization": "Bearer admin"}


class TestTheRule:
    def test_what_waits_and_what_is_free_both_count(self) -> None:
        limits = CapacityLimits(messages=300, reserve=1_000_000)
        assert capacity_left(0, None, limits) == 300 // MESSAGES_PER_OPINION
        assert capacity_left(60, None, limits) == 240 // MESSAGES_PER_OPINION
        assert capacity_left(0, 1_000_000 + 7 * BYTES_PER_OPINION, limits) == 7
        assert capacity_left(290, 1_000_000 + 7 * BYTES_PER_OPINION, limits) == 10 // MESSAGES_PER_OPINION

    @pytest.mark.parametrize(("waiting", "free"), [(300, None), (301, None), (10**9, 10**15), (0, 0), (0, 1_000_000)])
    def test_it_is_never_less_than_nothing(self, waiting: int, free: int | None) -> None:
        assert capacity_left(waiting, free, CapacityLimits(300, 1_000_000)) == 0

    @pytest.mark.slow
    def test_an_opinion_of_a_citizen_who_can_be_reached_takes_no_more_than_it_is_counted_for(self, harness: IntakeHarness) -> None:
        file = harness.database.url.database
        content = (FORM["content"] * 30)[:500]
        person = {"kind": "citizen", "name": "王小明", "phone": "13800000000", "email": "wang@example.org"}

        def size() -> int:
            with harness.database.reading() as connection:
                pages = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
                return int(connection.exec_driver_sql(pages).scalar_one())

        before = size()
        harness.submit_many(*({"content": content, "submitter": person} for _ in range(400)))
        with harness.database.reading() as connection:
            assert outbox.backlog(connection, harness.clock.now())[0] == 400 * MESSAGES_PER_OPINION, file
        assert 0.5 * BYTES_PER_OPINION < (size() - before) / 400 < BYTES_PER_OPINION


@dataclass
class Watch:
    """A clock that is told how late it is, and that a look at the store takes some time."""

    now: float = 100.0
    look_seconds: float = 0.0
    asked: int = field(default=0)

    def __call__(self) -> float:
        return self.now


class TestTheLook:
    @pytest.fixture
    def watch(self, monkeypatch: pytest.MonkeyPatch) -> Watch:
        watch, ask = Watch(), outbox.backlog

        def backlog(connection, now):
            watch.asked += 1
            watch.now += watch.look_seconds
            return ask(connection, now)

        monkeypatch.setattr(outbox, "backlog", backlog)
        return watch

    def test_the_store_is_asked_once_in_a_while_however_many_come(self, harness: IntakeHarness, watch: Watch) -> None:
        capacity = Capacity(harness.database, CapacityLimits(3000, 0), watch)
        for number in range(500):
            capacity.look()
            capacity.take()
            assert capacity.left() == 999 - number
        assert watch.asked == 1
        watch.now += LOOK_SECONDS
        assert capacity.left() == 1000
        assert watch.asked == 2

    def test_a_look_that_takes_long_is_remembered_longer(self, harness: IntakeHarness, watch: Watch) -> None:
        capacity, watch.look_seconds = Capacity(harness.database, CapacityLimits(3000, 0), watch), 1.0
        capacity.look()
        watch.now += 0.99 / LOOK_SHARE
        capacity.look()
        assert watch.asked == 1
        watch.now += 0.02 / LOOK_SHARE
        capacity.look()
        assert watch.asked == 2

    def test_the_last_one_is_taken_and_the_next_is_not_until_the_relay_has_sent(self, harness: IntakeHarness, watch: Watch) -> None:
        capacity = Capacity(harness.database, CapacityLimits(2 * MESSAGES_PER_OPINION, 0), watch)
        for _ in range(2):
            capacity.look()
            capacity.take()
        with pytest.raises(AtCapacity):
            capacity.take()
        harness.submit()
        watch.now += LOOK_SECONDS
        assert capacity.left() == 1
        send_all(harness)
        watch.now += LOOK_SECONDS
        assert capacity.left() == 2

    def test_of_a_store_that_does_not_answer_nothing_is_told_and_nothing_is_refused(
        self, harness: IntakeHarness, watch: Watch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        capacity, ask = Capacity(harness.database, CapacityLimits(3000, 0), watch), outbox.backlog

        def fail(connection, now):
            raise OperationalError("", None, Exception("away"))

        monkeypatch.setattr(outbox, "backlog", fail)
        assert capacity.left() is None
        capacity.take()
        monkeypatch.setattr(outbox, "backlog", ask)
        watch.now += LOOK_SECONDS
        assert capacity.left() == 1000


def send_all(harness: IntakeHarness) -> None:
    """What a relay does that has a broker."""
    with harness.database.engine.begin() as connection:
        connection.execute(outbox_table.delete())


def fill(harness: IntakeHarness) -> None:
    """From now on there is no room, whatever time it is."""
    full = Capacity(harness.database, CapacityLimits(1, 0), lambda: 0.0)
    for name in ("look", "take", "left"):
        setattr(harness.intake.capacity, name, getattr(full, name))


class TestSubmitting:
    def test_by_the_api_it_is_503_with_when_to_try_again_and_nothing_is_stored(self, harness: IntakeHarness) -> None:
        fill(harness)
        answer = harness.client.post("/api/v1/opinions", json=FORM, headers={"Idempotency-Key": "k" * 22})
        assert (answer.status_code, answer.mimetype, answer.get_json()["type"]) == (
            503,
            "application/problem+json",
            "/problems/no-room",
        )
        assert int(answer.headers["Retry-After"]) == AtCapacity.seconds
        assert "什么都没有保存" in answer.get_json()["detail"]
        assert "nothing was stored" in answer.get_json()["detail"]
        assert stored(harness) == (0, 0)

    def test_the_same_request_is_taken_once_there_is_room(self, harness: IntakeHarness) -> None:
        before = harness.intake.capacity
        fill(harness)
        send = lambda: harness.client.post("/api/v1/opinions", json=FORM, headers={"Idempotency-Key": "k" * 22})  # noqa: E731
        assert send().status_code == 503
        for name in ("look", "take", "left"):
            delattr(before, name)
        assert send().status_code == 201

    def test_what_was_taken_before_is_answered_as_before(self, harness: IntakeHarness) -> None:
        token = {"Authorization": "Bearer admin"}
        form, headers = FORM | {"external_id": "x-1"}, token | {"Idempotency-Key": "k" * 22}
        first = harness.client.post("/api/v1/opinions", json=form, headers=headers)
        fill(harness)
        again = harness.client.post("/api/v1/opinions", json=form, headers=headers)
        known = harness.client.post("/api/v1/opinions", json=form, headers=token)
        assert (again.status_code, again.json) == (201, first.json)
        assert (known.status_code, known.get_json()["receipt"]) == (200, first.get_json()["receipt"])

    def test_by_the_form_the_text_is_kept(self, harness: IntakeHarness) -> None:
        fill(harness)
        key = "a" * 22
        answer = harness.client.post("/opinions", data=FORM | {"key": key})
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, str(AtCapacity.seconds))
        assert "当前提交人数较多，您的意见建议尚未提交" in answer.text
        assert FORM["title"] in answer.text
        assert FORM["content"] in answer.text
        assert key in answer.text
        assert stored(harness) == (0, 0)

    def test_nothing_but_submissions_is_refused(self, harness: IntakeHarness) -> None:
        taken = harness.submit()
        fill(harness)
        path = f"/api/v1/receipts/{show_receipt(taken.receipt)}"
        assert harness.client.get(path).status_code == 200
        assert harness.client.post(f"{path}/withdrawal", json={}).status_code == 201
        assert harness.client.get("/").status_code == 200


def stored(harness: IntakeHarness) -> tuple[int, int]:
    """How many opinions and how many messages."""
    with harness.database.reading() as connection:
        count = lambda table: connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()  # noqa: E731
        return count("opinions"), count("outbox")


def send_batch(harness: IntakeHarness, numbers: range) -> list[dict[str, Any]]:
    lines = "".join(json.dumps(FORM | {"external_id": f"x-{number}"}) + "\n" for number in numbers)
    answer = harness.client.post("/api/v1/opinions/batch", data=lines, headers=NDJSON)
    if answer.status_code != 200:
        return [{"status": answer.status_code, **answer.get_json()}]
    return [json.loads(line) for line in answer.text.splitlines()]


class TestABatch:
    def test_without_any_room_it_is_refused_as_a_whole(self, harness: IntakeHarness) -> None:
        fill(harness)
        (answer,) = send_batch(harness, range(300))
        assert (answer["status"], answer["type"]) == (503, "/problems/no-room")
        assert stored(harness) == (0, 0)

    @pytest.mark.slow
    def test_when_the_room_ends_midway_the_rest_is_told_apart_and_taken_later(self, harness: IntakeHarness) -> None:
        capacity = Capacity(harness.database, CapacityLimits(250 * MESSAGES_PER_OPINION, 0), lambda: 0.0)
        for name in ("look", "take", "left"):
            setattr(harness.intake.capacity, name, getattr(capacity, name))
        answers = send_batch(harness, range(600))
        assert [answer["status"] for answer in answers] == ["created"] * 250 + ["refused"] * 350
        assert all(list(answer["errors"]) == ["room"] for answer in answers[250:])
        assert stored(harness)[0] == 250
        for name in ("look", "take", "left"):
            delattr(harness.intake.capacity, name)
        again = send_batch(harness, range(600))
        assert [answer["status"] for answer in again] == ["exists"] * 250 + ["created"] * 350

    def test_known_lines_are_told_even_without_room(self, harness: IntakeHarness) -> None:
        send_batch(harness, range(10))
        fill(harness)
        assert [answer["status"] for answer in send_batch(harness, range(12))] == ["exists"] * 10 + ["refused"] * 2

    def test_from_the_first_that_has_no_room_on_none_is_taken(self, harness: IntakeHarness) -> None:
        class Opening:
            """Has no room for the second, and room again afterwards."""

            asked = 0

            def take(self) -> None:
                self.asked += 1
                if self.asked == 2:
                    raise AtCapacity("")

        sent = [submission(channel="import")] * 4
        with harness.database.transaction() as work:
            store = IntakeStore(work, harness.vault)
            taken = submit_many(store, replace(harness.sender(), capacity=Opening()), sent, [f"o-{number}" for number in range(4)])
        assert [isinstance(each, AtCapacity) for each in taken] == [False, True, True, True]
        assert stored(harness)[0] == 1
