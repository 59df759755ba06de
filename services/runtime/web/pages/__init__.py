"""Pages for people: how they are answered, who reads them, what was typed, files, and pages that need no service."""
