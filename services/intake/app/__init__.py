"""HTTP routes of intake: parse, call a handler, answer."""
