"""What the model is shown of the repository: which files, how much of them, and the conventions it states."""
