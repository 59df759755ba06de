"""龙湖 on the running product: real processes, a real broker, a real clock; its broken variant stands for a while, too.

The same file is played by a moved clock elsewhere; here it ends with its figures over HTTP and AMQP alone.
"""

from itertools import cycle

from tests.stories import names_in, read
from tests.system.mailbox import Mailbox
from tests.system.people import TEXT, people_at
from tests.system.place import eventually

GROUP = "first-responsible"
PATIENCE = 60.0


def test_each_of_102_opinions_is_taken_up_and_fed_back_and_101_are_shown_until_the_last_one_is(calm):
    with people_at(calm) as people:
        play(people)


def play(people):
    place, act = people.place, people.act
    text = read("institution/longhu.yml")
    expected, broken = text["expect"], text["broken"]["shows"]
    # The figures of other stories are those of their areas, on the same system.
    others = {read(name)["area"] for name in names_in()}
    free = [each["code"] for each in place.pages("/stations") if each["area"] not in others]
    stations = free[: expected["stations"]]
    assert len(stations) == sum(kind["many"] for kind in text["stations"])
    people.keep(f"/groups/{GROUP}", {"name": "第一责任人", "kind": "deputies"})
    for station in stations:
        deputy = {"name": f"{station}代表", "level": "county", "term": "第十七届", "groups": [GROUP], "stations": [station]}
        people.keep(f"/deputies/lh-{station}", deputy)
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

    def feed_back(opinion, station):
        answered = lambda: place.get(f"/opinions/{opinion}")["state"] == "replied"  # noqa: E731
        eventually(answered, PATIENCE)
        act("deputy", f"lh-{station}", f"/opinions/{opinion}/feedback", {"how": "visit"})

    def shows(counts):
        found = place.get("/statistics", group=GROUP)["total"]["counts"]
        return {name: found[name] for name in counts} == counts

    for opinion, station in others:
        feed_back(opinion, station)
    eventually(lambda: shows(broken["counts"]), PATIENCE)
    feed_back(*last)
    eventually(lambda: shows(expected["counts"] | {"feedbacks": text["opinions"], "takings_in_time": text["opinions"]}), PATIENCE)
