"""Kept sums: what each opinion adds to the published figures, so that nothing has to be counted again."""
