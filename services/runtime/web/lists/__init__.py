"""Lists by pages, and lists that another program can follow."""
