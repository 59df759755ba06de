"""Pages of sessions: booking, the host at work, who comes."""
