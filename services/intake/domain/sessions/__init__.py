"""Sessions with people: what may be booked and asked there. Pure."""
