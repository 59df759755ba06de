"""The moves of a case, by who makes them and why. Pure."""
