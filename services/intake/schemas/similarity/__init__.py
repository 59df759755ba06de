"""The shapes of near-duplicates, incidents and rising words."""
