"""The ledger: its days and leaves, and what proves that nothing was changed."""
