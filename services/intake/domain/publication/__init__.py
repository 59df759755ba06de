"""What becomes public: released by the office, masked, and found by its words."""
