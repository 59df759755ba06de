"""metrics: counts everything and publishes it.

Hears  every event, on `metrics.events`.
Says   nothing.
Serves GET /api/v1/statistics and /api/v1/ledger, both as pages too, and the product's series on /metrics.
Keeps  a read model: the facts of each opinion and the rows that follow from them; and the ledger, a leaf for every event.
"""
