"""What people do with opinions that are entrusted to them, on the running product: real processes, a real broker, a real clock.

The same files are played in every variant by a moved clock elsewhere; here each ends with its figures over HTTP and AMQP alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from itertools import cycle
from typing import Any

import pytest
import yaml

from services.console.embedded.installation import Installation as Folder
from services.runtime.clock import SystemClock
from services.runtime.store.database import Database
from services.runtime.web import access
from tests.system.installation import Installation
from tests.system.mailbox import Mailbox
from tests.system.place import API, Place, eventually
from tests.system.scenario import FOLDER

STORIES = FOLDER / "institution"
TEXT = {"title": "路灯不亮", "content": "巷口的路灯坏了两周。", "topic": "street-lights", "channel": "station"}
GROUP = "first-responsible"
PATIENCE = 60.0
Act = Callable[..., Any]


def read(name: str) -> Mapping[str, Any]:
    text: Mapping[str, Any] = yaml.safe_load((STORIES / name).read_text(encoding="utf-8"))
    return text


def keep(place: Place, path: str, body: Mapping[str, Any]) -> None:
    answer = place.ask("PUT", API + path, place.admin_token, json=body)
    assert answer.status_code == 200, answer.text


def acting(system: Installation, place: Place) -> Iterator[Act]:
    """Sends commands as people of the institution: `act("deputy", code, opinion, "take")`; each gets a token when it first acts."""
    known: dict[tuple[str, str], str] = {}
    with closing(Database(Folder(system.var).database_url("access"), "access", SystemClock())) as tokens:

        def act(role: str, party: str, path: str, body: Mapping[str, Any] | None = None, status: int = 200) -> Any:
            if (role, party) not in known:
                known[role, party] = access.create(tokens, role, party)[1]
            return place.post(path, body or {}, status, known[role, party])

        yield act


@pytest.fixture
def calmly(calm: Installation) -> Iterator[tuple[Place, Act]]:
    """A place whose deadlines are days away, and its people."""
    place = calm.place()
    yield from ((place, act) for act in acting(calm, place))


@pytest.fixture
def quickly(fast: Installation) -> Iterator[tuple[Place, Act]]:
    """A place with seconds for days, and its people."""
    place = fast.place()
    yield from ((place, act) for act in acting(fast, place))


def test_each_of_102_opinions_is_taken_up_and_fed_back_and_101_are_shown_until_the_last_one_is(calmly: tuple[Place, Act]) -> None:
    place, act = calmly
    text = read("longhu.yml")
    expected, broken = text["expect"], text["broken"]["shows"]
    stations = [each["code"] for each in place.pages("/stations")][: expected["stations"]]
    assert len(stations) == sum(kind["many"] for kind in text["stations"])
    keep(place, f"/groups/{GROUP}", {"name": "第一责任人", "kind": "deputies"})
    for station in stations:
        deputy = {"name": f"{station}代表", "level": "county", "term": "第十七届", "groups": [GROUP], "stations": [station]}
        keep(place, f"/deputies/lh-{station}", deputy)
    sent = [
        (place.submit(**TEXT, station=station, deputy=f"lh-{station}")["id"], station)
        for station, _ in zip(cycle(stations), range(text["opinions"]), strict=False)
    ]
    for opinion, station in sent:
        act("station", station, f"/opinions/{opinion}/entrust", {"deputy": f"lh-{station}"})
        act("deputy", f"lh-{station}", f"/opinions/{opinion}/take")
    department = place.topics()[TEXT["topic"]]["department"]
    with Mailbox(place.broker_url) as mail:
        mail.open([department])
        for opinion, _ in sent:
            assignment = mail.wait("assignment.created", PATIENCE, subject=opinion).data["assignment"]
            mail.command(f"{department}.sign", {"assignment": assignment})
            mail.command(f"{department}.reply", {"assignment": assignment, "content": "已办理完毕。", "outcome": "solved"})
    *others, last = sent

    def feed_back(opinion: str, station: str) -> None:
        answered = lambda: place.get(f"/opinions/{opinion}")["state"] == "replied"  # noqa: E731
        eventually(answered, PATIENCE)
        act("deputy", f"lh-{station}", f"/opinions/{opinion}/feedback", {"how": "visit"})

    def shows(counts: Mapping[str, int]) -> bool:
        found = place.get("/statistics", group=GROUP)["total"]["counts"]
        return {name: found[name] for name in counts} == counts

    for opinion, station in others:
        feed_back(opinion, station)
    eventually(lambda: shows(broken["counts"]), PATIENCE)
    feed_back(*last)
    eventually(lambda: shows(expected["counts"] | {"feedbacks": text["opinions"], "takings_in_time": text["opinions"]}), PATIENCE)


def test_a_hop_that_nobody_confirms_in_time_is_reminded_and_none_comes_after_it_until_somebody_does(
    quickly: tuple[Place, Act],
) -> None:
    place, act = quickly
    text = read("relay.yml")
    station = next(each["code"] for each in place.pages("/stations"))
    for code, name in text["deputies"].items():
        keep(place, f"/deputies/{code}", {"name": name, "level": "town", "term": "第十七届"})
    submitted = place.submit(**TEXT, station=station)
    opinion = submitted["id"]

    def told(what: str) -> list[Mapping[str, Any]]:
        return [line["facts"] for line in place.receipt(submitted)["timeline"] if line["what"] == what]

    def hops() -> list[str]:
        return [facts["holder"] for facts in told("opinion.relayed")]

    act("informant", station, f"/opinions/{opinion}/relay", {"deputy": "wang"})
    eventually(lambda: told("reminder.given"), PATIENCE)
    # Nobody passes on what they have not confirmed.
    act("deputy", "wang", f"/opinions/{opinion}/relay/pass", {}, 403)
    assert hops() == text["broken"]["shows"]["hops"]
    act("deputy", "wang", f"/opinions/{opinion}/relay/confirm")
    act("deputy", "wang", f"/opinions/{opinion}/relay/pass")
    place.post(f"/opinions/{opinion}/relay/confirm", {}, 200, place.admin_token)
    assert hops() == text["expect"]["hops"]
    assert [facts["holder"] for facts in told("opinion.relayed") if not facts["on_time"]] == text["expect"]["late"]
    # What a department would do about it is no part of this story.
    assert place.ask("POST", f"{submitted['links']['receipt']}/withdrawal", json={}).status_code == 201
