"""Measurements of the system; not shipped with it."""
