"""What is measured: systems that run beside one another, and what their processes use."""
