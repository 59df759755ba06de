"""metrics: counts everything and publishes it.

consumes   every event, on `metrics.events`
publishes  ledger.headed
serves     GET /api/v1/statistics and /api/v1/ledger, both as pages too, and the product's series on /metrics
keeps      a read model: the facts of each opinion and the rows derived from them; and the ledger, with a leaf for every event
"""
