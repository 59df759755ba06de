"""What routing learns from the cases that a place has decided: text to numbers, a linear model, how sure it is. Pure."""
