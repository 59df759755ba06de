"""The shapes of deputies, groups and stations."""
