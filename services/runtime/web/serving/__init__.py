"""The web process: connections gathered by one loop, requests answered on threads."""
