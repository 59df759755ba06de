"""metrics: counts everything and publishes it.

Hears  every event, on `metrics.events`.
Says   nothing.
Serves GET /api/v1/statistics, GET /statistics (a page), and the product's series on /metrics.
Keeps  a read model: the facts of each opinion, one row an opinion and one a round of each assignment, reminders, promises.
"""
