"""The loops that real places run, each from a file, with the figures that they publish."""

import time

import pytest

from tests.patience import FOR_SURE
from tests.stories import names_in, read
from tests.system.mailbox import Mailbox
from tests.system.scenario import Scenario

NAMES = names_in()


@pytest.fixture
def play(request):
    """Plays a file on the system whose clock it needs; returns what was played."""
    opened = []

    def play_(name):
        text = read(name)
        # Given a place from outside, whatever clock it has is the one there is.
        place = request.getfixturevalue("place") if text["clock"] == "fast" else request.getfixturevalue("calm").place()
        mail = Mailbox(place.broker_url)
        opened.append(mail)
        topics = place.topics()
        mail.open(sorted({topics[code]["department"] for code in text["submit"]["topics"]}))
        scenario = Scenario(text, place, mail)
        scenario.play()
        return scenario

    yield play_
    for mail in opened:
        mail.channel.connection.close()


def test_there_is_a_file_for_each_of_the_five_places():
    assert NAMES == ["changan.yml", "haojiang.yml", "wuxing.yml", "yizheng.yml", "yueqing.yml"]


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_ends_with_the_figures_that_its_place_publishes(name, play):
    scenario = play(name)
    end = time.monotonic() + FOR_SURE * 30
    while (differences := scenario.differences()) and time.monotonic() < end:
        time.sleep(0.2)
    assert differences == []
    expected = scenario.text["expect"]
    if "relay_at_least" in expected:
        check_the_relay(scenario, expected["relay_at_least"])
    if "lists" in expected:
        check_the_lists(scenario, expected["lists"])
    if "months" in expected:
        check_the_months(scenario, expected["months"])


def check_the_relay(scenario, least):
    """Each case names this many people of each role in its chain."""
    for case in scenario.cases:
        roles = [link["role"] for link in scenario.place.get(f"/opinions/{case.opinion}")["relay"]]
        for role, number in least.items():
            assert roles.count(role) >= number


def check_the_lists(scenario, lists):
    """三张清单: the problems that were told, the measures that were answered, the promises with their dates."""
    ids = {case.opinion for case in scenario.cases}
    told = [row for row in scenario.place.pages("/opinions", channel=scenario.text["submit"]["channel"]) if row["id"] in ids]
    promised = [row for row in scenario.place.pages("/promises") if row["opinion"] in ids]
    found = {"problems": len(told), "measures": sum(bool(row["reply"]) for row in told), "feedback": len(promised)}
    assert found == lists
    assert all(row["due"] for row in promised)


def check_the_months(scenario, counts):
    """每月小结: the month's own line."""
    groups = scenario.place.get("/statistics", by="area,month")["groups"]
    own = [group["counts"] for group in groups if group["key"]["area"] == scenario.text["area"]]
    for name, number in counts.items():
        assert sum(each[name] for each in own) == number
