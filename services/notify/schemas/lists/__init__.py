"""Lists of what was said at sessions."""
