"""The judge, a program of its own: `python -m tests.faults.checker PLAN` prints what is wrong, one JSON line each.

It believes nobody: what clients were told stands in journals, what departments got in journals and queues, what services know
in their stores, what they said in a queue that hears everything. Exit status 1 when anything does not fit together.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

from tests.faults.evidence import Event, Evidence, gather

#: What a command leads to when it is carried out, and where its id stands.
EFFECTS = {
    "sign": ("assignment.signed",), "progress": ("assignment.progressed",), "object": ("assignment.objected",),
    "reply": ("assignment.replied", "assignment.advised"),
}  # fmt: skip
ANSWERED = ("replied", "concluded")


@dataclass(frozen=True)
class Finding:
    """Something that must not be: its kind, what it is about, and what was seen."""

    kind: str
    about: str
    seen: str


Findings = Iterator[Finding]


def _poison(seen: Evidence) -> set[str]:
    return {fact["id"] for fact in seen.told("poison")}


def _first_copies(seen: Evidence) -> list[Event]:
    """The events in the order of the queue, each message id once, without what was planted as poison."""
    known = _poison(seen)
    found = []
    for event in seen.events:
        if event.message not in known:
            known.add(event.message)
            found.append(event)
    return found


def lost_submissions(seen: Evidence) -> Findings:
    """Acknowledged, and not in intake's store under its receipt."""
    stored = {row["id"]: row["receipt"] for row in seen.opinions}
    for fact in seen.told("submitted"):
        if stored.get(fact["id"]) is None:
            yield Finding("lost submission", fact["id"], f"receipt {fact['receipt']} was given, intake's store does not know it")
        elif stored[fact["id"]].replace("-", "") != fact["receipt"].replace("-", ""):
            yield Finding("lost submission", fact["id"], f"receipt {fact['receipt']} was given, the store has {stored[fact['id']]}")


def doubled_submissions(seen: Evidence) -> Findings:
    """One number, two opinions; or an opinion that nobody was told of, though every client asked until it was."""
    by_number: dict[int, set[str]] = defaultdict(set)
    for fact in seen.told("submitted"):
        by_number[fact["number"]].add(fact["id"])
    for number, ids in by_number.items():
        if len(ids) > 1:
            yield Finding("doubled submission", f"number {number}", f"became {sorted(ids)}")
    told = set().union(*by_number.values())
    for row in seen.opinions:
        if row["id"] not in told:
            yield Finding("doubled submission", row["id"], "is stored, and no client was ever told of it")


def leads(seen: Evidence) -> Findings:
    """Every acknowledged opinion has one lead department, in the store and in the queues."""
    current: Counter[str] = Counter()
    for row in seen.assignments:
        current[row["opinion"]] += row["role"] == "lead" and row["state"] != "reassigned"
    for fact in seen.told("submitted"):
        if current[fact["id"]] == 0:
            yield Finding("lost assignment", fact["id"], "was acknowledged and no department has it")
        elif current[fact["id"]] > 1:
            yield Finding("two leads", fact["id"], f"{current[fact['id']]} departments lead at once")


def letters(seen: Evidence) -> Findings:
    """What routing decided is what departments got: each assignment in the queue of its department and in no other."""
    got: dict[str, set[str]] = defaultdict(set)
    for letter in seen.letters:
        if letter.type == "assignment.created" and letter.assignment:
            got[letter.assignment].add(letter.queue)
    known = set()
    for row in seen.assignments:
        known.add(row["id"])
        queue = f"department.{row['department']}"
        if queue not in got[row["id"]]:
            yield Finding("lost letter", row["id"], f"{queue} never got it")
        if others := got[row["id"]] - {queue}:
            yield Finding("two leads", row["opinion"], f"assignment {row['id']} of {queue} is also in {sorted(others)}")
    for assignment in got.keys() - known:
        yield Finding("two leads", assignment, f"is in {sorted(got[assignment])}, and routing does not know it")


def doubled_events(seen: Evidence) -> Findings:
    """One place in the sequence of a source, two messages: something acted twice."""
    places: dict[tuple[str, str, int], set[str]] = defaultdict(set)
    for event in _first_copies(seen):
        if event.sequence:
            places[event.source, event.subject, event.sequence].add(f"{event.message} {event.type}")
    for (source, subject, sequence), messages in places.items():
        if len(messages) > 1:
            yield Finding("doubled event", subject, f"{source} said number {sequence} {len(messages)} times: {sorted(messages)}")


def order_and_gaps(seen: Evidence) -> Findings:
    """The first copies of what a source said about a subject: 1, 2, 3 … in this order, none missing."""
    said: dict[tuple[str, str], list[int]] = defaultdict(list)
    for event in _first_copies(seen):
        if event.sequence:
            said[event.source, event.subject].append(event.sequence)
    for (source, subject), numbers in said.items():
        if any(after < before for before, after in pairwise(numbers)):
            yield Finding("reordered event", subject, f"{source} was heard in the order {numbers}")
        if missing := set(range(1, max(numbers) + 1)) - set(numbers):
            yield Finding("missing event", subject, f"{source} said up to {max(numbers)}, not heard: {sorted(missing)}")


def unsaid(seen: Evidence) -> Findings:
    """Every acknowledged opinion was announced, accepted and assigned for everybody to hear."""
    said: dict[str, set[str]] = defaultdict(set)
    for event in seen.events:
        said[event.subject].add(event.type)
    for fact in seen.told("submitted"):
        if missing := {"opinion.submitted", "opinion.accepted", "assignment.created"} - said[fact["id"]]:
            yield Finding("missing event", fact["id"], f"never heard: {sorted(missing)}")


def commands(seen: Evidence) -> Findings:
    """Every command that the broker confirmed had one effect, or one refusal, and was answered once."""
    effects: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for event in _first_copies(seen):
        effects[event.type, event.data.get("assignment", "")].append(event)
    refusals: dict[str, set[str]] = defaultdict(set)
    for letter in seen.letters:
        if letter.type == "command.rejected" and letter.command:
            refusals[letter.command].add(letter.message)
    sent = {fact["id"]: fact for fact in seen.told("command")}
    for named, fact in sent.items():
        verb, refused = fact["verb"], len(refusals[named])
        found = [event for kind in EFFECTS[verb] for event in effects[kind, fact["assignment"]]]
        done = len(found) if verb == "sign" else sum(named in json.dumps(event.data) for event in found)
        yield from _judged(f"{verb} {named} of {fact['department']}", verb, done, refused)


def _judged(about: str, verb: str, done: int, refused: int) -> Findings:
    if done > 1 or refused > 1:
        yield Finding("doubled effect", about, f"had {done} effects and {refused} refusals")
    elif not done and not refused:
        yield Finding("lost command", about, "was confirmed by the broker and had neither effect nor refusal")
    elif done and refused and verb != "sign":  # A reply signs too, so that a signature that comes too late is refused.
        yield Finding("doubled effect", about, "was carried out and refused")


def ratings(seen: Evidence) -> Findings:
    """Every acknowledged rating was said once."""
    given = Counter(fact["opinion"] for fact in seen.told("rated"))
    heard = Counter(event.subject for event in _first_copies(seen) if event.type == "opinion.evaluated")
    for opinion, number in given.items():
        if heard[opinion] < number:
            yield Finding("missing event", opinion, f"{number} ratings were acknowledged, {heard[opinion]} heard")


def stuck(seen: Evidence) -> Findings:
    """After everything has settled, nothing waits any more but what nobody wants to take."""
    for name, number in seen.outboxes.items():
        if number:
            yield Finding("stuck outbox", name, f"{number} messages are not sent")
    for queue, number in seen.depths.items():
        if number:
            yield Finding("stuck queue", queue, f"{number} messages are not handled")
    for queue, ids in seen.waiting.items():
        if strange := set(ids) - _poison(seen):
            yield Finding("stuck queue", queue, f"waits for another try: {sorted(strange)[:5]}")
    states = {row["id"]: row["state"] for row in seen.opinions}
    for row in seen.assignments:
        if row["role"] != "lead" or row["state"] == "reassigned":
            continue
        if row["department"] not in seen.silent and row["state"] not in ANSWERED:
            yield Finding("stuck case", row["opinion"], f"is {row['state']!r} at {row['department']}, which answers everything")
        if states.get(row["opinion"]) != row["state"]:
            seen_by = states.get(row["opinion"])
            yield Finding("stuck case", row["opinion"], f"is {row['state']!r} for routing and {seen_by!r} for its receipt")


def dead_lettered(seen: Evidence) -> Findings:
    """Poison is where it belongs, and nothing else is there."""
    planted = {fact["id"]: fact for fact in seen.told("poison")}
    for queue, ids in seen.dead.items():
        for message in ids:
            if queue not in planted.get(message, {}).get("dead_letters_in", ()):
                yield Finding("wrongly dead-lettered", message, f"is in {queue}")
    answers = {(each.command, each.message): each for each in seen.letters if each.type == "command.rejected"}
    refused = Counter(each.command for each in answers.values())
    for message, fact in planted.items():
        for queue in fact["dead_letters_in"]:
            if message not in seen.dead.get(queue, ()):
                yield Finding("poison not dead-lettered", message, f"{fact['kind']} is not in {queue}")
        if fact["refused"] and refused[message] != 1:
            yield Finding("poison not refused", message, f"{fact['kind']} was refused {refused[message]} times")


def second_copies(seen: Evidence) -> Findings:
    """A publisher that restarts after a crash repeats what was in flight, at most one batch each time."""
    for source, number in copies(seen).items():
        allowed = seen.batch * max(0, seen.relays.get(source, 0) - 1)
        if number > allowed:
            yield Finding(
                "too many copies", source, f"{number} second copies, and its publishers began {seen.relays.get(source, 0)} times"
            )


def statistics(seen: Evidence) -> Findings:
    """What is published is what is stored, and its parts add up."""
    for fact in seen.told("submitted"):
        if fact["id"] not in seen.stories:
            yield Finding("lost in statistics", fact["id"], "was acknowledged and is not counted")
    made = [row for row in seen.assignments if row["role"] == "lead"]
    current = [row for row in made if row["state"] != "reassigned"]
    leads = {row["id"] for row in made}
    signed = {event.data.get("assignment") for event in seen.events if event.type == "assignment.signed"} & leads
    wanted = {
        "submitted": len(seen.opinions), "accepted": len(seen.opinions), "handed_out": len(made), "assigned": len(current),
        "replied": sum(row["state"] in ANSWERED for row in current),
        "signed": len(signed),
    }  # fmt: skip
    wanted |= {f"groups of {name}": wanted[name] for name in ("submitted", "assigned", "replied")}
    for name, number in wanted.items():
        if seen.statistics[name] != number:
            yield Finding("statistics do not add up", name, f"published {seen.statistics[name]}, stored {number}")


CHECKS: tuple[Callable[[Evidence], Findings], ...] = (
    lost_submissions, doubled_submissions, leads, letters, doubled_events, order_and_gaps, unsaid, commands, ratings, stuck,
    dead_lettered, second_copies, statistics,
)  # fmt: skip


def judge(seen: Evidence) -> list[Finding]:
    """Everything that is wrong."""
    return [finding for check in CHECKS for finding in check(seen)]


def copies(seen: Evidence) -> dict[str, int]:
    """By source, how many second copies of its events were said, beside those that were planted."""
    heard = Counter((event.source, event.message) for event in seen.events)
    planted = Counter(message for fact in seen.told("copied") for message in fact["messages"])
    found: Counter[str] = Counter()
    for (source, message), number in heard.items():
        found[source] += max(0, number - 1 - planted[message])
    return {source: number for source, number in found.items() if number}


def main(plan_file: str) -> int:
    """Gather, judge, tell; the last line is the summary."""
    seen = gather(json.loads(Path(plan_file).read_text()))
    findings = judge(seen)
    for finding in findings:
        sys.stdout.write(json.dumps(asdict(finding), ensure_ascii=False) + "\n")
    summary = {
        "acknowledged": len(seen.told("submitted")), "commands": len(seen.told("command")), "events": len(seen.events),
        "copies": copies(seen), "relays began": seen.relays, "poison": len(_poison(seen)),
        "findings": dict(Counter(finding.kind for finding in findings)),
    }  # fmt: skip
    sys.stdout.write(json.dumps({"summary": summary}, ensure_ascii=False) + "\n")
    return int(bool(findings))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
