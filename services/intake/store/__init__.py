"""Tables and queries of intake."""
