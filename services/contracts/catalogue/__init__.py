"""The catalogue: what one place configures, as frozen values, with a checker that names the line of each mistake."""
