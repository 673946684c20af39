"""The signals: one file each, the file name is the signal's name; `build() -> Signal` is its constructor.

| file       | id  | what                                                          |
|------------|-----|---------------------------------------------------------------|
| flow       | S1  | branches and their nesting                                    |
| size       | S2  | Halstead volume                                               |
| state      | S3  | state that outlives a call, conditions on it and on the world |
| interface  | S5  | functions, classes, public names, long parameter lists        |
| handlers   | S14 | handlers that catch everything                                |
| hidden     | S17 | control flow that does not look like it                       |

These are priced from the facts of one file. Signals that need the whole repository (S4 clones, S6 to S13 pressure on
conditions, None, types and casts, S15 dead code, S16 reuse) take their place here as further files, with counters over
facts beside them; `gates/scores.py` lists which are in force.
"""
