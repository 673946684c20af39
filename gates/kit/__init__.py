"""The conformance kit: what every front end must price alike, as data, and who says whether one does."""
