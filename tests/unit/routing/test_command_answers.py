"""Every command is answered once, in its department's queue: with a code, the assignment, and what may be done now."""

import gzip
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.commands import VERBS
from services.contracts.errors import STATUSES
from services.contracts.topology import DEPARTMENTS
from services.contracts.words.answers import CODES, UNREADABLE
from services.routing.domain.commanding import command_of, verbs_of
from services.routing.domain.moves.lead import Lead
from services.routing.store.commands import commands
from services.runtime.messaging.broker import Outgoing

NOTE = {"content": "周三进场。"}


def deeper(inner):
    return st.lists(inner) | st.dictionaries(st.text(), inner)


def envelope(assignment, command="c-1", **data):
    return {"specversion": "1.0", "id": command, "data": {"assignment": assignment, **data}}


def packed(body, encoding="utf-8"):
    return json.dumps(body, ensure_ascii=False).encode(encoding)


def only(bureau):
    (answer,) = bureau.answers()
    return answer


def test_every_refusal_that_callers_see_has_a_code_with_words():
    assert {status.slug for error, status in STATUSES.items()} - set(CODES) <= {
        "not-signed-in", "unsupported-type", "no-room", "changed",
    }  # fmt: skip
    assert all(words.zh and words.en for words in CODES.values())


@pytest.mark.parametrize(
    ("body", "command", "code"),
    [
        (b"", "c-1", "not-json"),
        (b"{", "c-1", "not-json"),
        (b"[]", "c-1", "not-object"),
        (b'["not an object"]', "c-1", "not-object"),
        (b'"sign"', "c-1", "not-object"),
        (b"null", "c-1", "not-object"),
        (b"\xff", "c-1", "not-utf8"),
        (packed(envelope("a", content="已派单"), "gbk"), "c-1", "not-utf8"),
        (packed(envelope("a", content="已派单"), "utf-16"), "c-1", "not-utf8"),
        (gzip.compress(packed(envelope("a")), mtime=0), "c-1", "not-utf8"),
        (b"[" * 3000, "c-1", "not-json"),
        (packed({"data": {"assignment": "a"}}), "", "no-id"),
        (packed(envelope("a", "")), "", "no-id"),
        (packed(envelope("a", None)), "", "no-id"),
        (packed(envelope("a", ["c-1"])), "", "bad-id"),
        (packed(envelope("a", "c" * 65)), "", "bad-id"),
        (packed(envelope("a")), "c" * 65, "bad-id"),
        (packed(envelope("a")), "c\n", "bad-id"),
        (packed(envelope("a")), "c\x00", "bad-id"),
    ],
)
def test_what_cannot_be_read_is_answered_with_what_is_wrong_and_is_no_dead_letter(bureau, body, command, code):
    for _ in range(2):
        bureau.command("water.progress", body, command)
    first, second = bureau.rejected()
    assert (first.code, first.department, first.verb) == (code, "water", "progress")
    assert (first.detail, first.detail_zh) == (UNREADABLE[code].en, UNREADABLE[code].zh)
    assert first == second
    assert len({row["message_id"] for row in bureau.sent()}) == 1
    assert bureau.dead("routing.commands") == []


@pytest.mark.slow
@settings(max_examples=60)
@given(
    body=st.one_of(
        st.binary(max_size=60),
        st.recursive(st.none() | st.integers() | st.text(max_size=5), deeper)
        .map(lambda data: {"id": "x", "data": data}),
        st.dictionaries(st.sampled_from(["assignment", "content", "outcome", "until"]), st.text(max_size=9) | st.integers())
        .map(lambda data: {"id": "x", "data": data}),
    ),
    verb=st.sampled_from([*VERBS, "dance", "x"]),
    command=st.text(max_size=70),
)  # fmt: skip
def test_whatever_a_department_sends_is_answered_exactly_once(bureau, body, verb, command):
    before = len(bureau.answers())
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    bureau.command(f"water.{verb}", content, command)
    assert len(bureau.answers()) == before + 1
    assert bureau.dead("routing.commands") == []


def test_json_nested_deeper_than_any_stack_is_answered(bureau):
    deep = b'{"id": "c-1", "data": {"assignment": "a", "content": "\\u0000", "x": ' + b"[" * 900 + b"]" * 900 + b"}}"
    bureau.command("water.progress", deep, "c-1")
    assert only(bureau).code == "malformed"
    assert bureau.dead("routing.commands") == []


def test_a_field_that_is_given_twice_is_refused_by_name_and_nothing_is_done(bureau):
    assignment = bureau.accept()
    body = f'{{"id": "c-1", "data": {{"assignment": "{assignment}", "content": "一", "content": "二"}}}}'.encode()
    bureau.command("water.progress", body, "c-1")
    assert (only(bureau).code, list(only(bureau).errors)) == ("invalid", ["content"])
    bureau.command("water.progress", packed(envelope(assignment, content="一")), "c-1")
    assert [answer.code for answer in bureau.answers()] == ["invalid", "accepted"]


def test_a_byte_order_mark_is_no_reason_to_refuse(bureau):
    assignment = bureau.accept()
    bureau.command("water.sign", b"\xef\xbb\xbf" + packed(envelope(assignment)), "c-1")
    assert only(bureau).code == "accepted"


@pytest.mark.parametrize(
    ("key", "data", "code"),
    [
        ("water.dance", {"assignment": "own"}, "unknown-verb"),
        ("water.sign", {}, "no-assignment"),
        ("water.sign", {"assignment": "nothing"}, "not-found"),
        ("water.sign", {"assignment": "n" * 65}, "not-found"),
        ("roads.sign", {"assignment": "own"}, "not-allowed"),
        ("water.sign", {"assignment": "own", "colour": 1}, "invalid"),
        ("water.resume", {"assignment": "own"}, "conflict"),
        ("water.progress", {"assignment": "own", "content": "\x00"}, "malformed"),
        ("water.sign", {"assignment": "own"}, "accepted"),
    ],
)
def test_the_answer_names_the_code_the_command_the_assignment_and_what_may_be_done_now(bureau, key, data, code):
    own = bureau.accept()
    named = {**data, **({"assignment": own} if data.get("assignment") == "own" else {})}
    command = bureau.command(key, named)
    answer, (row,) = only(bureau), [each for each in bureau.sent() if each["type"].startswith("command.")]
    mine = named.get("assignment") == own and key.startswith("water.")
    state = "signed" if code == "accepted" else "assigned"
    allowed = tuple(verb for verb in verbs_of("lead", state, drafts=False) if verb != "keep") if mine else ()
    assert (answer.command, answer.code, answer.state, answer.allowed) == (command, code, state if mine else None, allowed)
    assert answer.assignment == (named.get("assignment") if len(named.get("assignment", "")) <= 64 else None)
    assert answer.detail
    assert answer.detail_zh.startswith(CODES[code].zh)
    assert (row["correlation_id"], row["type"]) == (command, answer.TYPE)
    assert [DEPARTMENTS, f"department.{key.split('.')[0]}"] in json.loads(row["destinations"])


def test_an_accepted_command_is_the_sender_s_own_business(bureau):
    bureau.command("water.sign", {"assignment": bureau.accept()})
    (row,) = [each for each in bureau.sent() if each["type"] == "command.accepted"]
    assert json.loads(row["destinations"]) == [[DEPARTMENTS, "department.water"]]


def test_only_verbs_that_this_role_has_are_named(bureau):
    bureau.let_in("o-1", co_handlers=("roads",))
    beside = bureau.beside("o-1")["roads"]["id"]
    bureau.command("roads.extend", {"assignment": beside, "until": "2026-12-18T23:59:59+08:00", "reason": "等配件。"})
    assert (only(bureau).code, only(bureau).allowed) == ("conflict", ("sign", "object", "progress", "reply"))
    assert "extend, " not in only(bureau).detail


@pytest.mark.parametrize("drafts", [True, False])
@pytest.mark.parametrize("role", ["lead", "co_handler", "separate"])
def test_what_is_allowed_are_verbs_of_departments(role, drafts):
    for state in ("assigned", "signed", "objected"):
        assert set(verbs_of(role, state, drafts=drafts)) <= set(VERBS)
    assert ("reply" in verbs_of(role, "drafted" if role == "lead" else "signed", drafts=drafts)) == (drafts or role != "lead")


def test_a_refused_id_may_be_used_again_with_another_body(bureau):
    assignment = bureau.accept(opinion="o-1")
    bureau.command("water.progress", {"assignment": assignment}, "c-1")
    bureau.command("water.progress", {"assignment": assignment, **NOTE}, "c-1")
    assert [answer.code for answer in bureau.answers()] == ["invalid", "accepted"]
    assert bureau.story("o-1") == [("created", 1), ("progressed", 2)]


def test_the_same_command_again_gets_the_same_answer_again(bureau):
    """Also when it would be answered otherwise by now, and when its envelope is written differently."""
    assignment = bureau.accept(opinion="o-1")
    for _ in range(2):
        bureau.command("water.resume", {"assignment": assignment}, "c-1")
        bureau.command("water.progress", {"assignment": assignment, **NOTE}, "c-2")
        bureau.command("water.pause", {"assignment": assignment, "reason": "请说明是哪一段。"}, "c-3")
    bureau.command("water.progress", packed({"time": "later", "data": {**NOTE, "assignment": assignment}}), "c-2")
    answers = [event for event in bureau.said() if event.type.startswith("command.")]
    by_command = {name: [each for each in answers if each.data.command == name] for name in ("c-1", "c-2", "c-3")}
    assert {name: len(each) for name, each in by_command.items()} == {"c-1": 2, "c-2": 3, "c-3": 2}
    for copies in by_command.values():
        assert len({each.id for each in copies}) == 1
        assert len({str(each.data) for each in copies}) == 1
    assert [by_command[name][0].data.code for name in ("c-1", "c-2", "c-3")] == ["conflict", "accepted", "accepted"]
    assert [kind for kind, _ in bureau.story("o-1")] == ["created", "progressed", "signed", "paused"]


@pytest.mark.parametrize("other", [("progress", {"content": "又一条。"}), ("sign", {}), ("dance", {})])
def test_an_id_that_was_carried_out_is_refused_for_anything_else(bureau, other):
    assignment = bureau.accept(opinion="o-1")
    bureau.command("water.progress", {"assignment": assignment, **NOTE}, "c-1")
    verb, body = other
    bureau.command(f"water.{verb}", {"assignment": assignment, **body}, "c-1")
    assert [answer.code for answer in bureau.answers()] == ["accepted", "id-used"]
    assert bureau.story("o-1") == [("created", 1), ("progressed", 2)]


def test_copies_and_corrections_in_one_batch_are_answered_each(bureau):
    assignment = bureau.accept(opinion="o-1")
    consume, bureau.consume = bureau.consume, lambda _: None
    for body in ({}, {}, NOTE, NOTE, {"content": "又一条。"}):
        bureau.command("water.progress", {"assignment": assignment, **body}, "c-1")
    consume("routing.commands")
    assert [answer.code for answer in bureau.answers()] == ["invalid", "invalid", "accepted", "accepted", "id-used"]
    assert bureau.story("o-1") == [("created", 1), ("progressed", 2)]


def test_what_was_carried_out_before_answers_were_kept_is_not_carried_out_again(bureau):
    assignment = bureau.accept(opinion="o-1")
    key = command_of("water.progress", "c-1", None, b"{}").key
    with bureau.database.transaction() as work:
        work.add(commands, {"key": key, "digest": "", "accepted": True, "answered": work.now})
    bureau.command("water.progress", {"assignment": assignment, **NOTE}, "c-1")
    assert only(bureau).code == "id-used"
    assert bureau.story("o-1") == [("created", 1)]


@pytest.mark.slow
def test_a_command_that_fails_again_and_again_is_answered_when_it_is_given_up(bureau, monkeypatch):
    assignment = bureau.accept(opinion="o-1")
    monkeypatch.setattr(Lead, "sign", lambda *_: 1 / 0)
    bureau.command("water.sign", {"assignment": assignment}, "c-1")
    for _ in range(12):
        for exchange in ("huiying.retry.5s", "huiying.retry.1m", "huiying.retry.10m"):
            bureau.broker.release(exchange)
        bureau.consume("routing.commands")
    assert (only(bureau).code, only(bureau).command) == ("failed", "c-1")
    (dead,) = bureau.dead("routing.commands")
    monkeypatch.undo()
    bureau.broker.route(
        Outgoing(dead.message_id, "huiying.requeue", "routing.commands", dead.body, {**dead.headers, "x-attempt": 0})
    )
    bureau.consume("routing.commands")
    assert [answer.code for answer in bureau.answers()] == ["failed", "accepted"]
