"""The shapes of public opinions and of their release."""
