"""What notify does: follow deadlines, climb the ladder, send notifications, and answer."""
