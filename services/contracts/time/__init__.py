"""Instants, durations, working days and office hours."""
