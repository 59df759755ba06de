"""Notifications to departments and people: which channels a rung writes to, when, and how patience grows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Protocol

from services.contracts.catalogue.model import PLACEHOLDER, Catalogue, Rung
from services.contracts.time.worktime import Calendar
from services.notify.domain.ladder import Deadline
from services.notify.domain.letters.wording import write, write_digest, write_entry
from services.notify.domain.witness import WitnessRecord

#: How long one notification waits after each failed attempt; when they are used up it has failed for good.
LETTER_RESTS: Sequence[timedelta] = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480))
#: How long a channel is left alone after its first, second, … failure in a row.
CHANNEL_RESTS: Sequence[timedelta] = tuple(timedelta(seconds=seconds) for seconds in (10, 60, 300, 900))
#: A day's notification leaves so long after the first opening, so that what fires at the opening itself is in it.
GATHERING = timedelta(minutes=10)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ChannelAddress:
    """A channel by its `key`, which tells its kind and no secret, and the Apprise address behind it.

    `digest` and `language` are how its reader wants notifications; `person` is whose it is, unless it is a department's own.
    """

    key: str
    url: str
    digest: bool = False
    language: str = "both"
    person: str | None = None


@dataclass(frozen=True, slots=True)
class StaffNotification:
    """A notification to one channel; `recipient` is department, supervisor, leader or congress.

    It may leave from `at` on, or now; a `digest` one leaves together with others of its channel.
    """

    recipient: str
    channel: str
    title: str
    body: str
    person: str | None = None
    digest: bool = False
    at: datetime | None = None


class Undelivered(Exception):
    """A channel did not take a notification; the text says why, as far as it told."""


class Notifier(Protocol):
    """Brings a notification to a channel."""

    def send(self, url: str, title: str, body: str) -> None:
        """Returns when the channel took it; raises `Undelivered`."""


class Recipients:
    """The channels of departments and people from the catalogue, and of the `others` by recipient; composes notifications.

    `secrets` is what the placeholders of the catalogue's addresses stand for, by name.
    """

    def __init__(self, catalogue: Catalogue, others: Mapping[str, Iterable[str]], secrets: Mapping[str, str] | None = None) -> None:
        self._catalogue, self._secrets = catalogue, secrets or {}
        self._departments = {
            code: tuple(address(url, entry.digest, entry.language) for url in entry.channels)
            for code, entry in catalogue.departments.items()
        }
        self._people = {
            code: tuple(address(url, person.digest, person.language, code) for url in person.channels)
            for code, person in catalogue.people.items()
        }
        self._others = {recipient: tuple(map(address, urls)) for recipient, urls in others.items()}
        known: dict[str, ChannelAddress] = {}
        for group in (self._departments, self._others, self._people):
            for entry in (entry for entries in group.values() for entry in entries):
                known.setdefault(entry.key, entry)
        self._known = known

    def addresses(self, recipient: str, department: str) -> Iterator[ChannelAddress]:
        """The channels of a recipient where `department` is concerned: its own first, then those of people."""
        yield from self._departments.get(department, ()) if recipient == "department" else self._others.get(recipient, ())
        for code, person in self._catalogue.people.items():
            if person.is_notified_of(recipient, department):
                yield from self._people[code]

    def url(self, key: str) -> str | None:
        """The Apprise address behind a key; None when nobody is reached there any more.

        Raises `Undelivered` when it needs a secret that the settings do not have.
        """
        entry = self._known.get(key)
        if entry is None:
            return None
        missing = sorted(set(PLACEHOLDER.findall(entry.url)) - self._secrets.keys())
        if missing:
            raise Undelivered(f"the settings do not say what {', '.join(missing)} is")
        return PLACEHOLDER.sub(lambda found: self._secrets[found[1]], entry.url)

    def notifications(self, rung: Rung, deadline: Deadline, now: datetime) -> list[StaffNotification]:
        """The notifications of a rung that fires at `now`, one a channel however many recipients share it."""
        notifications: dict[str, StaffNotification] = {}
        for recipient in rung.to:
            for entry in self.addresses(recipient, deadline.department):
                if entry.key not in notifications:
                    notifications[entry.key] = self._write(recipient, self._known[entry.key], rung, deadline, now)
        return list(notifications.values())

    def to_department(self, department: str, title: str, body: str) -> list[StaffNotification]:
        """One notification to each channel of a department, which all say the same and are not gathered."""
        readers = {entry.key: entry.person for entry in self.addresses("department", department)}
        return [StaffNotification("department", key, title, body, person) for key, person in readers.items()]

    def gather(
        self, key: str, entries: Sequence[tuple[str, str]], now: datetime, head: WitnessRecord | None = None
    ) -> tuple[str, str]:
        """The title and the body of one notification made of what a channel's `entries` say, with a head of the ledger."""
        language = self._known[key].language if key in self._known else "both"
        return write_digest(entries, now, self._catalogue, language, head)

    def _write(self, recipient: str, entry: ChannelAddress, rung: Rung, deadline: Deadline, now: datetime) -> StaffNotification:
        written = (write_entry if entry.digest else write)(rung, deadline, now, self._catalogue, entry.language)
        at = digest_at(self._catalogue.calendar, now) if entry.digest else None
        return StaffNotification(recipient, entry.key, *written, entry.person, entry.digest, at)


def address(url: str, digest: bool = False, language: str = "both", person: str | None = None) -> ChannelAddress:
    """The entry for an Apprise address: its scheme and a hash, so that the record names it without giving it away.

    The hash is that of the address as the catalogue has it, so that a channel stays the same when its secret is changed.
    """
    scheme = url.partition("://")[0]
    return ChannelAddress(f"{scheme[:20]}#{hashlib.sha256(url.encode()).hexdigest()[:12]}", url, digest, language, person)


def digest_at(calendar: Calendar, now: datetime) -> datetime:
    """When the day's notification that gathers what is said at `now` leaves: `GATHERING` after the first opening of a day."""
    day = now.astimezone(calendar.zone).date()
    while True:
        opening = calendar.next_opening(datetime.combine(day, time.min, calendar.zone))
        if opening + GATHERING > now:
            return calendar.next_opening(opening + GATHERING)
        day = opening.astimezone(calendar.zone).date() + ONE_DAY


def next_attempt(attempts: int, now: datetime) -> datetime | None:
    """When a notification that failed for the `attempts`-th time is tried again; None when it had its chances."""
    return now + LETTER_RESTS[attempts - 1] if attempts <= len(LETTER_RESTS) else None


def rest_after(failures: int, now: datetime) -> datetime:
    """Until when a channel that failed `failures` times in a row is left alone."""
    return now + CHANNEL_RESTS[min(failures, len(CHANNEL_RESTS)) - 1]
