"""The month of a station, what became of the last session, and minutes as files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time

import flask
from sqlalchemy.engine import Connection

from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import NotFound
from services.contracts.messages.sessions import ListName
from services.contracts.words.bilingual import month_name
from services.contracts.words.of_sessions import SESSION_RULES, SESSION_STATES
from services.contracts.words.vocabulary import word
from services.notify.app.context import Notify
from services.notify.app.lists.entries import own_session
from services.notify.app.lists.files import FILES, table_of, written
from services.notify.app.lists.lists import session_lists
from services.notify.app.sessions.sessions import KEEPERS
from services.notify.domain.lists.summary import COUNTS, MonthSummary, month_of
from services.notify.domain.lists.views import Row, is_open
from services.notify.domain.lists.wording import as_of, day_name
from services.notify.domain.sessions.session import Session
from services.notify.handlers.sessions.keeping import check_own
from services.notify.schemas.lists.rows import FileQuery, FormatQuery
from services.notify.schemas.lists.summary import LastAnswer, SummaryAnswer, last_answer, summary_answer
from services.notify.store.lists.months import cases_between, entries_between, last_before, sessions_between
from services.notify.store.sessions.calendar import deputy_names
from services.runtime.sheets.written import WrittenTable
from services.runtime.web.calls import Call
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()
#: The lists that minutes end with.
MINUTED: tuple[ListName, ...] = ("problem", "promise", "work")


@routes.get(f"{API}/lists/summary/<station>/<month>", access=KEEPERS, query=FormatQuery, answers={200: SummaryAnswer}, gives=FILES)
def summary(call: Call[Notify]) -> Answer:
    """Read the month of a station: sessions, who came, what was told, and what became of it."""
    found = summary_of(call, call.path["station"], call.path["month"])
    if call.query["format"] == "json":
        return 200, summary_answer(found)
    return summary_paper(found, call.query["format"], call.service.catalogue)


def summary_paper(found: MonthSummary, form: str, catalogue: Catalogue) -> flask.Response:
    """A month as a file."""
    station = stored.found(catalogue.stations, found.station)
    title = f"{station.name if station else found.station} {month_name(found.month).zh}小结"
    return written(form, title, [as_of(found.as_of, catalogue).zh], summary_tables(found, catalogue))


def summary_of(call: Call[Notify], station: str, month: str) -> MonthSummary:
    """The month of a station; raises `NotFound`, and `NotAllowed` for another station than the caller's."""
    check_own(call.caller, station)
    catalogue, days = call.service.catalogue, month_of(month)
    if days is None or station not in catalogue.stations:
        raise NotFound("There is no such station." if days else "A month is written like 2026-11.")
    begin, end = (datetime.combine(day, time.min, catalogue.calendar.zone) for day in days)
    with call.service.database.reading() as connection:
        cases, entries = cases_between(connection, station, begin, end), entries_between(connection, station, begin, end)
        sessions = sessions_between(connection, station, begin, end)
    return MonthSummary.of(station, month, call.service.database.clock.now(), sessions, cases, entries)


def summary_tables(found: MonthSummary, catalogue: Catalogue) -> list[WrittenTable]:
    """A month as tables: its numbers, and its sessions."""
    numbers = [(words.zh, str(found.counts[name])) for name, words in COUNTS.items()]
    lines = [
        (
            day_name(each.at, catalogue).zh, stored.session_kind(catalogue, each.kind).name, each.title,
            SESSION_STATES[each.state].zh, str(each.visitors), "；".join(irregular(each)) or "—",
        )
        for each in found.sessions
    ]  # fmt: skip
    heading = ("日期", "类别", "名称", "状态", "接待群众", "不合规情况")
    return [WrittenTable("数字", ("项目", "数量"), numbers), WrittenTable("场次", heading, lines)]


def irregular(session: Session) -> Iterator[str]:
    """The rules that a session broke, each with its reason."""
    yield from (f"{word(SESSION_RULES, each.rule).zh}（{each.reason}）" for each in session.irregular)


@routes.get(f"{API}/sessions/<session_id>/last", access=KEEPERS, answers={200: LastAnswer})
def last(call: Call[Notify]) -> Answer:
    """Read what became of the last session of the same kind and station: its promises, and what is to be done still."""
    now = call.service.database.clock.now()
    with call.service.database.reading() as connection:
        session = own_session(call, connection, call.path["session_id"])
        before, rows = became(connection, session, now)
    return 200, last_answer(before, rows, now)


def became(connection: Connection, session: Session, now: datetime) -> tuple[Session | None, list[Row]]:
    """The last session before another, with its promises and its entries that are to be done still."""
    before = last_before(connection, session)
    if before is None:
        return None, []
    promised, *entered = session_lists(connection, before.id, ("promise", "measure", "work"), now).values()
    return before, promised + [row for rows in entered for row in rows if row.of == "entry" and is_open(row)]


@routes.get(f"{API}/sessions/<session_id>/minutes", access=KEEPERS, query=FileQuery, answers={200: None}, gives=FILES)
def minutes(call: Call[Notify]) -> Answer:
    """Read the minutes of a session as a file, with the lists it ended in."""
    catalogue, now = call.service.catalogue, call.service.database.clock.now()
    with call.service.database.reading() as connection:
        session = own_session(call, connection, call.path["session_id"])
        if session.minutes is None:
            raise NotFound("There are no minutes yet.")
        names = deputy_names(connection, session.deputies_present)
        lists = session_lists(connection, session.id, MINUTED, now)
    lines = [*minuted(session, [names.get(code, code) for code in session.deputies_present], catalogue), as_of(now, catalogue).zh]
    tables = [table_of(name, rows, catalogue) for name, rows in lists.items() if rows]
    return written(call.query["format"], f"{session.title} 纪要", lines, tables)


def minuted(session: Session, deputies: list[str], catalogue: Catalogue) -> Iterator[str]:
    """What minutes say of a session, line by line."""
    at = session.at.astimezone(catalogue.calendar.zone)
    yield f"类别：{stored.session_kind(catalogue, session.kind).name}"
    yield f"时间：{day_name(session.at, catalogue).zh} {at:%H:%M}"
    yield from (f"{label}：{text}" for label, text in (("地点", session.place), ("议题", session.theme)) if text)
    officials = [f"{stored.department(catalogue, each.department).name}{each.title}" for each in session.officials]
    yield from (f"{label}：{'、'.join(texts)}" for label, texts in (("到场代表", deputies), ("到场负责人", officials)) if texts)
    yield f"接待群众：{session.visitors} 人次；旁听：{session.observers} 人次"
    yield from (f"不合规：{each}" for each in irregular(session))
    yield from (session.minutes or "").splitlines()
