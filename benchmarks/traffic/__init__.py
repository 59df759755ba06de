"""Opinions by the thousand, sent from a process of their own, and a witness of where they arrive."""
