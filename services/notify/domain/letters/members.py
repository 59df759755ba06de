"""Letters to people with accounts: what they read, Chinese first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final, get_args

from services.contracts.catalogue.model import Catalogue
from services.contracts.messages.accounts import LetterLinked
from services.contracts.messages.duties import AboutSession, LetterEntrusted
from services.contracts.messages.values import Message
from services.notify.domain.letters.wording import fact_lines, write_letter

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
#: The same for letters about an opinion or a session that somebody has to do with: its title takes the place of the braces.
ENTRUSTED: Mapping[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "to_relay": (
        ("请确认转递", "Please confirm a relay"),
        ("意见建议“{}”已转递给您，请确认收到。", 'The opinion "{}" has been passed on to you. Please confirm that you have it.'),
    ),
    "to_take": (
        ("请认领或转交", "Please take it up"),
        ("请您作为第一责任人办理意见建议“{}”，请认领或转交。", 'You are asked to take up the opinion "{}", or to pass it on.'),
    ),
    "to_feed_back": (
        ("已答复，请向提出人反馈", "Answered: please feed back"),
        (
            "您认领的意见建议“{}”已有答复，请向提出人反馈。",
            'The opinion "{}" that you took up has been answered. Please tell the voter.',
        ),
    ),
    "for_assigned": (
        ("认领的意见已交办", "What you took up was assigned"),
        ("您认领的意见建议“{}”已交办。", 'The opinion "{}" that you took up has been assigned to a department.'),
    ),
    "for_promised": (
        ("承办单位作出承诺", "The department promised something"),
        ("就您认领的意见建议“{}”，承办单位作出承诺。", 'Something was promised about the opinion "{}" that you took up.'),
    ),
    "late_relay": (
        ("催确认转递", "A relay waits for you"),
        (
            "转递给您的意见建议“{}”尚未确认收到，请尽快确认。",
            'You have not confirmed yet that the opinion "{}" was passed on to you.',
        ),
    ),
    "late_take": (
        ("催认领", "An opinion waits for you"),
        ("意见建议“{}”尚待您认领或转交，请尽快办理。", 'The opinion "{}" still waits for you to take it up or pass it on.'),
    ),
    "late_feedback": (
        ("催反馈", "A voter waits for you"),
        ("意见建议“{}”的答复尚待您向提出人反馈，请按期完成。", 'The voter still waits to hear from you what was answered to "{}".'),
    ),
    "session_called": (
        ("邀请参加活动", "You are asked to come"),
        ("请您参加“{}”。", 'You are asked to come to "{}".'),
    ),
    "session_moved": (
        ("活动时间或地点变更", "The session has moved"),
        ("请您参加的“{}”时间或地点有变更。", 'The time or the place of "{}", to which you are asked, has changed.'),
    ),
    "session_put_off": (
        ("活动延期", "The session is put off"),
        ("请您参加的“{}”延期举行，新的时间另行通知。", '"{}", to which you are asked, is put off. You will be told the new time.'),
    ),
    "session_called_off": (
        ("活动取消", "The session is called off"),
        ("请您参加的“{}”已取消，不必到会。", '"{}", to which you were asked, is called off.'),
    ),
    "session_released": (
        ("不必到会", "Others will come"),
        ("“{}”的参加代表有调整，您不必到会。", 'Others will come to "{}": you need not.'),
    ),
    "session_soon": (
        ("活动提醒", "The session is soon"),
        ("请您参加的“{}”即将举行，请按时到会。", '"{}", to which you are asked, is soon. Please be there in time.'),
    ),
}

#: These change where somebody has to be, perhaps tomorrow: they do not wait for office hours.
CHANGED: Final = frozenset({"session_moved", "session_put_off", "session_called_off", "session_released"})
#: Letters about a session: each says how things stand, so that an older one has nothing left to say.
ABOUT_SESSION: Final = frozenset(get_args(AboutSession))


def comes_too_late(message: Message, leaves: datetime) -> bool:
    """Whether a letter is a reminder of a session that has begun when it leaves."""
    begins = _begins(message, "session_soon")
    return begins is not None and leaves >= begins


def cannot_wait(message: Message, opening: datetime) -> bool:
    """Whether a letter asks somebody to a session that is over, or on the very day, when the office opens next."""
    begins = _begins(message, "session_called")
    return begins is not None and begins.astimezone(opening.tzinfo).date() <= opening.date()


def _begins(message: Message, about: AboutSession) -> datetime | None:
    """When the session of a letter about this begins; None for every other letter."""
    if not isinstance(message, LetterEntrusted) or message.about != about:
        return None
    try:
        return datetime.fromisoformat(message.facts.get("at", ""))
    except ValueError:
        return None


def write_to_member(message: LetterLinked, catalogue: Catalogue) -> tuple[str, str]:
    """The title and the body of a letter."""
    titles, sentences = LETTERS[message.about]
    return write_letter(titles, message.name, lambda index: (sentences[index], message.link), catalogue)


def write_to_entrusted(message: LetterEntrusted, catalogue: Catalogue) -> tuple[str, str]:
    """The title and the body of a letter about an opinion or a session."""
    titles, sentences = ENTRUSTED[message.about]
    facts = {**message.facts, **({"link": message.link} if message.link else {})}

    def said(index: int) -> Iterator[str]:
        yield sentences[index].format(message.title)
        yield from fact_lines(facts, index, catalogue)

    return write_letter(titles, message.name, said, catalogue)
