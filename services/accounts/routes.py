"""All routes of accounts."""

from __future__ import annotations

from services.accounts import api
from services.accounts.pages import entering, others, own, second_factor
from services.runtime.web.routes import Routes

API_ROUTES = api.routes
PAGES = Routes([*entering.routes, *own.routes, *second_factor.routes, *others.routes])
