"""The outside world: files that people and programs send, and the capacity of disk and outbox."""
