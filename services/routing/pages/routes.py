"""All pages of routing."""

from __future__ import annotations

from services.routing.pages import approvals, candidate, doubtful, handlers, models, parts, preview, rulings, watching
from services.routing.pages.desk import file, listing, one, signing, templates, wording
from services.routing.pages.lookbacks import listing as lookbacks
from services.routing.pages.lookbacks import one as lookback
from services.runtime.process.in_use_part import in_use_part
from services.runtime.web.routes import Routes

PAGES = Routes([
    *parts.routes, *doubtful.routes, *approvals.routes, *models.routes, *rulings.routes, *lookbacks.routes, *lookback.routes,
    *preview.routes, *candidate.routes, *in_use_part("routing", candidate.lacks), *handlers.routes, *watching.routes,
    *listing.routes, *file.routes, *signing.routes, *one.routes, *templates.routes, *wording.routes,
])  # fmt: skip
