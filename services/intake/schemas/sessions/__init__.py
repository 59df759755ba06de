"""The shapes of questions, bookings and attendance."""
