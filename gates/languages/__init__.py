"""Front ends: source text of one language becomes facts."""
