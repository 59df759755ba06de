"""The pages that a navigation leads to, by who is signed in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from services.contracts.people.callers import OF_A_DEPARTMENT, OFFICE, PUBLIC, SIGNED_IN, STAFF, Role
from services.contracts.words.bilingual import Words

#: To whom opinions are entrusted; the presidium's are the supervisors'.
HOLDERS: Final = frozenset({Role.DEPUTY, Role.STATION, Role.INFORMANT, Role.SUPERVISOR})


class PageLink(NamedTuple):
    """A page: its address, what it is called, and whose navigation has it (`PUBLIC`: everybody's who is not signed in)."""

    path: str
    name: Words
    roles: frozenset[Role]


#: In the order of the navigation.
PAGES: Final[Sequence[PageLink]] = (
    PageLink("/", Words("提意见", "Submit"), PUBLIC),
    PageLink("/receipts", Words("查进度", "Follow up"), PUBLIC),
    PageLink("/public", Words("查公开", "Public opinions"), PUBLIC),
    PageLink("/statistics", Words("看公示", "Statistics"), PUBLIC),
    PageLink("/office", Words("工作台", "Your desk"), SIGNED_IN),
    PageLink("/notices", Words("消息", "Notices"), SIGNED_IN),
    PageLink("/desk", Words("承办件", "Assignments"), OF_A_DEPARTMENT),
    PageLink("/cases", Words("意见查询", "Cases"), STAFF),
    PageLink("/station", Words("代为登记", "Take down"), frozenset({Role.STATION})),
    PageLink("/station/opinions", Words("本站意见", "Through your station"), frozenset({Role.STATION, Role.INFORMANT})),
    PageLink("/codes", Words("二维码管理", "Codes"), frozenset({Role.STATION, Role.ADMIN})),
    PageLink("/deputies", Words("代表名册", "Deputies"), frozenset({Role.ADMIN})),
    PageLink("/agenda", Words("督办事项", "Supervisions"), STAFF),
    PageLink("/sessions", Words("活动管理", "Sessions"), OFFICE | {Role.STATION}),
    PageLink("/themes", Words("活动主题", "Themes"), OFFICE),
    PageLink("/reviews", Words("受理审核", "Review"), frozenset({Role.REVIEWER, Role.ADMIN})),
    PageLink("/incidents", Words("同一事件", "Incidents"), frozenset({Role.REVIEWER, Role.ADMIN})),
    PageLink("/doubtful", Words("待定承办", "To be assigned"), OFFICE),
    PageLink("/rulings", Words("待裁定", "To be ruled on"), frozenset({Role.SUPERVISOR, Role.ADMIN})),
    PageLink("/watched", Words("重点督办", "Key list"), OFFICE),
    PageLink("/lookbacks", Words("回头看", "Look-backs"), OFFICE),
    PageLink("/models", Words("分办模型", "Model"), frozenset({Role.SUPERVISOR, Role.ADMIN})),
    PageLink("/rising", Words("热词", "Rising words"), OFFICE),
    PageLink("/entrusted", Words("待我办理", "Entrusted to you"), HOLDERS),
    PageLink("/publications", Words("公开审核", "Review for the public"), frozenset({Role.REVIEWER, Role.ADMIN})),
    PageLink("/statistics", Words("办理公示", "Statistics"), SIGNED_IN),
    PageLink("/administration", Words("系统管理", "Administration"), frozenset({Role.ADMIN})),
    PageLink("/account", Words("我的账号", "My account"), SIGNED_IN),
)


def navigation(role: Role | None) -> list[PageLink]:
    """The pages for somebody who is signed in with a role, or for the public."""
    return [page for page in PAGES if (role in page.roles if role else page.roles is PUBLIC)]
