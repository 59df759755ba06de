"""The relay of an opinion on the running product, by a real clock with seconds for days: the second hop is late and is reminded."""

from tests.stories import read
from tests.system.people import TEXT, people_at
from tests.system.place import eventually

PATIENCE = 60.0


def test_a_hop_that_nobody_confirms_in_time_is_reminded_and_none_comes_after_it_until_somebody_does(fast):
    with people_at(fast) as people:
        play(people)


def play(people):
    place, act = people.place, people.act
    text = read("institution/relay.yml")
    station = next(each["code"] for each in place.pages("/stations"))
    for code, name in text["deputies"].items():
        people.keep(f"/deputies/{code}", {"name": name, "level": "town", "term": "第十七届"})
    submitted = place.submit(**TEXT, station=station)
    opinion = submitted["id"]

    def told(what):
        return [line["facts"] for line in place.receipt(submitted)["timeline"] if line["what"] == what]

    def hops():
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
