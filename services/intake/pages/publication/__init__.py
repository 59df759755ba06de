"""The public pages: lists, places, promises and feeds; and the office's pages that release what they show."""
