"""All routes of accounts."""

from __future__ import annotations

from services.accounts import api
from services.accounts.pages import entering, others, own, passkeys, second_factor, single_sign_on
from services.runtime.web.routes import Routes

API_ROUTES = api.routes
PAGES = Routes([*entering.routes, *own.routes, *second_factor.routes, *passkeys.routes, *single_sign_on.routes, *others.routes])
