"""The store of notify: its tables, and what is asked of them."""
