"""Lists as they are kept: the cases behind questions, entries, and what was published."""
