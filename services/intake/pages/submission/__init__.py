"""The form to submit an opinion, and the confirmation that follows it."""
