"""One opinion all the way round, through HTTP and AMQP only: late, reminded, replied to, rated, counted."""

from contextlib import suppress
from datetime import datetime

import pytest

from tests.system.place import difference, eventually

#: A department that no other test replies for: cases that wait for their rating elsewhere are concluded at any time.
TOPIC, DEPARTMENT = "electricity", "power"
#: What one case adds to its department's statistics that was signed in time, replied to late and rated.
COUNTED = {
    "submitted": 1, "accepted": 1, "handed_out": 1, "assigned": 1, "signed": 1, "signed_in_time": 1, "replied": 1, "concluded": 1,
    "concluded_solved": 1, "rated": 1, "result_basically_satisfied": 1, "process_satisfied": 1,
    "sign_on_time.plain/numerator": 1, "sign_on_time.plain/denominator": 1, "on_time.plain/denominator": 1,
    "reply.plain/numerator": 1, "reply.plain/denominator": 1, "conclusion.plain/numerator": 1, "conclusion.plain/denominator": 1,
    "resolution.strict/numerator": 1, "resolution.strict/denominator": 1, "resolution.planned/numerator": 1,
    "resolution.planned/denominator": 1, "resolution.collected/numerator": 1, "resolution.collected/denominator": 1,
    "satisfaction.basic/numerator": 1, "satisfaction.basic/denominator": 1, "satisfaction.strict/denominator": 1,
    "process_satisfaction.basic/numerator": 1, "process_satisfaction.basic/denominator": 1,
    "process_satisfaction.strict/numerator": 1, "process_satisfaction.strict/denominator": 1,
    "participation.plain/numerator": 1, "participation.plain/denominator": 1, "rework.plain/denominator": 1,
    "objection.plain/denominator": 1,
}  # fmt: skip

#: And what it must not add to, because it was late, and not quite satisfying.
NOT_COUNTED = (
    "declined", "replied_in_time", "sign_missed", "open", "overdue", "concluded_planned", "reworked", "result_satisfied",
    "on_time.plain/numerator", "satisfaction.strict/numerator", "rework.plain/numerator",
)  # fmt: skip
#: And what it adds to the product's series.
SERIES = (
    ("huiying_assignments_created_total", {"topic": TOPIC}),
    ("huiying_assignments_concluded_total", {"outcome": "solved", "on_time": "false"}),
    ("huiying_evaluations_total", {"aspect": "result", "rating": "basically_satisfied"}),
)


def seconds_for(created):
    event = created.event
    return (datetime.fromisoformat(event["data"]["deadlines"]["reply"]) - datetime.fromisoformat(event["time"])).total_seconds()


@pytest.fixture
def counts(place):
    """How often a series of this department has been counted since."""

    def read():
        return {
            key: value for key, value in place.series().items()
            if ("department", DEPARTMENT) in key[1] and key[0].startswith("huiying_") and key[0].endswith("_total")
        }  # fmt: skip

    before = read()
    return lambda: {(name, labels): value - before.get((name, labels), 0.0) for (name, labels), value in read().items()}


def comes_to(look, expected):
    """Wait until what was counted is what is expected: a message is handled, and a scrape is made, some time after an answer."""
    with suppress(AssertionError):
        eventually(lambda: look() == expected)
    assert look() == expected


def late_and_reminded(place, mail, opinion, assignment):
    """Wait until the ladder has been climbed to the red card, as the department and the office see it; returns what was sent.

    A busy machine may come late to two rungs at once: the earlier one is skipped then, says nothing, and is on record as that.
    """

    def listed():
        rows = {(row["rung"], row["of"]): row for row in place.pages("/reminders", opinion=opinion)}
        return (rows.keys() >= {(rung, "reply") for rung in ("three-days", "yellow", "red")}) and rows

    reminders = eventually(listed, 90)
    assert {row["assignment"] for row in reminders.values()} == {assignment}
    sent = {rung: row for (rung, of), row in reminders.items() if of == "reply" and row["state"] == "sent"}
    assert sent
    for rung, row in sent.items():
        facts = {"assignment": assignment, "of": "reply", "rung": rung} | ({"card": row["card"]} if row["card"] else {})
        late = mail.wait("card.issued" if row["card"] else "reminder.sent", **facts)
        assert (late.queue, late.event["subject"]) == (f"department.{DEPARTMENT}", opinion)
        if rung in ("yellow", "red"):
            assert row["card"] == rung
    return sent


def replied_and_rated(place, mail, submitted, assignment):
    """The department replies, the receipt shows it, its holder rates it, and the loop is closed."""
    reply = {"content": "线路已更换，三天未再停电。", "outcome": "solved"}
    mail.command(f"{DEPARTMENT}.reply", {"assignment": assignment, **reply})
    seen = eventually(lambda: place.receipt(submitted)["reply"] and place.receipt(submitted))
    assert (seen["state"], seen["reply"]["outcome"]) == ("replied", "solved")
    assert "evaluation" in seen["may"]
    assert seen["reply"]["content"] == reply["content"]
    place.post(f"/receipts/{submitted['receipt']}/evaluation", {"result": "basically_satisfied", "process": "satisfied"}, 201)
    seen = eventually(lambda: place.receipt(submitted)["state"] == "concluded" and place.receipt(submitted))
    told = [moment["what"] for moment in seen["timeline"]]
    assert [what for what in told if what.startswith(("opinion.", "assignment."))] == [
        "opinion.submitted", "opinion.accepted", "assignment.created", "assignment.signed", "assignment.replied",
        "opinion.evaluated", "assignment.concluded",
    ]  # fmt: skip
    judged = {moment["what"]: moment["facts"]["on_time"] for moment in seen["timeline"] if "on_time" in moment["facts"]}
    assert judged == {"assignment.signed": True, "assignment.replied": False}


def test_an_opinion_goes_all_the_way_round(place, mailbox, counts):
    mail, before = mailbox(), place.statistics(DEPARTMENT)
    submitted = place.submit(title="东村常停电", content="一天停三次电，老人用不了制氧机。", topic=TOPIC)
    opinion = submitted["id"]
    created = mail.wait("assignment.created", subject=opinion)
    assert created.queue == f"department.{DEPARTMENT}"
    assert (created.data["role"], created.data["opinion"]["title"]) == ("lead", "东村常停电")
    if seconds_for(created) > 60:
        pytest.skip("the deadlines of this catalogue are too far away to wait for")
    assignment = created.data["assignment"]

    mail.command(f"{DEPARTMENT}.sign", {"assignment": assignment})
    eventually(lambda: place.receipt(submitted)["state"] == "signed")
    sent = late_and_reminded(place, mail, opinion, assignment)
    replied_and_rated(place, mail, submitted, assignment)

    names = (*COUNTED, *NOT_COUNTED)
    comes_to(
        lambda: {name: difference(place.statistics(DEPARTMENT), before).get(name, 0) for name in names},
        COUNTED | dict.fromkeys(NOT_COUNTED, 0),
    )
    assert difference(place.statistics(DEPARTMENT), before)["reminded"] >= len(sent)
    rungs = [("huiying_reminders_total", {"rung": rung}) for rung in sent]
    series = {(name, frozenset({"department": DEPARTMENT, **labels}.items())) for name, labels in (*SERIES, *rungs)}
    comes_to(lambda: {key: value for key, value in counts().items() if key in series}, dict.fromkeys(series, 1))
    carded = any(row["card"] for row in sent.values())
    comes_to(lambda: "card.issued" in {moment["what"] for moment in place.receipt(submitted)["timeline"]}, carded)

    mail.settle(1.0)
    leads = mail.find(lambda letter: letter.type == "assignment.created" and letter.event["subject"] == opinion)
    assert len(leads) == 1
