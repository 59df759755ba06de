"""Pages for those who handle cases: one case with all that the services know of it, the search, and what waits for them."""
