"""What routing does beyond its store: refilling queues, training a model, keeping what was learned at hand."""
