"""What a front end says of a file, before hashes and counts: as nouns, as JSON, as lines of a pipe.

`transcript` has the nouns, `finish` makes facts of them, `objects` turns nouns into JSON objects and back, `lines` are
what goes over the pipe, `__main__` speaks for the Python of this room. docs/languages.md is for those who write one.
"""
