"""The walk over one Python file: a single dispatching pass over the syntax tree that fills drafts of units.

`source` reads bytes, `draft` is what the pass fills, `expressions`, `statements`, `branches` and `definitions` are the
visitors, `hidden` and `handlers` say what a construct is, `prints` makes skeletons and hashes, `comments` finds
suppressions. `gates/languages/python.py` is the door; nothing else imports from here.
"""
