"""What administrators do beside the accounts of people: the tokens of programs, the trail of what was done."""
