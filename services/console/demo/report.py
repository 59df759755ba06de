"""Prints what happened in the demonstration: assignments and why, who was late, replies and ratings, the rates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.table import Table
from rich.text import Text

from services.console.client.answers import AssignmentView, ReminderView, StatisticsView
from services.console.client.statistics import groups_table, rates_table
from services.console.demo.samples import DemoCase
from services.console.terminal import out, table
from services.contracts.basis import Rule
from services.contracts.words.vocabulary import BASES, CARDS, CHANNELS, OUTCOMES, RATINGS


@dataclass(frozen=True, slots=True)
class CaseReport:
    """What became of a sample: its lead assignment at the end, and its reminders, oldest first."""

    case: DemoCase
    assignment: AssignmentView
    reminders: Sequence[ReminderView]

    @property
    def sent(self) -> list[ReminderView]:
        """The reminders and cards that were sent; others were skipped."""
        return [each for each in self.reminders if each.state == "sent"]


def print_report(reports: Sequence[CaseReport], names: Mapping[str, str], statistics: StatisticsView) -> None:
    """Print the whole report."""
    _chapter("一、提交与交办", "Submitted, and assigned to whom and why")
    out.print(_assigned(reports, names))
    _chapter("二、谁晚了", "Who was late")
    for report in reports:
        if report.reminders:
            _print_late(report, names)
    _chapter("三、答复与测评", "Answered, and what the submitters say")
    out.print(_answered(reports, names))
    _chapter("四、按承办单位", "By department")
    out.print(groups_table(statistics, names))
    _chapter("五、率，分子与分母", "Rates with numerator and denominator")
    out.print(rates_table(statistics))
    _sum_up(reports, statistics)


def _chapter(zh: str, en: str) -> None:
    out.print(f"\n{zh}  {en}", style="bold")


def _assigned(reports: Sequence[CaseReport], names: Mapping[str, str]) -> Table:
    made = table("#", "意见建议 opinion", "渠道", "承办单位 department", "依据 why", "答复期限 due")
    for report in reports:
        case, found, why = report.case, report.assignment, report.assignment.why
        rule = Rule.parse(why.rule)
        reason = BASES[rule.basis].filled(rule.detail).zh if rule else why.rule
        reason += f"（{why.confidence:.2f}）" if rule and rule.detail else ""
        due = _clock(found.deadlines["reply"])
        due = f"{found.round}轮 {due}" if found.round > 1 else due
        channel = CHANNELS[str(case.form.get("channel", "web"))].zh
        made.add_row(str(case.number), case.title, channel, names[found.department], reason, due)
    return made


def _print_late(report: CaseReport, names: Mapping[str, str]) -> None:
    case, found = report.case, report.assignment
    out.print(f"  {names[found.department]}：{case.title}")
    out.print(f"    {_clock(found.created)} 交办 assigned，{_clock(found.signed)} 签收 signed")
    for each in report.reminders:
        colour = {"red": "red", "yellow": "yellow"}.get(each.card or "")
        words = CARDS[each.card].label if each.card else f"催办 reminder ({each.rung})"
        note = "" if each.state == "sent" else "（略过 skipped）"
        out.print(f"    {_clock(each.at)} {words}{note}，期限 deadline {_clock(each.deadline)}", style=colour)
    late = "逾期 late" if found.on_time is False else "按期 in time"
    out.print(f"    {_clock(found.replied)} 答复 replied，{late}：{case.handling.reply}")


def _answered(reports: Sequence[CaseReport], names: Mapping[str, str]) -> Table:
    made = table("#", "承办单位 department", "结果 outcome", "期限", "答复 reply", "测评 rated", "状态 state")
    for report in reports:
        case, found = report.case, report.assignment
        rated = " → ".join(RATINGS[rating].zh for rating in case.ratings) or "未测评 unrated"
        in_time = "按期" if found.on_time else Text("逾期", "red")
        words = [names[found.department], OUTCOMES[found.outcome or ""].zh, in_time, found.reply or "", rated, case.state]
        made.add_row(str(case.number), *words)
    return made


def _sum_up(reports: Sequence[CaseReport], statistics: StatisticsView) -> None:
    departments = {report.assignment.department for report in reports}
    sent = [each for report in reports for each in report.sent]
    red, yellow = (sum(1 for each in sent if each.card == colour) for colour in ("red", "yellow"))
    rates = statistics.total.rates
    chosen = {
        "按期办结率 in time": rates["on_time"]["plain"], "解决率 resolution": rates["resolution"]["strict"],
        "满意率 satisfied": rates["satisfaction"]["basic"], "参评率 rated": rates["participation"]["plain"],
    }  # fmt: skip
    out.print(f"\n小结 Summary（截至 as of {statistics.as_of}）", style="bold")
    ratings, again = sum(len(report.case.ratings) for report in reports), sum(report.assignment.round > 1 for report in reports)
    out.print(
        f"  意见建议 {len(reports)} opinions · 承办单位 {len(departments)} departments · 催办 {len(sent)} reminders and cards"
    )
    out.print(f"  红牌 {red} red · 黄牌 {yellow} yellow · 测评 {ratings} evaluations · 重办 {again} reworked")
    for name, rate in chosen.items():
        out.print(f"  {name} {rate.numerator}/{rate.denominator} = {rate.text}")


def _clock(instant: str | None) -> str:
    return "—" if instant is None else datetime.fromisoformat(instant).strftime("%H:%M:%S")
