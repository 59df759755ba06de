"""LAW: what services exchange: messages, states, errors, vocabulary. Pure: no I/O, no framework but marshmallow."""
