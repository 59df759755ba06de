"""The desk of a department: what it has in hand, and everything that it can do with it, in forms."""
