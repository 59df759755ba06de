"""HTTP routes of notify: parse, ask, answer."""

from __future__ import annotations

from services.notify.app import deadlines, notifications, reminders, supervisions, witness
from services.notify.app.context import Notify, Office, routes

__all__ = ["Notify", "Office", "deadlines", "notifications", "reminders", "routes", "supervisions", "witness"]
