"""What `huiying doctor` looks at: a file for each kind of part, each a check or several that yield findings."""
