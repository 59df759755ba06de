"""All pages of intake, and what the pages of all services need."""

from __future__ import annotations

from services.accounts.routes import PAGES as ACCOUNT_PAGES
from services.intake.pages import notices, problems
from services.intake.pages.constituency import (
    brought,
    campaigns,
    codes,
    directory,
    entrusted,
    position,
    registers,
    station_desk,
    waiting,
)
from services.intake.pages.office import case, cases, catalogue, desk, erasing, file
from services.intake.pages.office import photos as answer_photos
from services.intake.pages.publication import crawlers, feeds, public, public_case, public_promises, releasing, sharing, supporting
from services.intake.pages.receipt import consent, lost, photos, receipt
from services.intake.pages.sessions import attendance, booking, host, part, visitors
from services.intake.pages.similarity import beside, choosing, incidents, queue, rising
from services.intake.pages.submission import confirmation, form
from services.runtime.web.pages import assets, gallery
from services.runtime.web.routes import Routes

_MODULES = (
    campaigns, codes, form, confirmation, consent, lost, receipt, photos, answer_photos, problems, assets, gallery, public,
    public_case,
    public_promises, feeds, sharing, supporting,
    crawlers, notices, releasing, choosing, beside, queue,
    incidents, rising, file, case, cases, catalogue, desk, erasing, entrusted, station_desk, brought, position,
    directory, registers, waiting, booking, host, visitors, part, attendance,
)  # fmt: skip
PAGES = Routes([*(route for module in _MODULES for route in module.routes), *ACCOUNT_PAGES])
