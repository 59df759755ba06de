"""What says the same, tells of the same event, or is told of more than before."""
