"""For small models that write a function anew: the rules, and the wish that is said last."""

RULES = """\
You mend the mistake in a Python function. Nearly always one line is wrong: keep all the others as they are.
Answer with the whole function in one block and nothing else."""

WISH = "Write the whole function `{name}` with the mistake mended."
