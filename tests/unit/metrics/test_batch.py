"""What a batch of messages brings to the read model, without a store."""

from datetime import datetime

from services.metrics.domain.history.batch import Batch
from tests.unit.metrics.events import START, Case


def test_a_batch_sorts_what_its_messages_bring():
    batch = Batch(datetime.fromisoformat("2026-11-30T09:00:00+08:00"))
    case = Case("o1").submitted().accepted().assigned().drafted().reminded().carded("yellow").supervised("summon")
    for event in [*case.events, *Case("o2").submitted().events]:
        batch.add(event)
    assert {opinion: [fact.type for fact in facts] for opinion, facts in batch.facts.items()} == {
        "o1": ["opinion.submitted", "opinion.accepted", "assignment.created"], "o2": ["opinion.submitted"],
    }  # fmt: skip
    assert [rung.rung for rung in batch.done.rungs] == ["half", "yellow", "summon"]
    assert [move.move for move in batch.done.moves] == ["drafted", "yellow_card", "supervision", "summons"]
    assert {each.at for each in batch.done.moves} == {each.sent_at for each in batch.done.rungs} == {batch.recorded_at}
    assert batch.facts["o1"][0].at == START
    assert {opinion: len(done.rungs) + len(done.moves) for opinion, done in batch.done.by_opinion().items()} == {"o1": 7}
