"""Pages for people: the published numbers, and the ledger in which every event is counted."""
