"""How well routing learns, on a file of labelled opinions; it trains nothing that is shipped."""
