"""The project's own formatter and linter: called on files of a slot, and what is believed of what they say."""
