"""What routing does: one function for each message that it consumes, for each move of a person, and for each periodic job."""
