"""The notification to a department that is asked to a session: when and where, or what has become of it. Chinese first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue
from services.contracts.sessions import SessionMove, SessionState
from services.notify.domain.sessions.session import Session

TITLES: Final[Mapping[SessionMove, str]] = {
    SessionMove.ANNOUNCE: "【活动通知】{title} · Asked to come",
    SessionMove.POSTPONE: "【活动延期】{title} · Postponed",
    SessionMove.CANCEL: "【活动取消】{title} · Cancelled",
}
WHAT: Final[Mapping[SessionMove, tuple[str, str]]] = {
    SessionMove.ANNOUNCE: ("请派负责人到会。", "Please send somebody in charge."),
    SessionMove.POSTPONE: ("活动改期，请按新的时间到会。", "It has been postponed; please come at the new time."),
    SessionMove.CANCEL: ("活动取消，不必到会。", "It is cancelled; nobody has to come."),
}
OPEN: Final = ("活动延期，新的时间另行通知。", "It has been postponed; you will be told when.")
BODY: Final = """{department}：
{kind}“{title}”
时间：{at}
地点：{place}
{who}{reason}{what}
—— {county}

{department_en}: {kind_en} "{title}", {at}, {place}. {what_en}
— {county_en}
"""


def write_notice(session: Session, move: SessionMove, department: str, catalogue: Catalogue) -> tuple[str, str]:
    """The title and the body of what a department is told."""
    asked, kind = stored.department(catalogue, department), stored.session_kind(catalogue, session.kind)
    is_open = move is SessionMove.POSTPONE and session.state is SessionState.POSTPONED
    what = OPEN if is_open else WHAT[move]
    who = "、".join(each.title for each in session.officials if each.department == department)
    body = BODY.format(
        department=asked.name, department_en=asked.name_en, kind=kind.name, kind_en=kind.name_en, title=session.title,
        at=f"{session.at.astimezone(catalogue.calendar.zone):%Y-%m-%d %H:%M}", place=session.place or "—",
        who=f"请到会：{who}\n" if who else "", reason=f"原因：{session.reason}\n" if move is not SessionMove.ANNOUNCE else "",
        what=what[0], what_en=what[1], county=catalogue.name, county_en=catalogue.name_en,
    )  # fmt: skip
    return TITLES[move].format(title=session.title), body
