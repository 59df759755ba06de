import json
import re
from pathlib import Path

import pytest

from services.contracts.definitions import definitions, department_user, hash_password, users
from services.contracts.topology import (
    COMMANDS,
    EVENTS,
    RETRIES,
    SERVICE_QUEUES,
    SERVICES,
    dead_queue,
    department_queue,
    looked_after,
    watched,
)

GOLDEN = Path(__file__).parents[2] / "golden" / "topology.json"
# One code begins with the other, which is what a careless pattern trips over.
DEPARTMENTS = ("water", "water-supply")
ALL = definitions(DEPARTMENTS, dict.fromkeys(users(DEPARTMENTS), "-"))


def rights(user: str) -> dict[str, str]:
    return next(row for row in ALL["permissions"] if row["user"] == user)


def may(user: str, kind: str, name: str) -> bool:
    # RabbitMQ searches the pattern in the name, as re.search does.
    return re.search(rights(user)[kind], name) is not None


def test_the_topology_is_the_golden_one(request: pytest.FixtureRequest) -> None:
    text = json.dumps(ALL, indent=1, ensure_ascii=False) + "\n"
    if request.config.getoption("--golden"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_a_password_is_hashed_as_rabbitmq_hashes_it() -> None:
    # printf '\\xca\\xfe\\xba\\xbetest12' | openssl dgst -sha512 -binary, with the salt before it, in base64
    expected = "yv66vugzM8zDkl6jweDkks8ePzOxFYf0E+NroORIzbqeJOwG4qnduPCncOKjgv0CeoEfcimkjl6bCUUFNOu6B9/DVvo="
    assert hash_password("test12", bytes.fromhex("cafebabe")) == expected


def test_a_department_reads_its_own_queue_and_no_other() -> None:
    user = department_user("water")
    names = [row["name"] for row in ALL["queues"] + ALL["exchanges"]]
    assert [name for name in names if may(user, "read", name)] == [department_queue("water")]
    assert [name for name in names if may(user, "write", name)] == [COMMANDS]
    assert [name for name in names if may(user, "configure", name)] == []


def test_a_department_sends_commands_under_its_own_name_only() -> None:
    rows = {row["exchange"]: row["write"] for row in ALL["topic_permissions"] if row["user"] == department_user("water")}
    assert re.search(rows[COMMANDS], "water.sign")
    assert not any(re.search(rows[COMMANDS], key) for key in ("water-supply.sign", "roads.sign", "x.water.sign", "water.sign.x"))
    assert not re.search(rows[EVENTS], "assignment.signed.water")


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_a_right_on_the_queues_it_counts_and_reads_none_of_them(service: str) -> None:
    # Where messages wait for another try, an exchange has the name of its queue.
    names = {row["name"] for row in ALL["queues"]} - {delay.exchange for delay in RETRIES}
    counted = [name for name in names if may(service, "write", name)]
    seen = {*watched(service, DEPARTMENTS), *looked_after(service, DEPARTMENTS)}
    assert set(counted) == {name for name in seen if not may(service, "read", name)}
    assert all(may(service, "write", name) or may(service, "read", name) for name in seen)
    assert not any(may(service, kind, name) for name in counted for kind in ("configure", "read"))


def test_a_service_says_its_own_kinds_of_events_only() -> None:
    rows = {row["user"]: row["write"] for row in ALL["topic_permissions"] if row["exchange"] == EVENTS}
    assert re.search(rows["intake"], "opinion.accepted.-")
    assert not re.search(rows["intake"], "assignment.created.water")
    assert re.search(rows["routing"], "assignment.created.water")
    assert not re.search(rows["metrics"], "opinion.accepted.-")


def test_nobody_but_the_administrator_goes_without_a_rule_for_both_topic_exchanges() -> None:
    ruled = {(row["user"], row["exchange"]) for row in ALL["topic_permissions"]}
    assert ruled == {(user, exchange) for user in users(DEPARTMENTS)[1:] for exchange in (EVENTS, COMMANDS)}


@pytest.mark.parametrize("queue", [row["name"] for row in ALL["queues"]])
def test_exactly_one_policy_fits_each_queue(queue: str) -> None:
    assert len([policy for policy in ALL["policies"] if re.search(policy["pattern"], queue)]) == 1


def test_policies_import_into_the_oldest_broker_we_know() -> None:
    for policy in ALL["policies"]:
        assert policy["apply-to"] == "queues"
        assert policy["definition"].get("delivery-limit", 1) > 0
        if "dead-letter-exchange" in policy["definition"]:
            assert policy["definition"]["dead-letter-strategy"] == "at-least-once"
            assert policy["definition"]["overflow"] == "reject-publish"


def test_a_department_whose_program_keeps_falling_over_loses_nothing() -> None:
    policy = next(each for each in ALL["policies"] if re.search(each["pattern"], department_queue("water")))
    assert policy["definition"]["delivery-limit"] >= 1_000_000


def test_the_type_is_the_only_argument_of_a_queue() -> None:
    assert all(row["arguments"] == {"x-queue-type": "quorum"} for row in ALL["queues"])


def test_every_queue_of_a_service_has_a_place_for_what_it_cannot_handle() -> None:
    bound = {(row["source"], row["routing_key"], row["destination"]) for row in ALL["bindings"]}
    for queue in SERVICE_QUEUES:
        assert ("huiying.dead", queue.name, dead_queue(queue.name)) in bound
        assert ("huiying.requeue", queue.name, queue.name) in bound


def test_a_user_without_a_password_is_left_out_with_all_its_rights() -> None:
    some = definitions(DEPARTMENTS, {"intake": "-"})
    assert [row["name"] for row in some["users"]] == ["intake"]
    assert {row["user"] for row in some["permissions"] + some["topic_permissions"]} == {"intake"}
