"""Messages on their way out: the outbox, what follows a commit at once, and wake-ups."""
