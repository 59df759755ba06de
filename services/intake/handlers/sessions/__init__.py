"""What the public and the host do with a session."""
