"""The checker finds what is planted: each case is a whole and sound record of one opinion in which one thing is made wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.faults.checker import Finding, copies, judge
from tests.faults.evidence import Event, Evidence, Letter

OPINION, ASSIGNMENT, QUEUE = "o-1", "a-1", "department.power"
SIGN, REPLY = "sign-1", "reply-1"
PUBLISHED = (
    "submitted", "accepted", "handed_out", "assigned", "replied", "signed",
    "groups of submitted", "groups of assigned", "groups of replied",
)  # fmt: skip


def event(message: str, kind: str, source: str, sequence: int, **data: object) -> Event:
    return Event(message, kind, source, OPINION, sequence, data)


def letter(message: str, kind: str, queue: str = QUEUE, assignment: str | None = ASSIGNMENT, command: str | None = None) -> Letter:
    return Letter(queue, message, kind, OPINION, 1, assignment, command)


def sound() -> Evidence:
    """One opinion, assigned, signed, replied, rated and counted; and one poisoned command that was refused."""
    return Evidence(
        journal=[
            {"what": "submitted", "number": 1, "id": OPINION, "receipt": "ABCD-EFGH"},
            {"what": "command", "id": SIGN, "department": "power", "verb": "sign", "assignment": ASSIGNMENT},
            {"what": "command", "id": REPLY, "department": "power", "verb": "reply", "assignment": ASSIGNMENT},
            {"what": "rated", "opinion": OPINION, "assignment": ASSIGNMENT, "result": "satisfied"},
            {"what": "poison", "id": "bad-1", "kind": "a list", "dead_letters_in": ["routing.commands.dead"], "refused": False},
            {"what": "poison", "id": "bad-2", "kind": "an unknown verb", "dead_letters_in": [], "refused": True},
        ],
        events=[
            event("e1", "opinion.submitted", "/intake", 1),
            event("e2", "opinion.accepted", "/intake", 2),
            event("e3", "assignment.created", "/routing", 1, assignment=ASSIGNMENT),
            event("e4", "assignment.signed", "/routing", 2, assignment=ASSIGNMENT),
            event("e5", "assignment.replied", "/routing", 3, assignment=ASSIGNMENT, content=f"done {REPLY}"),
            event("e6", "opinion.evaluated", "/intake", 3, assignment=ASSIGNMENT),
        ],
        letters=[letter("e3", "assignment.created"), letter("e9", "command.rejected", assignment=None, command="bad-2")],
        depths={"routing.events": 0},
        dead={"routing.commands.dead": ["bad-1"], "metrics.events.dead": []},
        waiting={"huiying.retry.5s": []},
        opinions=[{"id": OPINION, "receipt": "ABCDEFGH", "state": "concluded"}],
        assignments=[{"id": ASSIGNMENT, "opinion": OPINION, "department": "power", "role": "lead", "state": "concluded"}],
        stories={OPINION},
        outboxes={"intake": 0, "routing": 0},
        statistics=dict.fromkeys(PUBLISHED, 1),
        relays={"/intake": 1, "/routing": 2},
        batch=1,
    )  # fmt: skip


def found(seen: Evidence) -> set[str]:
    return {finding.kind for finding in judge(seen)}


def test_a_sound_record_has_no_findings() -> None:
    assert judge(sound()) == []


def test_a_second_copy_after_a_crash_is_counted_and_is_no_finding() -> None:
    seen = sound()
    seen.events.append(seen.events[2])
    seen.letters.append(seen.letters[0])
    assert judge(seen) == []
    assert copies(seen) == {"/routing": 1}


def test_copies_that_were_planted_are_not_counted() -> None:
    seen = sound()
    seen.events += [seen.events[0]] * 2
    seen.journal += [{"what": "copied", "messages": ["e1"]}] * 2
    assert judge(seen) == []
    assert copies(seen) == {}


def lose_submission(seen: Evidence) -> None:
    seen.opinions[0]["id"] = "another"


def give_another_receipt(seen: Evidence) -> None:
    seen.opinions[0]["receipt"] = "ZZZZZZZZ"


def take_twice(seen: Evidence) -> None:
    seen.journal.append({"what": "submitted", "number": 1, "id": "o-2", "receipt": "X"})


def store_untold(seen: Evidence) -> None:
    seen.opinions.append({"id": "o-2", "receipt": "X", "state": "assigned"})


def lose_assignment(seen: Evidence) -> None:
    seen.assignments.clear()


def lead_twice(seen: Evidence) -> None:
    seen.assignments.append({**seen.assignments[0], "id": "a-2", "department": "roads"})


def lose_letter(seen: Evidence) -> None:
    seen.letters.pop(0)


def tell_two_departments(seen: Evidence) -> None:
    seen.letters.append(letter("e3", "assignment.created", "department.roads"))


def tell_of_nothing(seen: Evidence) -> None:
    seen.letters.append(letter("e8", "assignment.created", "department.roads", "a-9"))


def lose_event(seen: Evidence) -> None:
    seen.events.pop(3)


def lose_last_event(seen: Evidence) -> None:
    seen.events.pop(5)


def lose_all_of_routing(seen: Evidence) -> None:
    seen.events[2:5] = []


def say_twice(seen: Evidence) -> None:
    seen.events.append(event("e7", "assignment.replied", "/routing", 3, assignment=ASSIGNMENT, content="done"))


def say_in_disorder(seen: Evidence) -> None:
    seen.events[3], seen.events[4] = seen.events[4], seen.events[3]


def act_twice(seen: Evidence) -> None:
    seen.events.append(replace(seen.events[4], message="e7", sequence=4))


def lose_command(seen: Evidence) -> None:
    seen.journal.append({"what": "command", "id": "late", "department": "power", "verb": "progress", "assignment": ASSIGNMENT})


def act_and_refuse(seen: Evidence) -> None:
    seen.letters.append(letter("e7", "command.rejected", assignment=None, command=REPLY))


def refuse_twice(seen: Evidence) -> None:
    seen.letters.append(letter("e7", "command.rejected", assignment=None, command="bad-2"))


def leave_in_outbox(seen: Evidence) -> None:
    seen.outboxes["routing"] = 3


def leave_in_queue(seen: Evidence) -> None:
    seen.depths["routing.events"] = 1


def leave_in_retry(seen: Evidence) -> None:
    seen.waiting["huiying.retry.5s"].append("e4")


def leave_unanswered(seen: Evidence) -> None:
    seen.assignments[0]["state"] = seen.opinions[0]["state"] = "signed"


def forget_the_receipt(seen: Evidence) -> None:
    seen.opinions[0]["state"] = "replied"


def dead_letter_a_good_one(seen: Evidence) -> None:
    seen.dead["metrics.events.dead"].append("e5")


def swallow_poison(seen: Evidence) -> None:
    seen.dead["routing.commands.dead"].clear()


def ignore_poison(seen: Evidence) -> None:
    seen.letters.pop(1)


def miscount(seen: Evidence) -> None:
    seen.statistics["replied"] = 2


def miscount_a_group(seen: Evidence) -> None:
    seen.statistics["groups of assigned"] = 0


def say_again_without_a_crash(seen: Evidence) -> None:
    seen.events.append(seen.events[0])


def say_more_than_a_batch_again(seen: Evidence) -> None:
    seen.events += [seen.events[2], seen.events[3]]


def leave_uncounted(seen: Evidence) -> None:
    seen.stories.clear()


@pytest.mark.parametrize(
    ("plant", "kinds"),
    [
        (lose_submission, {"lost submission", "doubled submission", "stuck case"}),
        (give_another_receipt, {"lost submission"}),
        (take_twice, {"doubled submission", "lost submission", "lost assignment", "missing event", "lost in statistics"}),
        (store_untold, {"doubled submission", "statistics do not add up"}),
        (lose_assignment, {"lost assignment", "two leads", "statistics do not add up"}),
        (lead_twice, {"two leads", "lost letter", "statistics do not add up"}),
        (lose_letter, {"lost letter"}),
        (tell_two_departments, {"two leads"}),
        (tell_of_nothing, {"two leads"}),
        (lose_event, {"missing event", "lost command", "statistics do not add up"}),
        (lose_last_event, {"missing event"}),
        (lose_all_of_routing, {"missing event", "lost command", "statistics do not add up"}),
        (say_twice, {"doubled event"}),
        (say_in_disorder, {"reordered event"}),
        (act_twice, {"doubled effect"}),
        (lose_command, {"lost command"}),
        (act_and_refuse, {"doubled effect"}),
        (refuse_twice, {"poison not refused"}),
        (leave_in_outbox, {"stuck outbox"}),
        (leave_in_queue, {"stuck queue"}),
        (leave_in_retry, {"stuck queue"}),
        (leave_unanswered, {"stuck case", "statistics do not add up"}),
        (forget_the_receipt, {"stuck case"}),
        (dead_letter_a_good_one, {"wrongly dead-lettered"}),
        (swallow_poison, {"poison not dead-lettered"}),
        (ignore_poison, {"poison not refused"}),
        (miscount, {"statistics do not add up"}),
        (miscount_a_group, {"statistics do not add up"}),
        (leave_uncounted, {"lost in statistics"}),
        (say_again_without_a_crash, {"too many copies"}),
        (say_more_than_a_batch_again, {"too many copies"}),
    ],
)
def test_what_is_planted_is_found_and_named(plant: Callable[[Evidence], None], kinds: set[str]) -> None:
    seen = sound()
    plant(seen)
    assert found(seen) == kinds


def test_a_finding_names_what_it_is_about() -> None:
    seen = sound()
    lose_letter(seen)
    assert judge(seen) == [Finding("lost letter", ASSIGNMENT, f"{QUEUE} never got it")]
