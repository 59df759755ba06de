"""Whatever strangers wrote, a command that shows it neither falls over nor lets the terminal obey it."""

from __future__ import annotations

import contextlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from examples.python.department import DepartmentProgram
from services.console import main, terminal
from services.console.client.replay import DeadLetter, _dead_letter, worked_by
from services.console.commands import dead_letters as dead_letters
from services.console.commands import departments, doctor
from services.console.commands.people import tokens as keys
from services.console.doctor.findings import Finding, Severity
from services.contracts.words.text import escape_json
from services.runtime.clock import ZONE

MOMENT = datetime(2026, 11, 23, 9, 30, tzinfo=ZONE)
EVIL = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202eabc\u200b[/red][link=x]"
OBEYED = ("Cc", "Cf", "Cs")
CONSOLE = Path(terminal.__file__).parent
#: What is run by itself, without the console around it.
BY_THEMSELVES = {"terminal.py", "combined_app.py"}


def delivered(
    body: bytes = b"{}", headers: Any = None, source: str = "routing.commands.dead", key: str = "water.sign", **more: Any
) -> DeadLetter:
    """A parked message as it is read from the broker."""
    properties = SimpleNamespace(**{"headers": headers, "message_id": "m-1", "user_id": None, "content_type": None, **more})
    return _dead_letter(source, SimpleNamespace(exchange="huiying.dead", routing_key=key), properties, body)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000, b'{"type":' * 5_000, b"not JSON", b"\xff\xfe", "{\"type\": \"答复\"}".encode("gbk"), b"", b"null", b"[1]",
        b'{"type": {"deep": [1]}}', b'{"type": null}', b'{"type": 1e999}', b'"' + b"x" * 2_000_000 + b'"', EVIL.encode(),
    ],
    ids=lambda body: repr(body[:20]),
)  # fmt: skip
def test_no_body_is_too_strange_to_be_listed(body: bytes) -> None:
    assert delivered(body).department == "water"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary() | st.datetimes() | st.floats(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
NAMES = ("x-death", "x-attempt", "x-error", "x-failed", "x-routing-key", "x-user-id", "x-delivery-count")
DEATHS = st.lists(st.dictionaries(st.sampled_from(("count", "reason", "exchange", "routing-keys", "time")), VALUES))


@pytest.mark.slow
@settings(max_examples=50)
@given(
    st.binary(),
    st.none() | st.dictionaries(st.sampled_from(NAMES), VALUES | DEATHS),
    st.none() | st.text() | st.binary(),
    st.sampled_from(("routing.commands.dead", "huiying.unrouted", "department.water.dead", "intake.events.dead")),
    st.text(),
)
def test_no_header_is_too_strange_to_be_listed(body: bytes, headers: Any, text: Any, source: str, key: str) -> None:
    found = delivered(body, headers, source, key, message_id=text, user_id=text)
    assert found.queue == worked_by(source)
    assert json.loads(escape_json(json.dumps(found.reason, ensure_ascii=False))) == found.reason


@pytest.mark.parametrize(
    ("source", "key", "user", "department"),
    [
        ("routing.commands.dead", "water.sign", "department-water", "water"),
        ("routing.commands.dead", "water.sign", None, "water"),
        ("huiying.unrouted", "gas.nonsense", "department-gas", "gas"),
        ("department.roads.dead", "department.roads", "routing", "roads"),
        ("intake.events.dead", "assignment.created.water", "routing", "water"),
        ("notify.events.dead", "assignment.created.-", "routing", None),
        ("metrics.events.dead", "opinion.accepted.water-supply", "intake", None),
    ],
)
def test_a_parked_message_says_whose_it_is(source: str, key: str, user: str | None, department: str | None) -> None:
    found = delivered(source=source, key="", headers={"x-routing-key": key, "x-user-id": user})
    assert (found.routing_key, found.user, found.department) == (key, user, department)


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A console whose broker, store and services answer with what strangers wrote."""
    monkeypatch.setenv("HUIYING_VAR", str(tmp_path))
    message = delivered(EVIL.encode(), {"x-error": EVIL, "x-user-id": EVIL, "x-routing-key": f"{EVIL}.sign"}, message_id=EVIL)
    monkeypatch.setattr(dead_letters, "connection", lambda *_: contextlib.nullcontext())
    monkeypatch.setattr(dead_letters, "depths", lambda _, names: dict.fromkeys(names, 1))
    monkeypatch.setattr(dead_letters, "read_dead_letters", lambda *_: [message])
    monkeypatch.setattr(doctor, "examine", lambda _: [Finding(EVIL, Severity.CRITICAL, EVIL, EVIL)])
    monkeypatch.setattr(keys, "_store", lambda _: None)
    row = {
        "at": MOMENT,
        "token": None,
        "person": EVIL,
        "name": EVIL,
        "role": EVIL,
        "party": EVIL,
        "method": "GET",
        "route": "/x",
        "subject": EVIL,
        "status": 200,
    }
    monkeypatch.setattr("services.console.commands.people.audit._store", lambda: None)
    monkeypatch.setattr("services.console.commands.people.audit.audit_trail.listing", lambda *_, **__: [row])
    grants = {"channels": [EVIL], "source": EVIL}
    ends = dict.fromkeys(("created", "used", "expires", "revoked"), MOMENT)
    token = {"id": EVIL, "role": "admin", "party": EVIL, **grants, **ends}
    monkeypatch.setattr("services.console.commands.people.tokens.access.listing", lambda _: [token])
    monkeypatch.setattr(departments, "_trust", lambda _: None)
    task = {"type": "assignment.created", "subject": "o", "id": "e", "time": "2026-11-23T09:30:00+08:00"}
    data = {"assignment": EVIL, "opinion": {"title": EVIL}, "deadlines": {"sign": EVIL, "reply": EVIL}, "why": {"rule": EVIL}}
    monkeypatch.setattr(DepartmentProgram, "run", lambda self, _: self.handle(None, {**task, "data": data}))
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "web.log").write_text(f"{EVIL}\n")
    (tmp_path / "wrong.yml").write_text(f'departments: "{EVIL[10:]}"\n'.replace("\x1b", "\\e").replace("\x9b", "\\x9b"))
    return tmp_path


COMMANDS = {
    "dead list": ("dead", "list"), "dead list --json": ("dead", "list", "--json"),
    "dead show": ("dead", "show", "routing.commands"), "dead show --json": ("dead", "show", "routing.commands", "--json"),
    "doctor": ("doctor",), "doctor --json": ("doctor", "--json"),
    "logs": ("logs",), "token list": ("token", "list"), "token list --json": ("token", "list", "--json"), "audit": ("audit",),
    "audit --json": ("audit", "--json"), "listen": ("listen", "water"), "catalogue check": ("catalogue", "check", "wrong.yml"),
    "an error": ("dead", "show"),
}  # fmt: skip


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_nothing_that_is_printed_moves_the_terminal(words: tuple[str, ...], place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = tuple(str(place / each) if each.endswith(".yml") else each for each in words)
    if words == COMMANDS["an error"]:
        given = (*given, "x")
        monkeypatch.setattr(dead_letters, "read_dead_letters", lambda *_: terminal.fail(EVIL, EVIL))
    shown = run(given)
    assert shown.exception is None or isinstance(shown.exception, SystemExit), shown.exception
    output = shown.stdout + shown.stderr
    assert "␛" in output or "\\u001b" in output or words[0] == "catalogue", "nothing foreign was shown, so nothing was tried"
    assert obeyed(output) == []


def run(words: tuple[str, ...]) -> Result:
    """A command, with what it prints."""
    return CliRunner().invoke(main.main, words)


def obeyed(output: str) -> list[str]:
    """What a terminal would act on or hide."""
    return [letter for letter in output if letter != "\n" and unicodedata.category(letter) in OBEYED]


WAYS: dict[str, Callable[[], None]] = {
    "print": lambda: terminal.out.print(EVIL),
    "print on standard error": lambda: terminal.err.print(EVIL),
    "in a table": lambda: terminal.out.print(_table()),
    "a step": lambda: terminal.step(EVIL),
    "plain": lambda: terminal.print_plain(EVIL),
    "JSON": lambda: terminal.print_json({EVIL: [EVIL]}),
    "a failure": lambda: terminal.CommandFailed(EVIL, EVIL).show(),
}


def _table() -> Any:
    made = terminal.table(EVIL)
    made.add_row(EVIL)
    return made


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_every_way_to_print_is_safe(way: Callable[[], None], capsys: pytest.CaptureFixture[str]) -> None:
    way()
    written = "".join(capsys.readouterr())
    assert "abc" in written
    assert obeyed(written) == []


def written_elsewhere() -> Iterator[str]:
    for path in CONSOLE.rglob("*.py"):
        if path.name not in BY_THEMSELVES:
            for found in re.finditer(r"click\.echo|(?<![\w.])print\(|sys\.std(out|err)|Console\(", path.read_text()):
                yield f"{path.name}: {found[0]}"


def test_the_console_prints_by_its_terminal_alone() -> None:
    assert list(written_elsewhere()) == []
