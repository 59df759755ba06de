"""Pages of lists, and of the month of a station."""
