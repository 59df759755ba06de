"""The store of metrics: the read model (what was received of each opinion, and what follows from it) and the ledger."""
