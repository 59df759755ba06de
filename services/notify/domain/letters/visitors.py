"""Letters to those who booked a slot of a session: what they read, Chinese first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from services.contracts.catalogue.model import Catalogue
from services.contracts.messages.sessions import LetterBooked
from services.notify.domain.letters.wording import write_letter

#: By what a letter is about: its title, and what it says of the session, whose title takes the place of the braces.
BOOKED: Mapping[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "booked": (
        ("预约成功", "You have a slot"),
        (
            "您已预约“{}”。如不能到场，请取消预约，把名额留给别人。",
            'You have a slot of "{}". If you cannot come, please cancel it.',
        ),
    ),
    "moved": (
        ("活动时间或地点变更", "The session has moved"),
        ("您预约的“{}”时间或地点有变更，预约仍然有效。", 'The time or the place of "{}" has changed. Your slot stays yours.'),
    ),
    "put_off": (
        ("活动延期", "The session is put off"),
        (
            "您预约的“{}”延期举行，新的时间另行通知，预约仍然有效。",
            '"{}" is put off. We tell you the new time; your slot stays yours.',
        ),
    ),
    "called_off": (
        ("活动取消", "The session is called off"),
        ("您预约的“{}”已取消，给您带来不便，敬请谅解。", '"{}" is called off. We are sorry.'),
    ),
    "soon": (
        ("活动提醒", "The session is soon"),
        (
            "您预约的“{}”即将举行，请按时到场。如不能到场，请取消预约。",
            '"{}" is soon. If you cannot come, please cancel your slot.',
        ),
    ),
    "resent": (
        ("预约凭证补发", "Your booking again"),
        (
            "您申请补发“{}”的预约凭证。如非您本人申请，请忽略此信。",
            'You asked for your booking of "{}" again. If you did not, ignore this letter.',
        ),
    ),
}
#: Of what is off, no letter says when and where it would have been.
_OFF = frozenset({"put_off", "called_off"})


def write_to_visitor(message: LetterBooked, catalogue: Catalogue) -> tuple[str, str]:
    """The title and the body of a letter."""
    titles, sentences = BOOKED[message.about]

    def said(index: int) -> Iterator[str]:
        yield sentences[index].format(message.title)
        yield from _lines(message, index, catalogue)

    return write_letter(titles, message.name or None, said, catalogue)


def _lines(message: LetterBooked, index: int, catalogue: Catalogue) -> Iterator[str]:
    if message.about not in _OFF:
        at = message.at.astimezone(catalogue.calendar.zone)
        yield (f"时间：{at:%Y-%m-%d %H:%M}", f"Time: {at:%Y-%m-%d %H:%M}")[index]
        if message.place:
            yield (f"地点：{message.place}", f"Place: {message.place}")[index]
        yield (f"序号：{message.slot}", f"Your number: {message.slot}")[index]
    yield (f"预约凭证：{message.receipt}", f"Your booking: {message.receipt}")[index]
    if message.link:
        yield (f"查看或取消：{message.link}", f"See or cancel it: {message.link}")[index]
