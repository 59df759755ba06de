"""Near-duplicates, incidents and rising words over HTTP."""
