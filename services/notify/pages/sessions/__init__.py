"""Pages of sessions: the public calendar, one session, and where staff keep sessions and plans."""
