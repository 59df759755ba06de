"""The table of all HTTP routes of notify but the pages."""

from __future__ import annotations

from services.notify.app import deadlines, notices, notifications, raising, reminders, supervisions, witness
from services.notify.app.lists import entries, lists, papers
from services.notify.app.sessions import commands, plans, sessions, themes
from services.runtime.web.routes import Routes

routes = Routes([
    *deadlines.routes, *notices.routes, *notifications.routes, *reminders.routes, *supervisions.routes, *witness.routes,
    *raising.routes, *sessions.routes, *commands.routes, *plans.routes, *themes.routes, *papers.routes, *lists.routes,
    *entries.routes,
])  # fmt: skip
