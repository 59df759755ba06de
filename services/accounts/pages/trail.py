"""The audit trail at a page and as a file. Looking at it leaves a line in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, NamedTuple
from urllib.parse import quote, urlencode

from sqlalchemy.engine import Connection

from services.accounts.administering.trail import REFUSED, TrailFilter, TrailLine, TrailPage, known_as, read_trail
from services.accounts.api import ADMIN
from services.accounts.context import HasAccounts
from services.accounts.pages.own import line_of
from services.accounts.pages.showing import TEMPLATES, Mistakes, guard_of, role_words, shown
from services.contracts.words.bilingual import Words
from services.contracts.words.people import TRAIL
from services.contracts.words.text import value
from services.design.phrases import Phrase
from services.runtime.input.queries import EARLIEST_YEAR, LATEST_YEAR, ChoiceOf, begin_of, end_of, texts
from services.runtime.sheets.workbook import XLSX
from services.runtime.web.calls import Call
from services.runtime.web.lists.paging import cursor_of, read_cursor
from services.runtime.web.pages.files import workbook_of
from services.runtime.web.pages.html import error_page
from services.runtime.web.routes import Answer, Routes

LIST: Final = "/audit"
A_PAGE, MOST_IN_A_FILE = 50, 5_000
#: How many times what is rare is looked for further back for one file.
MOST_ROUNDS: Final = 10
OLDER: Final = Phrase("Older lines are not in this file; narrow the period to have them.")
FIELDS: Final = ("who", "subject", "kind", "route", "since", "until")
LONGEST: Final = 200
LABELS: Final[Mapping[str, Phrase]] = {
    "who": Phrase("Person or token"), "subject": Phrase("Number of the opinion or assignment"), "kind": Phrase("Kind of act"),
    "route": Phrase("Address contains"), "since": Phrase("From day"), "until": Phrase("Until day"),
}  # fmt: skip
KINDS: Final[Mapping[str, Phrase]] = {
    "changes": Phrase("something changed"), "looks": Phrase("personal data looked at"), "refused": Phrase("refused"),
}  # fmt: skip
_NARROWED: Final = texts("cursor", *FIELDS, kind=ChoiceOf(KINDS))
NOBODY: Final = Phrase("Nobody has this name, sign-in name or number; please enter it in full")
SEVERAL: Final = Phrase("Several people have this name; please choose one below")
NO_DAY: Final = Phrase("Please choose a day")
routes = Routes()


class ShownLine(NamedTuple):
    """A line as the page shows it."""

    each: TrailLine
    acts_as: Words | str
    outcome: Phrase


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for, what is wrong with it, and who a name may mean."""

    given: Mapping[str, str]
    wanted: TrailFilter
    mistakes: Mistakes = field(default_factory=dict)
    people: list[tuple[str, str, str | None]] = field(default_factory=list)


@routes.get(LIST, access=ADMIN, query=_NARROWED, page=error_page, personal=True)
def page(call: Call[HasAccounts]) -> Answer:
    """The trail, the newest first, narrowed to what the address asks for."""
    cursor = str(call.query.get("cursor") or "")
    with call.service.accounts.access.reading() as connection:
        asked = _asked(call, connection)
        found = TrailPage((), None)
        if not asked.mistakes:
            found = read_trail(connection, asked.wanted, read_cursor(cursor or None), A_PAGE)
    kept = urlencode({name: text for name, text in asked.given.items() if text})
    following = f"{LIST}?cursor={cursor_of(found.before)}&{kept}" if found.before else None
    return shown(
        call, "audit.html", 422 if asked.mistakes else 200, rows=[_shown(call, each) for each in found.lines], given=asked.given,
        mistakes=asked.mistakes, people=asked.people, labels=LABELS, kinds=[(None, list(KINDS.items()))], columns=TRAIL,
        following=following, first=f"{LIST}?{kept}" if cursor else None, kept=kept, most=MOST_IN_A_FILE,
    )  # fmt: skip


@routes.get(f"{LIST}/file", access=ADMIN, query=_NARROWED, page=error_page, personal=True, gives=(XLSX,))
def file(call: Call[HasAccounts]) -> Answer:
    """The same as a workbook, at most the newest few thousand lines."""
    rows: list[TrailLine] = []
    before: str | None = None
    with call.service.accounts.access.reading() as connection:
        asked = _asked(call, connection)
        for _ in range(0 if asked.mistakes else MOST_ROUNDS):
            found = read_trail(connection, asked.wanted, before, MOST_IN_A_FILE - len(rows))
            rows += found.lines
            before = found.before
            if before is None or len(rows) == MOST_IN_A_FILE:
                break
    if asked.mistakes:
        return page(call)
    rest = OLDER if before is not None else None
    response = workbook_of(TEMPLATES, LIST[1:], list(TRAIL.values()), [_cells(call, each) for each in rows], rest)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'audit-{_today(call)}')}.xlsx"
    return response


def _asked(call: Call[HasAccounts], connection: Connection) -> Asked:
    given = {name: value(str(call.query.get(name) or ""))[:LONGEST] for name in FIELDS}
    mistakes = {name: NO_DAY for name in ("since", "until") if given[name] and not _day(given[name])}
    # A field for a day shows none that is not one.
    given |= dict.fromkeys(mistakes, "")
    zone, since, until, kind = call.service.catalogue.calendar.zone, _day(given["since"]), _day(given["until"]), given["kind"]
    wanted = TrailFilter(
        subject=given["subject"] or None, route=given["route"] or None, refused=kind == "refused",
        changes=kind == "changes" if kind in ("changes", "looks") else None, since=begin_of(since, zone) if since else None,
        until=end_of(until, zone) if until else None,
    )  # fmt: skip
    people, is_token = known_as(connection, given["who"]) if given["who"] else ([], False)
    if is_token:
        wanted = replace(wanted, token=given["who"])
    elif given["who"] and len(people) != 1:
        mistakes["who"] = SEVERAL if people else NOBODY
    elif people:
        wanted = replace(wanted, person=people[0][0])
    # Looking at what somebody did is itself a look at them.
    if about := wanted.person or wanted.token:
        guard_of(call).say(about)
    return Asked(given, wanted, mistakes, people)


def _day(text: str) -> date | None:
    """The day of a text; None for one that is none, or not of our times."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if EARLIEST_YEAR <= day.year <= LATEST_YEAR else None


def _shown(call: Call[HasAccounts], each: TrailLine) -> ShownLine:
    acts_as = each.acts_as
    return ShownLine(each, line_of(role_words(call.service, acts_as)) if acts_as else each.role, _outcome(each.status))


def _outcome(status: int | None) -> Phrase:
    if status is None:
        return Phrase("interrupted")
    return Phrase("refused (%(status)s)").filled(status=status) if status >= REFUSED else Phrase("done")


def _cells(call: Call[HasAccounts], each: TrailLine) -> list[object]:
    acts_as = each.acts_as
    who = " ".join(filter(None, (each.name, each.person))) or each.token or ""
    return [
        each.at.astimezone(call.service.catalogue.calendar.zone).isoformat(" ", "seconds"), who,
        line_of(role_words(call.service, acts_as)) if acts_as else each.role, f"{each.method} {each.route}",
        each.subject or "", "" if each.status is None else str(each.status),
    ]  # fmt: skip


def _today(call: Call[HasAccounts]) -> str:
    return call.service.accounts.access.clock.now().astimezone(call.service.catalogue.calendar.zone).date().isoformat()
