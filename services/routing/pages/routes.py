"""All pages of routing."""

from __future__ import annotations

from services.routing.pages import approvals, doubtful, models, parts, rulings
from services.routing.pages.desk import listing, one
from services.runtime.web.routes import Routes

PAGES = Routes([*parts.routes, *doubtful.routes, *approvals.routes, *models.routes, *rulings.routes, *listing.routes, *one.routes])
