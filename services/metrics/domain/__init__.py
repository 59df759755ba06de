"""The rules of counting, pure: what messages leave behind, what is counted, and how rates and times come of it."""
