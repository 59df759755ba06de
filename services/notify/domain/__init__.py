"""The rules of notify, pure: when each rung of the ladder is due, what it publishes, and what notifications read."""
