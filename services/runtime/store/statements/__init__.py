"""Statements that are made once and run often, on the driver itself."""
