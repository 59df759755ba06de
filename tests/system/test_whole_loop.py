"""One opinion all the way round, through HTTP and AMQP only: late, reminded, replied to, rated, counted."""

from datetime import datetime

import pytest

from tests.system.place import difference, eventually

TOPIC, DEPARTMENT = "street-lights", "city-management"
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
    ("huiying_reminders_total", {"rung": "red"}),
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


def late_and_reminded(place, mail, opinion, assignment):
    """Wait until the ladder has been climbed to the red card, as the department and the office see it."""
    # Any reminder will do: where a busy machine comes late to two at once, the earlier one says nothing any more.
    letters = [mail.wait("reminder.sent", seconds=90, assignment=assignment, of="reply")]
    letters += [mail.wait("card.issued", seconds=90, assignment=assignment, card=card, rung=card) for card in ("yellow", "red")]
    assert {(late.queue, late.event["subject"], late.data["of"]) for late in letters} == {
        (f"department.{DEPARTMENT}", opinion, "reply")
    }
    rungs = {late.data["rung"] for late in letters}

    def listed():
        rows = list(place.pages("/reminders", opinion=opinion))
        return {row["rung"] for row in rows} >= rungs and rows

    reminders = eventually(listed)
    assert {row["assignment"] for row in reminders} == {assignment}
    assert len({(row["rung"], row["of"]) for row in reminders}) == len(reminders)


def replied_and_rated(place, mail, submitted, assignment):
    """The department replies, the receipt shows it, its holder rates it, and the loop is closed."""
    reply = {"content": "灯已全部更换，并查了整条街。", "outcome": "solved"}
    mail.command(f"{DEPARTMENT}.reply", {"assignment": assignment, **reply})
    seen = eventually(lambda: place.receipt(submitted)["reply"] and place.receipt(submitted))
    assert (seen["state"], seen["reply"]["outcome"]) == ("replied", "solved")
    assert "evaluation" in seen["may"]
    assert seen["reply"]["content"] == reply["content"]
    place.post(f"/receipts/{submitted['receipt']}/evaluation", {"result": "basically_satisfied", "process": "satisfied"}, 201)
    seen = eventually(lambda: place.receipt(submitted)["state"] == "concluded" and place.receipt(submitted))
    told = [moment["what"] for moment in seen["timeline"]]
    assert "card.issued" in told
    assert [what for what in told if what.startswith(("opinion.", "assignment."))] == [
        "opinion.submitted", "opinion.accepted", "assignment.created", "assignment.signed", "assignment.replied",
        "opinion.evaluated", "assignment.concluded",
    ]  # fmt: skip
    judged = {moment["what"]: moment["facts"]["on_time"] for moment in seen["timeline"] if "on_time" in moment["facts"]}
    assert judged == {"assignment.signed": True, "assignment.replied": False}


def test_an_opinion_goes_all_the_way_round(place, mailbox, counts):
    mail, before = mailbox(), place.statistics(DEPARTMENT)
    submitted = place.submit(title="东街路灯不亮", content="晚上漆黑一片，老人摔了跤。", topic=TOPIC)
    opinion = submitted["id"]
    created = mail.wait("assignment.created", subject=opinion)
    assert created.queue == f"department.{DEPARTMENT}"
    assert (created.data["role"], created.data["opinion"]["title"]) == ("lead", "东街路灯不亮")
    if seconds_for(created) > 60:
        pytest.skip("the deadlines of this catalogue are too far away to wait for")
    assignment = created.data["assignment"]

    mail.command(f"{DEPARTMENT}.sign", {"assignment": assignment})
    eventually(lambda: place.receipt(submitted)["state"] == "signed")
    late_and_reminded(place, mail, opinion, assignment)
    replied_and_rated(place, mail, submitted, assignment)

    eventually(lambda: difference(place.statistics(DEPARTMENT), before).get("concluded"))
    counted = difference(place.statistics(DEPARTMENT), before)
    assert counted["reminded"] >= 3
    assert {name: counted.get(name, 0) for name in (*COUNTED, *NOT_COUNTED)} == COUNTED | dict.fromkeys(NOT_COUNTED, 0)
    grown = counts()
    for name, labels in SERIES:
        assert grown[name, frozenset({"department": DEPARTMENT, **labels}.items())] == 1, name

    mail.settle(1.0)
    leads = mail.find(lambda letter: letter.type == "assignment.created" and letter.event["subject"] == opinion)
    assert len(leads) == 1
