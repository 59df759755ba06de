"""The store of routing: its tables, what is loaded and saved, and what is asked."""
