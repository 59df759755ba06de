"""Letters to people with accounts: what they read, Chinese first."""

from __future__ import annotations

from collections.abc import Mapping

from services.contracts.catalogue.model import Catalogue
from services.contracts.messages.accounts import LetterLinked

#: By what a letter is about: its title, and what it says before the link, in Chinese and English.
LETTERS: Mapping[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "invitation": (
        ("账号邀请", "Your account"),
        (
            "已为您开通“回应”账号。请在 3 天内打开下面的链接设置密码，链接只能使用一次：",
            "An account of Huiying was made for you. Open this link within 3 days to choose a password; it works once:",
        ),
    ),
    "recovery": (
        ("重设密码", "Choose a new password"),
        (
            "请在 30 分钟内打开下面的链接重设密码，链接只能使用一次。如果不是您本人操作，请忽略：",
            "Open this link within 30 minutes to choose a new password; it works once. If you did not ask for it, do nothing:",
        ),
    ),
    "sign_in": (
        ("登录链接", "Your link to sign in"),
        (
            "请在 15 分钟内打开下面的链接登录，链接只能使用一次。请勿转给他人；如果不是您本人操作，请忽略：",
            "Open this link within 15 minutes to sign in; it works once. Give it to nobody; if you did not ask for it, do nothing:",
        ),
    ),
}
TITLE = "【回应】{} · {}"


def write_to_member(message: LetterLinked, catalogue: Catalogue) -> tuple[str, str]:
    """The title and the body of a letter."""
    titles, sentences = LETTERS[message.about]
    parts = []
    for index, greeting in enumerate(("{}您好：", "Dear {},")):
        sender = (catalogue.name, catalogue.name_en)[index]
        parts.append("\n".join((greeting.format(message.name), sentences[index], message.link, f"—— {sender}")))
    return TITLE.format(*titles), "\n\n".join(parts) + "\n"
