"""The rules of routing, pure: which topic an opinion is about, whose it is, until when, and what becomes of it."""
