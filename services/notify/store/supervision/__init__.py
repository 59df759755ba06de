"""What is kept of supervisions and of the meetings that deal with them."""
