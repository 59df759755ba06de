"""The checks of `huiying doctor`: a file for each kind of part, with functions that yield findings."""
