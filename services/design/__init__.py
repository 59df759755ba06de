"""LAW: how pages look and in which language they speak. Knows Jinja and Babel; knows no Flask, no service, no business word."""
