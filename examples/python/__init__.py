"""Programs in Python, each a file that stands alone."""
