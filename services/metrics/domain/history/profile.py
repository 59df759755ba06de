"""An opinion's own row: its grouping, and when its milestones were recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.metrics.domain.counts import JOINT
from services.metrics.domain.days import WorkingDays
from services.metrics.domain.history.facts import Fact

LEAD = "lead"


@dataclass
class Profile:
    """One opinion by its facts so far. `key_case` is `yes` or `no` once it has a lead department."""

    id: str
    department: str | None = None
    topic: str | None = None
    area: str | None = None
    channel: str | None = None
    station: str | None = None
    code_kind: str | None = None
    campaign: str | None = None
    deputy: str | None = None
    deputy_groups: str | None = None
    session: str | None = None
    session_kind: str | None = None
    theme: str | None = None
    level: str | None = None
    key_case: str | None = None
    leader: str | None = None
    month: str | None = None
    submitted_at: datetime | None = None
    recorded_at: datetime | None = None
    reviewed_at: datetime | None = None
    decision: str | None = None
    returned_at: datetime | None = None
    detailed_at: datetime | None = None
    merged_at: datetime | None = None
    withdrawn_at: datetime | None = None
    taken_at: datetime | None = None
    fed_back_at: datetime | None = None

    @property
    def grouping(self) -> tuple[object, ...]:
        """What statistics are grouped by; a change of it begins another edition."""
        return (
            self.department, self.topic, self.area, self.channel, self.station, self.code_kind, self.campaign, self.deputy,
            self.deputy_groups, self.session, self.session_kind, self.theme, self.level, self.key_case, self.leader, self.month,
            self.submitted_at,
        )  # fmt: skip

    def submit(self, fact: Fact) -> None:
        """Submitted; an opinion first reported elsewhere counts on the day of that report, known since it was recorded."""
        if self.submitted_at is None:
            self.submitted_at, self.recorded_at = fact.told or fact.at, fact.recorded_at
        self.describe(fact)

    def review(self, fact: Fact) -> None:
        """Accepted or declined; the first decision counts."""
        if self.reviewed_at is None:
            self.reviewed_at, self.decision = fact.recorded_at, fact.decision or "declined"
        self.describe(fact)

    def assign(self, fact: Fact) -> None:
        """Given to a department; only the lead says something about the opinion."""
        if fact.role == LEAD:
            self.department = fact.department
            self.describe(fact)
            self.mark(fact)

    def mark(self, fact: Fact) -> None:
        """Put on the key list or given to a leader, or taken from it; a leader that is not named leads no more."""
        self.key_case, self.leader = "yes" if fact.key else "no", fact.leader

    def describe(self, fact: Fact) -> None:
        """Later facts know better: the review and the routing may correct what the submitter said."""
        self.channel = fact.channel or self.channel
        self.topic = fact.topic or self.topic
        self.area = fact.area or self.area
        self.station = fact.station or self.station
        self.code_kind = fact.code_kind or self.code_kind
        self.campaign = fact.campaign or self.campaign
        self.deputy = fact.deputy_code or self.deputy
        self.deputy_groups = JOINT.join(fact.groups) if fact.groups else self.deputy_groups
        self.session = fact.session or self.session
        self.session_kind = fact.session_kind or self.session_kind
        self.theme = fact.theme or self.theme
        self.level = fact.level or self.level

    def return_(self, fact: Fact) -> None:
        """Returned for details."""
        self.returned_at = self.returned_at or fact.recorded_at

    def detail(self, fact: Fact) -> None:
        """Details were added."""
        self.detailed_at = self.detailed_at or fact.recorded_at

    def merge(self, fact: Fact) -> None:
        """Merged into another opinion."""
        self.merged_at = self.merged_at or fact.recorded_at

    def withdraw(self, fact: Fact) -> None:
        """Withdrawn by the submitter."""
        self.withdrawn_at = self.withdrawn_at or fact.recorded_at

    def take(self, fact: Fact) -> None:
        """Taken up by a deputy."""
        self.taken_at = self.taken_at or fact.recorded_at

    def feed_back(self, fact: Fact) -> None:
        """A deputy told the voter what was answered."""
        self.fed_back_at = self.fed_back_at or fact.recorded_at


_DESCRIBING: Mapping[str, Callable[[Profile, Fact], None]] = {
    "opinion.submitted": Profile.submit,
    "opinion.accepted": Profile.review,
    "opinion.declined": Profile.review,
    "assignment.created": Profile.assign,
    "assignment.marked": Profile.mark,
    "assignment.raised": Profile.describe,
}
_MOVES: Mapping[str, Callable[[Profile, Fact], None]] = {
    **_DESCRIBING,
    "opinion.returned": Profile.return_,
    "opinion.detailed": Profile.detail,
    "opinion.merged": Profile.merge,
    "opinion.withdrawn": Profile.withdraw,
    "opinion.taken": Profile.take,
    "opinion.fedback": Profile.feed_back,
}
#: Messages that may change what an opinion is grouped by.
DESCRIBING = frozenset(_DESCRIBING)


def profile_of(opinion: str, ordered: Iterable[Fact], days: WorkingDays) -> Profile:
    """The profile of an opinion from its facts, which are in order."""
    profile = Profile(opinion)
    for fact in ordered:
        move = _MOVES.get(fact.type)
        if move is not None:
            move(profile, fact)
    if profile.submitted_at is not None:
        profile.month = f"{profile.submitted_at.astimezone(days.zone):%Y-%m}"
    return profile
