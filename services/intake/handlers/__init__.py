"""What intake does: one function for each request, and one table for what it hears."""
