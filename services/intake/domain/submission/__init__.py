"""Rules of submitting: the parts of a submission, who may claim what, how much fits. Pure."""
