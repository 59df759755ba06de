"""Routing's pages for staff: what it is not sure of, how good each version of its model is, and its parts of other pages."""
