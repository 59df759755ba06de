"""The demonstration: sample opinions, departments that answer them, and a report of what happened."""
