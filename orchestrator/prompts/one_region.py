"""What is wished of one region, where nothing but that region is asked for."""

RED = "{ticket}\nThese tests are red and have to pass:\n{failures}"
OVER = "Keep what the code does, and make it simpler:\n{findings}"
