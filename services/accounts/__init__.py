"""Accounts of people: who is invited and may act as what, how they sign in, and the pages and addresses for it."""
