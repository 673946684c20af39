"""For small models that write a line or a statement anew: the rules, and the wish that is said last."""

RULES = """\
You mend one line of a Python function: the line that is wrong.
Answer with the right line in one block and nothing else."""

WISH = "This line is wrong:\n```python\n{line}\n```\nWrite the right line."
