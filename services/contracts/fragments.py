"""Parts of pages that other services make: which page has them, who makes each, and who may read it.

A page is put together at the one origin. It says which parts belong into it, and they are asked for as the reader: each service
answers for its own part, and refuses whom it would refuse anyway. A service that does not answer leaves a link.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, Literal, NamedTuple

from services.contracts.people.callers import OFFICE, PUBLIC, SIGNED_IN, STAFF, Role
from services.contracts.people.navigation import HOLDERS
from services.contracts.words.bilingual import Words

#: The addresses of pages that are put together, also where one of their forms is answered with the page. Nothing else is looked
#: through for parts.
COMPOSED: Final = r"^/(office|cases|cases/[^/]+|catalogue(/back)?|desk|reviews|sessions/[^/]+(/moves/[^/]+)?|notices/letters)$"
#: What the addresses of parts begin with; nobody outside can ask for one.
PREFIX: Final = "/fragments/"
#: How far what waits is counted.
MOST_COUNTED: Final = 999
#: A part that takes longer is left out.
SECONDS: Final = 2
PageName = Literal["case", "catalogue", "letters", "list", "office", "session"]
#: What the address of a part names of the page that it is of.
SUBJECTS: Final[Mapping[PageName, str]] = {
    "case": "opinion_id", "catalogue": "version", "list": "list_name", "session": "session_id",
}  # fmt: skip
#: Ids and codes, so that what stands in an address is never what somebody has written.
_SUBJECT: Final = re.compile("[A-Za-z0-9-]+")


class Fragment(NamedTuple):
    """A part of a page: who makes it, what it is called, and who may read it. `about` tells several of one service apart."""

    page: PageName
    service: str
    name: Words
    roles: frozenset[Role]
    about: str | None = None

    @property
    def key(self) -> str:
        """Names it among the parts of its page."""
        return f"{self.page}-{self.service}" + (f"-{self.about}" if self.about else "")

    @property
    def path(self) -> str:
        """Its address as a table of routes has it."""
        about, subject = f"/{self.about}" if self.about else "", SUBJECTS.get(self.page)
        return f"{PREFIX}{self.service}/{self.page}" + about + (f"/<{subject}>" if subject else "")

    def address(self, subject: str, language: str) -> str:
        """Its address for one subject; raises ValueError for what cannot be the id of one."""
        if subject and not _SUBJECT.fullmatch(subject):
            raise ValueError("a part is about what has an id of ours")
        return self.path.replace(f"<{SUBJECTS.get(self.page)}>", subject) + f"?lang={language}"


ADMINISTRATORS: Final = frozenset({Role.ADMIN})
#: In the order in which a page shows them.
FRAGMENTS: Final[Sequence[Fragment]] = (
    Fragment("office", "notify", Words("消息", "Notices"), SIGNED_IN, "notices"),
    Fragment("office", "intake", Words("审核与公开", "Review"), frozenset({Role.REVIEWER, Role.ADMIN})),
    Fragment("office", "intake", Words("待我办理", "Entrusted to you"), HOLDERS, "entrusted"),
    Fragment("office", "routing", Words("办理", "Handling"), STAFF),
    Fragment("office", "notify", Words("督办", "Supervision"), STAFF),
    Fragment("case", "routing", Words("承办情况", "Handling"), STAFF),
    Fragment("case", "notify", Words("期限与催办", "Deadlines and reminders"), STAFF),
    Fragment("case", "metrics", Words("公开账本记录", "In the public ledger"), STAFF),
    Fragment("letters", "intake", Words("发送至", "Where letters go"), SIGNED_IN),
    Fragment("catalogue", "routing", Words("分办服务", "Routing"), ADMINISTRATORS),
    Fragment("catalogue", "notify", Words("督办与通知服务", "Supervision and notices"), ADMINISTRATORS),
    Fragment("catalogue", "metrics", Words("统计与账本服务", "Statistics and ledger"), ADMINISTRATORS),
    Fragment("session", "intake", Words("预约", "Bookings"), PUBLIC, "booking"),
    Fragment("list", "intake", Words("常用筛选", "Saved filters"), SIGNED_IN, "filters"),
    Fragment("session", "intake", Words("现场登记", "Questions and visitors"), OFFICE | {Role.STATION}),
)


def fragment(page: PageName, service: str, about: str | None = None) -> Fragment:
    """The part of a page that a service makes."""
    return next(each for each in FRAGMENTS if (each.page, each.service, each.about) == (page, service, about))


def parts_of(page: PageName, role: Role | None) -> list[Fragment]:
    """The parts of a page that somebody may read."""
    return [each for each in FRAGMENTS if each.page == page and (role in each.roles or each.roles is PUBLIC)]
