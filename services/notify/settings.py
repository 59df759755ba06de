"""The settings of notify."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from services.runtime.settings import ProcessSettings, env
from services.runtime.store.vault import keys

NAME = re.compile(r"[A-Z][A-Z0-9_]*")


def positive_number(text: str) -> float:
    """A number above zero, such as `0.5`; raises ValueError for anything else."""
    number = float(text)
    if not 0 < number < float("inf"):
        raise ValueError("not above zero")
    return number


def addresses(text: str) -> tuple[str, ...]:
    """Apprise addresses separated by blanks."""
    return tuple(text.split())


@dataclass(frozen=True)
class Secrets:
    """What the placeholders of the catalogue's addresses stand for. Printed, it shows their names only."""

    values: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return " ".join(f"{name}=***" for name in self.values)

    __repr__ = __str__


@dataclass(frozen=True)
class Template:
    """An Apprise address with `{to}` where a submitter's own goes; empty when there is none. Printed, it shows its kind only."""

    url: str = ""

    def __str__(self) -> str:
        return f"{self.url.partition('://')[0]}://***" if self.url else ""

    __repr__ = __str__


def named_secrets(text: str) -> Secrets:
    """`NAME=value` pairs separated by blanks; raises ValueError for anything else, without showing it."""
    pairs = [pair.partition("=") for pair in text.split()]
    if not all(NAME.fullmatch(name) and sign and value for name, sign, value in pairs):
        raise ValueError("NAME=value pairs are needed, names in capitals")
    return Secrets({name: value for name, _, value in pairs})


def template(text: str) -> Template:
    """An Apprise address that has `{to}` in it; raises ValueError for anything else, without showing it."""
    if "://" not in text or "{to}" not in text:
        raise ValueError("an Apprise address with {to} is needed")
    return Template(text)


@dataclass(frozen=True)
class Settings(ProcessSettings):
    """The settings of notify beside those of every service."""

    contact_keys: tuple[str, ...] = env("CONTACT_KEYS", keys, doc="keys of personal data, the newest first", secret=True)
    letter_timeout: float = env("NOTIFY_LETTER_TIMEOUT", positive_number, 5.0, doc="longest wait for a channel, seconds")
    letter_lost: float = env(
        "NOTIFY_LETTER_LOST", positive_number, 300.0, doc="an attempt that takes longer (s) is taken to have died with its process"
    )
    notice_days: float = env("NOTIFY_NOTICE_DAYS", positive_number, 90.0, doc="days for which notices are kept")
    letter_days: float = env(
        "NOTIFY_LETTER_DAYS", positive_number, 730.0, doc="days for which it is kept what became of a letter to a submitter"
    )
    digest_minutes: float = env(
        "NOTIFY_DIGEST_MINUTES", positive_number, 30.0, doc="least time (min) between two digests of notices"
    )
    plan_ahead: float = env("NOTIFY_PLAN_AHEAD", positive_number, 60.0, doc="how far ahead (days) sessions of plans are made")
    secrets: Secrets = env("NOTIFY_SECRETS", named_secrets, Secrets(), doc="NAME=value pairs for ${NAME} in channels", secret=True)
    submitter_email: Template = env(
        "NOTIFY_SUBMITTER_EMAIL", template, Template(), doc="Apprise address for e-mail to submitters, with {to}", secret=True
    )
    submitter_sms: Template = env(
        "NOTIFY_SUBMITTER_SMS", template, Template(), doc="Apprise address for text messages to submitters, with {to}", secret=True
    )
    staff_chat: Template = env(
        "NOTIFY_STAFF_CHAT", template, Template(), doc="Apprise address for chat with staff, {to}: the name that they sign in with",
        secret=True,
    )  # fmt: skip
    supervisor_channels: tuple[str, ...] = env(
        "NOTIFY_SUPERVISOR_CHANNELS", addresses, (), doc="Apprise addresses of the supervisors", secret=True
    )
    leader_channels: tuple[str, ...] = env(
        "NOTIFY_LEADER_CHANNELS", addresses, (), doc="Apprise addresses of the leaders in charge", secret=True
    )
    congress_channels: tuple[str, ...] = env(
        "NOTIFY_CONGRESS_CHANNELS", addresses, (), doc="Apprise addresses of the congress office", secret=True
    )
