"""The public copies of opinions, and the index that finds them."""
