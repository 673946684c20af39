"""The survey of a repository: what it becomes once git and tickets come into it.

`trend` is how the points got there, commit by commit; `paydown` makes tickets of what to change first.
"""
