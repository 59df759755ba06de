"""All routes of accounts."""

from __future__ import annotations

from services.accounts import api
from services.accounts.pages import entering, filters, others, own, passkeys, second_factor, single_sign_on
from services.runtime.web.routes import Routes

API_ROUTES = api.routes
PAGES = Routes(route for each in (entering, own, second_factor, passkeys, single_sign_on, filters, others) for route in each.routes)
