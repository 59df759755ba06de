"""What is known of an opinion: the facts that its messages leave behind, and everything that follows from them."""
