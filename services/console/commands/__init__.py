"""The commands of `huiying`, a file for each group."""
