"""All pages of routing."""

from __future__ import annotations

from services.routing.pages import approvals, doubtful, models, parts, rulings
from services.routing.pages.desk import listing, one, templates, wording
from services.routing.pages.lookbacks import listing as lookbacks
from services.routing.pages.lookbacks import one as lookback
from services.runtime.web.routes import Routes

PAGES = Routes([
    *parts.routes, *doubtful.routes, *approvals.routes, *models.routes, *rulings.routes, *listing.routes, *one.routes,
    *lookbacks.routes, *lookback.routes,
    *templates.routes, *wording.routes,
])  # fmt: skip
