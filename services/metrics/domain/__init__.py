"""The rules of counting, pure: facts from messages, counts, rates and times."""
