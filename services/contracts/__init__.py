"""LAW: what the services say to one another. Pure: no I/O, no framework but marshmallow."""
