"""The pages of intake: the form to submit an opinion, and what the holder of a receipt sees. They work without JavaScript."""
