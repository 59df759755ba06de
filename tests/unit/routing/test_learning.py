"""The model: it learns from decided cases, knows how sure it is, says why, and takes rulings in; on made-up opinions."""

from datetime import UTC, datetime

import numpy as np
import pytest

from services.routing.domain.choice import Router
from services.routing.domain.learning import knowledge as knowing
from services.routing.domain.learning.calibration import fit
from services.routing.domain.learning.features import buckets_of, plain, read, words_as_keys
from services.routing.domain.learning.knowledge import Knowledge
from services.routing.domain.learning.model import Model, ModelInvalid, buckets_for
from services.routing.domain.learning.precedents import EQUAL, Precedents
from services.routing.domain.learning.ruled import RuledCase, RuledText
from services.routing.domain.learning.training import FEWEST_TEXTS, Decided, macro_f1, train
from services.routing.domain.learning.weighing import occurrences, weigh
from tests.unit.routing.bureau import TOWN
from tests.unit.routing.made_up import decided, opinions

#: Models are trained here.
pytestmark = pytest.mark.slow
ROUTER = Router(TOWN)


@pytest.fixture(scope="module")
def trained():
    return train(decided(TOWN, 400))


def weighed(model, title, content=""):
    return model.weigh(read(title, content).counted)


def judged(model, title, content=""):
    return model.judge(weighed(model, title, content), ROUTER.points(title, content))


def test_what_it_learned_holds_for_texts_it_has_not_seen_and_beats_the_rules(trained):
    right = [judged(trained.model, title, text).label == department for title, text, department in opinions(200, seed=7)]
    assert sum(right) / len(right) > 0.95
    assert trained.report.f1 > trained.report.rules_f1
    assert trained.report.cases == 400


def test_probabilities_are_a_whole_and_the_confidence_says_how_often_it_is_right(trained):
    found = [(judged(trained.model, title, text), department) for title, text, department in opinions(300, seed=8)]
    assert all(abs(sum(chance for _, chance in each.likely) - 1) < 0.001 for each, _ in found)
    assert all(
        [chance for _, chance in each.likely] == sorted((chance for _, chance in each.likely), reverse=True) for each, _ in found
    )
    said = np.mean([each.confidence for each, _ in found])
    assert abs(said - np.mean([each.label == department for each, department in found])) < 0.05


def test_it_is_less_sure_of_what_it_has_never_read_about(trained):
    assert judged(trained.model, "外星人", "不明飞行物").confidence < judged(trained.model, "北村课后服务", "班主任补课").confidence


def test_the_words_that_speak_for_a_department_are_of_the_text_and_of_that_department(trained):
    title, text = "南村泵站", "灌溉不了，班主任也知道，请领导尽快处理。"
    said = read(title, text)
    assert {"泵站", "灌溉"} & set(trained.model.words_for("water", said))
    assert "班主任" in trained.model.words_for("schools", said)
    assert "班主任" not in trained.model.words_for("water", said)
    assert trained.model.words_for("water", read("", "")) == ()


def test_a_stored_model_says_the_same_and_is_small(trained):
    body = trained.model.pack()
    again = Model.unpack(body)
    for title, text, _ in opinions(50, seed=9):
        one, other = judged(trained.model, title, text), judged(again, title, text)
        assert one.label == other.label
        assert abs(one.confidence - other.confidence) < 0.02
    assert len(body) < 4_000_000


@pytest.mark.parametrize("harm", [b"", b"no model", lambda body: body[:-9], lambda body: body[:40] + b"\0\0" + body[42:]])
def test_a_broken_model_is_known_for_one(trained, harm):
    body = harm(trained.model.pack()) if callable(harm) else harm
    with pytest.raises(ModelInvalid):
        Model.unpack(body)


def test_rulings_teach_it_at_once(trained):
    model = Model.unpack(trained.model.pack())
    title, text = "东街护栏的问题", "护栏倒了。"
    assert judged(model, title, text).label == "roads"
    for _ in range(3):
        model.learn(weighed(model, title, text), "water")
    assert judged(model, title, text).label == "water"
    model.learn(weighed(model, title, text), "a department that the model does not have")
    assert judged(model, title, text).label == "water"


def test_too_few_cases_and_a_single_department_train_nothing():
    assert train(decided(TOWN, 150)) is None
    assert train([Decided("河堤", "", "water", {})] * 500) is None


def test_a_department_with_hardly_a_case_is_none_of_its_labels():
    rare = Decided("大熊猫", "走丢了", "gas", {})
    model = train([*decided(TOWN, 250), rare]).model
    assert "gas" not in model.labels


def test_training_says_how_far_it_is():
    steps = []
    train(decided(TOWN, 220), step=lambda *step: steps.append(step))
    assert {what for what, _, _ in steps} == {"read", "check", "fit"}
    assert all(done <= total for _, done, total in steps)
    assert {what for what, done, total in steps if done == total} == {"read", "check", "fit"}


def test_nothing_personal_is_read(trained):
    for told in ("13812345678", "0731-8456 7890", "430102199001011234", "43010219900101123X", "li.na@example.org"):
        assert told.casefold() not in plain(f"请打{told}联系我")
        with_it, without = (weighed(trained.model, "", text) for text in (f"请打 {told} 联系", "请打 联系"))
        assert np.array_equal(with_it.places, without.places)


def weights_of(words, texts, labels, fewest=FEWEST_TEXTS):
    """What words weigh after these texts, where a label is a number."""
    shape, wanted = (1 << 16, max(labels) + 1), np.array(labels)
    found = occurrences([read(*each).counted for each in texts], wanted, shape)
    return weigh(found, np.bincount(wanted), fewest)[buckets_of(words_as_keys(words), shape[0])]


def test_what_few_texts_have_weighs_nothing():
    texts = [("路灯", f"{name}不亮") for name in ("欧阳", "欧阳", "司马", "东方")]
    assert (weights_of(["欧阳", "司马", "东方"], texts, [0, 1, 0, 1]) == 0).all()
    assert (weights_of(["路灯"], texts, [0, 1, 0, 1]) > 0).all()


def test_of_words_that_are_as_rare_those_that_tell_departments_apart_weigh_more():
    texts = [("", said) for said in ("灌溉 请问", "灌溉 大家", "灌溉 请问", "校车 大家", "校车 请问", "校车 大家")]
    telling, chatting = weights_of(["灌溉", "大家"], texts, [0, 0, 0, 1, 1, 1])
    assert telling > 1.5 * chatting


@pytest.mark.parametrize("title", ["", " ", "a", "😀", "\ud800", "，。", "路" * 30_000])
def test_every_text_can_be_read(trained, title):
    vector = weighed(trained.model, title, title)
    assert np.isfinite(vector.weights).all()
    assert (np.diff(vector.places) > 0).all()
    assert len(judged(trained.model, title, title).likely) == 3


def test_the_more_labels_the_fewer_buckets():
    sizes = [buckets_for(["label"] * number) * number for number in (1, 7, 28, 200)]
    assert all(size <= 3_670_016 for size in sizes)


def test_labels_that_are_taken_for_one_another_are_told_apart_by_the_score_of_a_third():
    dice = np.random.default_rng(0)
    labels = dice.integers(0, 3, 600)
    scores = np.eye(3)[labels]
    # Of the first two, the text alone says the wrong one; a third part of the score of the last one tells them apart.
    scores[labels < 2, :2] = 0.5 + 0.1 * (1 - np.eye(2)[labels[labels < 2]])
    scores[labels == 1, 2] = 0.3
    fitted = fit(scores[:300], np.zeros((300, 3)), labels[:300])
    found = fitted.probabilities(scores[300:], np.zeros((300, 3))).argmax(1)
    assert (scores[300:].argmax(1) == labels[300:]).mean() < 0.5
    assert (found == labels[300:]).mean() > 0.99


def test_macro_f1_counts_every_label_alike():
    assert macro_f1(np.array([0, 0, 0, 1]), np.array([0, 0, 0, 0]), 2) == pytest.approx((6 / 7) / 2)
    assert macro_f1(np.array([0, 1]), np.array([0, -1]), 2) == pytest.approx(0.5)


def test_precedents_are_found_by_their_short_sketches_as_by_comparing_with_all():
    rulings = [
        (RuledCase(str(number), datetime(2026, 1, 1, tzinfo=UTC), "petitions", to, True, ""), read(title, text).counted)
        for number, (title, text, to) in enumerate(opinions(400, seed=3))
    ]
    precedents, few = remembering(rulings[:300]), [remembering([each]) for each in rulings]
    precedents.add(rulings[300:])
    for _, text in rulings[::20]:
        alone = [near for one in few for near in one.nearest(text, least=-1.0) if near.nearness >= EQUAL]
        assert alone
        expected = sorted(alone, key=lambda near: (-near.nearness, -int(near.case.id)))
        assert precedents.nearest(text, most=400, least=EQUAL) == expected


def remembering(rulings):
    precedents = Precedents()
    precedents.add(rulings)
    return precedents


def test_a_text_is_read_once_for_all_that_is_asked_of_it_and_kept_nowhere(trained, monkeypatch):
    said = ("南村泵站坏了", "灌溉不了，抽水机也停了。")
    knowledge, times = Knowledge(trained.model, 1), []
    knowledge.remember([RuledText(RuledCase("r-1", datetime(2026, 1, 1, tzinfo=UTC), "petitions", "water", True, ""), *said)])
    assert said[1] not in str(vars(knowledge.precedents))
    reading = knowing.read
    monkeypatch.setattr(knowing, "read", lambda *text: times.append(text) or reading(*text))
    asked = knowledge.about(*said)
    assert asked.advise({})[0] == "water"
    assert [each.case.id for each in asked.nearest()] == ["r-1"]
    assert times == [said]
