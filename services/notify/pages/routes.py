"""All pages of notify."""

from __future__ import annotations

from services.notify.pages import agenda, digests, notices, parts, raising
from services.notify.pages.lists import lists, published, years
from services.notify.pages.sessions import calendar, files, keeping, plans, session, themes
from services.runtime.process.in_use_part import in_use_part
from services.runtime.web.routes import Routes

PAGES = Routes([
    *agenda.routes, *raising.routes, *notices.routes, *digests.routes, *parts.routes, *calendar.routes, *files.routes,
    *keeping.routes, *lists.routes, *plans.routes, *session.routes, *themes.routes, *years.routes, *published.routes,
    *in_use_part("notify"),
])  # fmt: skip
