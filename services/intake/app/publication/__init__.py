"""Public opinions and their release over HTTP."""
