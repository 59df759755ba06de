"""Programs that outsiders copy; the console runs the Python ones itself."""
