"""Sessions and plans over HTTP."""
