"""The shapes of sessions and plans."""
