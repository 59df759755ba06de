"""All pages of intake, and what the pages of all services need."""

from __future__ import annotations

from services.accounts.routes import PAGES as ACCOUNT_PAGES
from services.intake.pages import (
    confirmation,
    crawlers,
    feeds,
    lost,
    notices,
    photos,
    problems,
    public,
    public_case,
    public_promises,
    receipts,
    releasing,
    submission,
)
from services.runtime.web import assets, gallery
from services.runtime.web.routes import Routes

_MODULES = (
    submission, confirmation, lost, receipts, photos, problems, assets, gallery, public, public_case, public_promises, feeds,
    crawlers, notices, releasing,
)  # fmt: skip
PAGES = Routes([*(route for module in _MODULES for route in module.routes), *ACCOUNT_PAGES])
