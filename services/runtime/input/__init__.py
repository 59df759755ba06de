"""What strangers send, made fit: fields that tidy before they check, values of queries, and blank as absent everywhere."""
