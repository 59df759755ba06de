"""What measures the system; not shipped with it."""
