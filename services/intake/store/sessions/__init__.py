"""The tables and queries of sessions: bookings, attendance, questions."""
