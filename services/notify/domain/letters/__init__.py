"""What letters say, to whom they go and when. Pure."""
