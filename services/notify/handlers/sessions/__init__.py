"""What is done about sessions and plans: load, move, save."""
