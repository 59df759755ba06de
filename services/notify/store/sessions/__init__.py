"""The tables of sessions and plans, and what is read and changed in them."""
