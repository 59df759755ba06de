"""What comes over HTTP: connections, routes, access, sessions, pages, lists and problems."""
