"""Sessions over HTTP: questions, bookings, attendance."""
