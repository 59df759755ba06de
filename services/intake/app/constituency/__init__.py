"""Deputies, groups and stations over HTTP."""
