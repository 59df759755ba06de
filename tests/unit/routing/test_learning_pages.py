"""The pages of what routing is not sure of, and of the versions of its model."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from services.contracts.messages.values import Learned, Likely
from services.routing.domain.learning.knowledge import Knowledge
from services.routing.domain.learning.ruled import RuledCase, RuledText
from services.routing.store.learning.doubts import DoubtStore
from services.routing.store.learning.models import models
from services.routing.store.tables import rulings
from tests.unit.routing.bureau import accepted

HOSTILE = '<script>alert(1)</script>"\'><img src=x onerror=alert(1)> {{7*7}} <!--#include virtual="/x" -->'
REPORT = {"cases": 1200, "labels": 7, "f1": 0.91, "rules_f1": 0.79, "right": 0.93, "coverage": 0.9, "accuracy": 0.96}
LIKELY = (Likely("water", 0.412), Likely("roads", 0.3), Likely("lost", 0.1))


@pytest.fixture
def pages(bureau):
    return bureau.pages("reviewer", "zh")


def doubt(bureau, opinion, title, content="东街桥。", likely=LIKELY):
    with bureau.database.transaction() as work:
        DoubtStore(work).hold(accepted(opinion, title, content), 0.41, Learned(1, likely, ("护栏",)))


@pytest.mark.slow
def test_one_press_decides_what_routing_was_not_sure_of(bureau, pages):
    doubt(bureau, "o-1", "护栏断了")
    text = pages("/doubtful").text
    assert 'name="department" value="water"' in text
    assert "41 %" in text
    assert "依据： 护栏" in text
    # A department that the catalogue no longer has cannot be chosen.
    assert 'value="lost"' not in text
    answer = pages("/doubtful/o-1", form={"department": "roads"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/doubtful?did=roads")
    assert bureau.lead("o-1")["department"] == "roads"
    assert "没有待定" in pages("/doubtful?did=roads").text
    assert pages("/doubtful/o-1", form={"department": "roads"}).headers["Location"] == "/doubtful?did=nothing"
    assert "已不在待定" in pages("/doubtful?did=nothing").text


def test_another_department_is_chosen_with_a_reason_and_a_mistake_keeps_what_was_typed(bureau, pages):
    doubt(bureau, "o-1", "护栏断了", likely=())
    for department in ("", "moon"):
        wrong = pages("/doubtful/o-1", form={"department": department, "reason": "归水务"})
        assert wrong.status_code == 422
        assert "请选择承办单位" in wrong.text
        assert "归水务</textarea>" in wrong.text
    assert pages("/doubtful/o-1", form={"department": "water", "reason": "归水务"}).status_code == 303
    with bureau.database.reading() as connection:
        (ruling,) = connection.execute(sa.select(rulings.c.about, rulings.c.reason, rulings.c.target))
    assert tuple(ruling) == ("review", "归水务", "water")


def test_precedents_stand_beside_the_decision(bureau, pages):
    case = RuledText(RuledCase("r-1", bureau.clock.now(), "water", "roads", True, "桥归公路站"), "护栏断了", "东街桥。")
    knowledge = Knowledge()
    knowledge.remember([case])
    bureau.service.learning.knowledge, bureau.service.learning.fresh = knowledge, lambda: knowledge
    doubt(bureau, "o-1", "护栏断了")
    assert "桥归公路站" in pages("/doubtful").text


def test_versions_are_shown_with_what_was_expected_and_what_was_seen(bureau, pages):
    assert "尚未训练过" in pages("/models").text
    with bureau.database.transaction() as work:
        for version, standing in ((1, "retired"), (2, "in_use"), (3, "rejected"), (4, "broken"), (5, "training")):
            report = REPORT if standing != "training" else None
            work.execute(models.insert().values(version=version, at=work.now, standing=standing, report=report))
    text = pages("/models", "supervisor").text
    for words in ("使用中", "曾使用", "未通过", "无法读取", "训练中", "1200", "预期 96 %"):
        assert words in text, words
    assert 'aria-label="训练时预计的自动分办比例，按版本（%）"' in text


def test_what_people_wrote_is_text_and_others_are_refused(bureau, pages):
    doubt(bureau, "o-1", HOSTILE, HOSTILE)
    for path in ("/doubtful", "/doubtful?did=<script>", "/models"):
        text = pages(path).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "<!--#" not in text
        assert pages(path, "water").status_code == 403
        assert pages(path, None).status_code == 401
    assert pages("/doubtful/o-1", "water", {"department": "water"}).status_code == 403
    assert pages("/doubtful/o-1").status_code == 303
