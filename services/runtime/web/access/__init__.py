"""Who may call: tokens, sessions, people, throttling, and the audit log of what they did."""
