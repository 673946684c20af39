"""Landing: what a batch accepted, one by one onto one growing tree."""
