"""All pages of intake."""

from __future__ import annotations

from services.intake.pages import account, photos, problems, receipts, submission
from services.runtime.web.pages import static_routes
from services.runtime.web.routes import Routes

PAGES = Routes([*submission.routes, *receipts.routes, *photos.routes, *problems.routes, *static_routes(), *account.routes])
