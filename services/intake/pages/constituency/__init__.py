"""People and places: who takes an opinion up, and where it comes from."""
