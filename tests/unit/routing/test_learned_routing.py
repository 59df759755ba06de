"""Routing with what it has learned: trained in the store, taken in by workers, asked at every decision, forgotten when erased."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from services.contracts.catalogue.rules import LearningRules
from services.contracts.messages.merging import OpinionJoined
from services.contracts.messages.opinions import LetterErased, OpinionDetailed, OpinionWithdrawn
from services.contracts.messages.values import OpinionText
from services.routing.__main__ import periodic_jobs
from services.routing.domain.choice import Router
from services.routing.gateway.learning import Learning
from services.routing.gateway.training import Nightly, train_now
from services.routing.series import LearningCollector
from services.routing.store.learning import doubts, models
from services.routing.store.tables import assignments
from tests.unit.routing.bureau import accepted
from tests.unit.routing.made_up import opinions

#: Models are trained here.
pytestmark = pytest.mark.slow
CASE = ("南村泵站坏了", "灌溉不了，抽水机也停了。")
OBJECTION = {"reason": "路面归公路站。", "department": "roads"}
UNHEARD = ("外星人来了", "不明飞行物落在广场。")


@pytest.fixture
def taught(bureau):
    """A bureau that has decided three hundred cases, and a model trained on them."""
    rows = [
        {
            "id": f"a-{number}", "opinion": f"old-{number}", "title": title, "content": content, "department": department,
            "role": "lead", "difficulty": "ordinary", "rule": "given", "confidence": 1.0, "state": "concluded", "round": 1,
            "provisional": False, "key": False, "raised": 0, "extensions": 0, "transfers": 0, "pauses": 0, "erased": False,
            **dict.fromkeys(("created", "updated", "sign_by", "object_by", "contact_by", "reply_by", "original_reply_by", "signed"),
                            bureau.clock.now()),
        }
        for number, (title, content, department) in enumerate(opinions(300))
    ]  # fmt: skip
    with bureau.database.transaction() as work:
        work.execute(assignments.insert(), rows)
    assert train(bureau).verdict == "in_use"
    return bureau


def train(bureau):
    made = train_now(bureau.database, bureau.service.catalogue, bureau.service.router)
    bureau.service.learning.look()
    return made


def preview(bureau, title, content="", who="reviewer"):
    bureau.service.learning.look()
    return bureau.post("/routes/preview", {"title": title, "content": content}, who).get_json()


def object_and_rule(bureau, title, content, granted=True):
    assignment = bureau.accept(title, content)
    row = bureau.row(assignment)
    to = "schools" if row["department"] != "schools" else "water"
    assert bureau.do(assignment, "object", OBJECTION | {"department": to}, row["department"]).status_code == 200
    assert bureau.rule(assignment, "objection", granted).status_code == 200
    bureau.service.learning.look()
    return row["department"], to


def test_a_decision_says_what_it_was_learned_from(taught):
    assert preview(taught, "河堤塌了一段")["why"]["learned"]["version"] == 1
    row = taught.row(taught.accept(*CASE))
    assert (row["department"], row["model"]) == ("water", 1)
    assert row["rule"].startswith("learned: ")
    shown = taught.get(f"/assignments/{row['id']}", "reviewer").get_json()["why"]
    assert shown["confidence"] >= 0.8
    assert shown["learned"]["likely"][0]["department"] == "water"
    assert {"灌溉", "抽水机", "泵站"} & set(shown["learned"]["words"])
    (created,) = (event for event in taught.said(row["opinion"]) if event.type == "assignment.created")
    assert created.data.why.learned.version == 1


def test_a_topic_that_was_given_stands_before_what_was_learned(taught):
    assert taught.row(taught.accept(*CASE, topic="lamps"))["rule"] == "given"


def test_too_few_decided_cases_leave_the_rules_alone(bureau):
    assert train(bureau).verdict == "too_few"
    assert preview(bureau, "路灯不亮")["why"] == {"rule": "keywords: 路灯", "confidence": 1.0, "learned": None}
    assert bureau.service.learning.knowledge is None


def test_what_it_is_not_sure_of_waits_for_a_person_with_the_likeliest_departments(taught):
    taught.put("o-1", accepted("o-1", *UNHEARD))
    taught.consume("routing.events")
    assert taught.leads("o-1") == []
    (waiting,) = taught.get("/routes/doubtful", "reviewer").get_json()["items"]
    assert (waiting["opinion"], waiting["title"], len(waiting["learned"]["likely"])) == ("o-1", UNHEARD[0], 3)
    assert taught.post("/routes/doubtful/o-1", {"department": "moon"}, "reviewer").status_code == 422
    assert taught.post("/routes/doubtful/o-1", {"department": "gas"}, "water").status_code == 403
    assert taught.post("/routes/doubtful/o-1", {"department": "gas"}, "reviewer").status_code == 200
    lead = taught.lead("o-1")
    assert (lead["department"], lead["rule"], lead["model"], lead["learned"].version) == ("gas", "reviewer", None, 1)
    assert taught.get("/routes/doubtful", "reviewer").get_json()["items"] == []
    assert taught.post("/routes/doubtful/o-1", {"department": "gas"}, "reviewer").status_code == 404


def test_what_happens_to_an_opinion_while_it_waits_is_not_lost(taught):
    for opinion in ("o-1", "o-2"):
        taught.publish_to_routing(opinion, accepted(opinion, *UNHEARD))
    taught.publish_to_routing("o-1", OpinionDetailed("还有三只脚。"), 2)
    taught.publish_to_routing("o-1", OpinionJoined(OpinionText("o-9", "同一件事", "我也看见了。")), 3)
    taught.publish_to_routing("o-2", OpinionWithdrawn(accepted=True), 2)
    assert [each["opinion"] for each in taught.get("/routes/doubtful", "admin").get_json()["items"]] == ["o-1"]
    assert taught.post("/routes/doubtful/o-1", {"department": "roads"}, "supervisor").status_code == 200
    assert "还有三只脚。" in taught.lead("o-1")["content"]
    assert taught.story("o-1") == [("created", 1), ("joined", 2)]


@pytest.mark.parametrize(("doubtful", "to", "rule"), [("fallback", "petitions", "fallback"), ("likeliest", None, "learned")])
def test_the_catalogue_says_what_becomes_of_what_it_is_not_sure_of(taught, doubtful, to, rule):
    catalogue = replace(taught.service.catalogue, learning=LearningRules(0.99, doubtful))
    decision = Router(catalogue).decide(None, *UNHEARD, taught.service.learning.knowledge.about(*UNHEARD))
    assert not decision.doubtful
    assert decision.why.rule.startswith(rule)
    assert to in (None, decision.department)


def test_a_ruling_is_a_step_that_every_worker_takes(taught):
    other = Learning(taught.database)
    other.look()
    before, to = object_and_rule(taught, *CASE)
    assert (before, to) == ("water", "schools")
    other.look()
    for knowledge in (taught.service.learning.knowledge, other.knowledge):
        likely = {each.department: each.probability for each in knowledge.about(*CASE).advise({})[1].learned.likely}
        assert likely["schools"] > 0.3


def test_fifteen_equal_rulings_decide_and_one_contrary_ruling_does_not_turn_them(bureau):
    text = ("北渠边的栏杆断了", "渠边的栏杆断了一截，请修。")
    assert preview(bureau, *text)["department"] == "petitions"
    for _ in range(15):
        assignment = bureau.accept(*text, topic="rivers")
        bureau.do(assignment, "object", OBJECTION, "water")
        bureau.rule(assignment, "objection", True, reason="栏杆归公路站。")
    shown = preview(bureau, *text)
    assert (shown["department"], shown["why"]["rule"]) == ("roads", "precedent: 栏杆归公路站。")
    assert {each["target"] for each in shown["precedents"]} == {"roads"}
    contrary = bureau.accept(*text, topic="lamps")
    bureau.do(contrary, "object", OBJECTION | {"department": "gas"}, "roads")
    bureau.rule(contrary, "objection", True)
    assert preview(bureau, *text)["department"] == "roads"
    assert preview(bureau, *UNHEARD)["department"] == "petitions"


def test_a_model_that_is_worse_than_the_one_before_does_not_come_into_use(taught):
    with taught.database.transaction() as work:
        work.execute(models.models.update().values(report={**models.trainings(work.connection, 1)[0].report, "f1": 1.1}))
    assert train(taught).verdict == "rejected"
    assert taught.service.learning.knowledge.version == 1


def test_a_broken_model_leaves_the_rules_alone_and_a_training_mends_it(taught):
    with taught.database.transaction() as work:
        work.execute(models.models.update().values(body=b"harmed"))
    fresh = Learning(taught.database)
    fresh.look()
    assert fresh.knowledge is None
    taught.service.learning.look()
    shown = taught.get("/routes/model", "admin").get_json()
    assert (shown["broken"], shown["version"]) == (True, 0)
    assert preview(taught, "路灯不亮")["why"]["rule"] == "keywords: 路灯"
    assert train(taught).verdict == "in_use"
    assert taught.get("/routes/model", "admin").get_json()["broken"] is False


def test_what_was_erased_is_in_neither_the_next_model_nor_the_precedents(taught):
    said = "我叫欧阳修远，南村泵站坏了，灌溉不了。"
    object_and_rule(taught, CASE[0], said)
    assignment = taught.accept(CASE[0], said)
    opinion = taught.row(assignment)["opinion"]
    for each in ("o-1", opinion):
        taught.publish_to_routing(each, LetterErased(OpinionText(each, "已删除", "依申请删除。")), 2)
    with taught.database.transaction() as work:
        work.execute(models.models.update().values(report={**models.trainings(work.connection, 1)[0].report, "f1": 1.1}))
    assert train(taught).verdict == "in_use"
    knowledge = taught.service.learning.knowledge
    assert (knowledge.version, len(knowledge.precedents)) == (2, 0)
    with taught.database.reading() as connection:
        assert all("欧阳" not in each.content for each in models.decided_cases(connection, taught.clock.now(), 1000))
        assert connection.execute(models.models.select().where(models.models.c.version == 1)).one().body is None
    rows = [*taught.leads("o-1"), *taught.leads(opinion)]
    assert not any("欧阳" in str(row["content"]) or (row["learned"] and row["learned"].words) for row in rows)


def test_the_text_of_one_that_waits_is_erased_too(taught):
    taught.publish_to_routing("o-1", accepted("o-1", *UNHEARD))
    taught.publish_to_routing("o-1", LetterErased(OpinionText("o-1", "已删除", "依申请删除。")), 2)
    with taught.database.reading() as connection:
        (doubt,) = doubts.waiting(connection, None, 10)
    assert doubt.message.opinion.title == "已删除"
    assert (doubt.learned.version, doubt.learned.words) == (1, ())


def test_the_page_of_versions_says_what_was_expected_and_what_is_seen(taught):
    (version,) = taught.get("/routes/model", "supervisor").get_json()["versions"]
    assert (version["version"], version["standing"], version["report"]["cases"]) == (1, "in_use", 300)
    for number in range(60):
        taught.publish_to_routing(f"n-{number}", accepted(f"n-{number}", *CASE))
    (version,) = taught.get("/routes/model", "supervisor").get_json()["versions"]
    assert (version["decided"], version["coverage"], version["accuracy"]) == (60, 1.0, 1.0)


def test_the_version_in_use_is_shown_and_measured_however_many_trainings_were_rejected_since(taught):
    with taught.database.transaction() as work:
        for _ in range(70):
            models.settle(work, models.claim(work), "rejected", {})
    versions = taught.get("/routes/model", "supervisor").get_json()["versions"]
    assert (versions[-1]["version"], versions[-1]["standing"], len(versions)) == (1, "in_use", 61)
    shown = {family.name: [each.value for each in family.samples] for family in LearningCollector(taught.database).collect()}
    assert shown["huiying_routing_model_version"] == [1.0]
    assert shown["huiying_routing_coverage_ratio"]


def test_a_training_that_was_killed_is_shown_as_interrupted(taught):
    with taught.database.transaction() as work:
        models.claim(work)
    told = lambda: taught.get("/routes/model", "supervisor").get_json()["versions"][0]["standing"]  # noqa: E731
    assert told() == "training"
    taught.clock.instant += timedelta(hours=2)
    assert told() == "interrupted"


def test_a_worker_knows_what_was_learned_before_it_consumes_anything(taught):
    fresh = replace(taught.service, learning=Learning(taught.database))
    periodic_jobs(fresh)
    assert fresh.learning.knowledge.version == 1


def test_the_model_is_trained_once_a_day_at_the_hour(taught):
    nightly = Nightly(taught.database, lambda: taught.service.catalogue, 3)
    assert not nightly.is_due()
    taught.clock.instant = taught.clock.now().replace(hour=2) + timedelta(days=1)
    assert not nightly.is_due()
    taught.clock.instant = taught.clock.now().replace(hour=3)
    assert nightly.is_due()
    train(taught)
    assert not nightly.is_due()


def test_the_training_at_night_is_a_process_of_its_own_whose_model_the_workers_take_up(taught, monkeypatch):
    url = taught.database.url.render_as_string(hide_password=False)
    town = str(Path(__file__).parent / "town.yml")
    settings = {"ROUTING_DATABASE_URL": url, "ACCESS_DATABASE_URL": url, "BROKER_URL": "amqp://nobody", "CATALOGUE": town}
    for name, value in settings.items():
        monkeypatch.setenv(f"HUIYING_{name}", value)
    nightly = Nightly(taught.database, lambda: taught.service.catalogue, 3)
    taught.clock.instant = taught.clock.now().replace(hour=3) + timedelta(days=1)
    assert run_child(nightly) == 0
    assert preview(taught, *CASE)["why"]["learned"]["version"] == 2
    assert taught.get("/routes/model", "admin").get_json()["versions"][0]["standing"] == "in_use"


def test_a_training_that_fails_is_told_and_what_was_known_stays(taught, monkeypatch):
    monkeypatch.setenv("HUIYING_CATALOGUE", "/nowhere")
    nightly = Nightly(taught.database, lambda: taught.service.catalogue, 3)
    taught.clock.instant = taught.clock.now().replace(hour=3) + timedelta(days=1)
    assert run_child(nightly) != 0
    taught.clock.instant += timedelta(minutes=1)
    with capture_logs() as told:
        nightly.look()
    assert ([each["event"] for each in told], nightly.child) == (["training_failed"], None)
    assert not nightly.is_due(), "it is tried again the next night, not every minute"
    assert preview(taught, *CASE)["why"]["learned"]["version"] == 1


def test_a_training_that_was_killed_is_none_when_the_next_one_begins(taught):
    for _ in range(2):
        with taught.database.transaction() as work:
            models.claim(work)
    with taught.database.reading() as connection:
        standings = [each.standing for each in models.trainings(connection)]
    assert standings[:2] == ["training", "rejected"]


def run_child(nightly):
    """Begins the training that is due, and waits for its process."""
    nightly.look()
    return nightly.child.wait(300)
