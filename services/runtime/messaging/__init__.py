"""What goes over the broker: connections, dispatch, relay, and the broker in memory for tests."""
