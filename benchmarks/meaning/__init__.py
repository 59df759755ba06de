"""How well what opinions mean is found: which say the same, and which tell of the same thing."""
