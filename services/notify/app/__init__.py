"""HTTP routes of notify: parse, ask, answer."""
