"""A whole tree read at once: where its decisions come from, what to change first, and what that frees.

`whole` is what everything here reads; `ranked` is the one list.
"""
