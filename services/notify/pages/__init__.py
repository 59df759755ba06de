"""The pages of notify, and its parts of pages that are put together."""
