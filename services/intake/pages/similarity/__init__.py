"""The office's pages on what says the same, what tells of one thing, and what is told of more than before."""
