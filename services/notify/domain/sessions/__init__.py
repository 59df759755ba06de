"""Sessions with people: what they are, what each kind has to meet, and the plans that they come from."""
