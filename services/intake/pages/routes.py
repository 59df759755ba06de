"""All pages of intake, and the files that the pages of all services need."""

from __future__ import annotations

from services.intake.pages import account, photos, problems, receipts, submission
from services.runtime.web import assets
from services.runtime.web.routes import Routes

PAGES = Routes([*submission.routes, *receipts.routes, *photos.routes, *problems.routes, *assets.routes, *account.routes])
