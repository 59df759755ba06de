"""Commits that several share."""
