"""Rules of receipts: their codes, what a holder may read and rate. Pure."""
