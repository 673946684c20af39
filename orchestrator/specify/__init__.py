"""A ticket without a red test: what says when it is done is stated first, as tests and conditions, and then frozen."""
