"""Models about people: designs, fits, and coefficients that tell of too few."""
