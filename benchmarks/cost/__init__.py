"""`python -m benchmarks cost`: what an opinion costs, and whether it costs more than it did."""
