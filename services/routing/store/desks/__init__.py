"""What stands on desks: what is in hand, what waits for somebody, what is watched."""
