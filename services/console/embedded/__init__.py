"""The whole system on one machine: a private broker and all four services, no container needed."""
