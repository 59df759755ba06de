"""What a supervision meeting dealt with, as a file: by department, how long it was overdue and what it came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import flask

from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue
from services.contracts.words.vocabulary import DEADLINES, RESULTS, word
from services.notify.app.lists.files import written
from services.notify.domain.agenda import AgendaGroup, OverdueEntry
from services.notify.domain.lists.wording import day_name
from services.notify.domain.supervisions import Meeting
from services.runtime.sheets.written import WrittenTable

HEADING = ("事项", "期限", "超期工作日", "结果", "情况", "承诺事项", "完成时限", "责任人")
#: What has no result of this meeting: it went to another one, or is not dealt with yet.
ELSEWHERE, OPEN = "转其他会议", "未处理"


def meeting_paper(meeting: Meeting, groups: Sequence[AgendaGroup], form: str, catalogue: Catalogue) -> flask.Response:
    """The minutes of a meeting as a document or a workbook, a table for each department."""
    at = meeting.at.astimezone(catalogue.calendar.zone)
    came = Counter(_result(each, meeting) for group in groups for each in group.entries)
    lines = [
        f"时间：{day_name(meeting.at, catalogue).zh} {at:%H:%M}",
        f"议题：督办事项 {came.total()} 件",
        *(f"{result}：{number} 件" for result, number in came.most_common()),
    ]  # fmt: skip
    tables = []
    for group in groups:
        rows = [_row(each, meeting, catalogue) for each in group.entries]
        tables.append(WrittenTable(stored.department(catalogue, group.department).name, HEADING, rows))
    return written(form, f"{meeting.title} 纪要", lines, tables)


def _result(overdue: OverdueEntry, meeting: Meeting) -> str:
    item = overdue.entry.supervision
    if not meeting.deals_with(item):
        return ELSEWHERE
    return word(RESULTS, item.result).zh if item.result else OPEN


def _row(overdue: OverdueEntry, meeting: Meeting, catalogue: Catalogue) -> list[str]:
    item = overdue.entry.supervision
    note, promise = (item.note, item.promise) if meeting.deals_with(item) else (None, None)
    return [
        item.title or item.opinion, f"{word(DEADLINES, item.kind).zh} {day_name(item.due, catalogue).zh}",
        str(overdue.overdue_working_days), _result(overdue, meeting), note or "", promise.what if promise else "",
        day_name(promise.due, catalogue).zh if promise else "", (promise.who or "") if promise else "",
    ]  # fmt: skip
