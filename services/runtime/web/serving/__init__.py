"""The web process: connections gathered by one loop, and gunicorn around it."""
