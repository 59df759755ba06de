"""Four departments at once, each saying everything twice and over both ways: one wins, the other gets a clear answer."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from tests.system.mailbox import Mailbox
from tests.system.place import API, Place

TOPICS = {"street-lights": "city-management", "buses": "transport", "tap-water": "water-supply", "telecom-services": "telecom"}
EACH = 12
BUS, WEB = "总线答复。", "网页答复。"


class Department:
    """One department's program: its own connection, its own cases, and what it was told of each."""

    def __init__(self, place, topic, code):
        self.place, self.code = Place(place.url, place.broker_url, place.admin_token), code
        self.mail = Mailbox(place.broker_url).open([code])
        self.opinions = [self.place.submit(title=f"{code} 第{number}件", topic=topic)["id"] for number in range(EACH)]
        self.commands, self.answers = {}, {}

    def work(self):
        """Sign twice with one id and once with another, reply over both ways at once, and ask for more time beside it."""
        for opinion in self.opinions:
            created = self.mail.wait("assignment.created", subject=opinion, role="lead").data
            assignment = created["assignment"]
            first = self.mail.command(f"{self.code}.sign", {"assignment": assignment})
            self.mail.command(f"{self.code}.sign", {"assignment": assignment}, first)
            second = self.mail.command(f"{self.code}.sign", {"assignment": assignment})
            until = (datetime.fromisoformat(created["deadlines"]["reply"]) + timedelta(seconds=5)).isoformat()
            extend = self.mail.command(f"{self.code}.extend", {"assignment": assignment, "until": until, "reason": "等配件。"})
            reply = self.mail.command(
                f"{self.code}.reply", {"assignment": assignment, "content": "总线答复。", "outcome": "solved"}
            )
            body = {"content": "网页答复。", "outcome": "solved"}
            answer = self.place.ask("POST", f"{API}/assignments/{assignment}/reply", self.place.admin_token, json=body)
            self.commands[assignment] = {"first": first, "second": second, "extend": extend, "reply": reply}
            self.answers[assignment] = answer
        # A command that nobody can carry out comes back when all before it have been answered.
        last = self.mail.command(f"{self.code}.sign", {"assignment": "none"})
        self.mail.wait("command.rejected", 60, command=last)

    def rejected(self):
        """The commands that were refused, with the reason."""
        return {
            letter.data["command"]: letter.data["detail"]
            for letter in self.mail.find(lambda letter: letter.type == "command.rejected")
        }


@pytest.fixture
def departments(place):
    made = [Department(place, topic, code) for topic, code in TOPICS.items()]
    yield made
    for department in made:
        department.mail.channel.connection.close()


def test_of_two_commands_at_once_one_wins_and_the_other_is_told_why(place, departments, ear):
    with ThreadPoolExecutor(len(departments)) as pool:
        list(pool.map(Department.work, departments))
    for department in departments:
        for assignment in department.commands:
            ear.wait("assignment.signed", 60, assignment=assignment)
            ear.wait("assignment.replied", 60, assignment=assignment)
    ear.settle(0.5)
    for department in departments:
        refused = department.rejected()
        assert len(department.commands) == EACH
        for assignment, sent in department.commands.items():
            replied = ear.find(lambda letter, a=assignment: letter.type == "assignment.replied" and letter.data["assignment"] == a)
            signed = ear.find(lambda letter, a=assignment: letter.type == "assignment.signed" and letter.data["assignment"] == a)
            assert len({letter.message_id for letter in signed}) == 1
            assert len({letter.message_id for letter in replied}) == 1
            check_signatures(sent, refused, replied[0])
            check_replies(sent, refused, department.answers[assignment], replied[0])


def check_signatures(sent, refused, replied):
    """The same command twice is one; another one after it is refused, and says what is possible."""
    # A reply over HTTP may overtake the signature, and signs with it.
    assert sent["first"] not in refused or replied.data["content"] == WEB
    assert "Allowed now" in refused[sent["second"]]


def check_replies(sent, refused, answer, replied):
    """Either way may win; who was late is told so."""
    if replied.data["content"] == BUS:
        assert answer.status_code == 409
        assert "Allowed now" in answer.json()["detail"]
        assert sent["reply"] not in refused
    else:
        assert answer.status_code == 200
        assert "Allowed now" in refused[sent["reply"]]
    # The extension was asked for before the reply over the bus, so only the one over HTTP can have come first.
    assert sent["extend"] not in refused or replied.data["content"] == WEB
