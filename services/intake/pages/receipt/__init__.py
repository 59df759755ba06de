"""What the holder of a receipt sees and does."""
