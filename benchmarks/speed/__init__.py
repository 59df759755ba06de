"""`python -m benchmarks speed`: the product beside what others achieve on the same work, in one run."""
