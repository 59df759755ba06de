"""HTTP routes of many submissions in one request."""
