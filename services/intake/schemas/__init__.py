"""The shapes of intake's requests (`bodies`, `queries`, `erasures`) and answers (`answers`)."""
