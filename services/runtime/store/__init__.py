"""What is kept: databases and their shape, outbox and inbox, leases, wake-ups, sealed data."""
