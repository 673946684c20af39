"""What is known of a repository, kept by content: facts in a store, what files file in segments, trees seen as views.

`source` is the door: it reads bytes, extracts what is not known yet and keeps it. Nothing here knows a price.
"""
