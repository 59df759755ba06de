"""What routing has learned: models, how good they are, and what they were not sure of."""
