"""What is kept to find the same words, the same event, and what is rising."""
