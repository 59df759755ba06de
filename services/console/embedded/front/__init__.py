"""The one origin: four applications in one process, pages put together, metrics merged."""
