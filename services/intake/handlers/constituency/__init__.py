"""What the office does with the registers."""
