"""The handlers of metrics: recording messages, and queries. The store is passed as an argument."""
