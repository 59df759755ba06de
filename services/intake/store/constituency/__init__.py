"""The tables and queries of deputies, groups and stations."""
