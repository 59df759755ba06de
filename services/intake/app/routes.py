"""All routes of intake's API."""

from __future__ import annotations

from services.accounts.routes import API_ROUTES as ACCOUNT_ROUTES
from services.intake.app import answering, attachments, documents, erasures, opinions, reviews
from services.intake.app.constituency import brought, campaigns, codes, entrusting, printing, registers, stations
from services.intake.app.publication import public, publications, supporting
from services.intake.app.receipt import promising, receipts
from services.intake.app.sessions import attendance, bookings, questions
from services.intake.app.similarity import incidents, rising, similar
from services.intake.app.submission import batch
from services.runtime.web.routes import Routes

ROUTES = Routes([
    *opinions.routes, *batch.routes, *documents.routes, *receipts.routes, *promising.routes, *erasures.routes, *reviews.routes,
    *attachments.routes, *answering.routes,
    *publications.routes, *public.routes, *supporting.routes, *similar.routes, *incidents.routes,
    *rising.routes, *registers.routes, *stations.routes, *campaigns.routes, *printing.routes, *codes.routes,
    *entrusting.routes, *brought.routes, *questions.routes, *bookings.routes, *attendance.routes, *ACCOUNT_ROUTES,
])  # fmt: skip
