"""The shapes of routing's requests and answers."""
