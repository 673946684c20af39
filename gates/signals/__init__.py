"""The signals: one file each, the file name is the signal's name; `build()` is its constructor.

| file         | id  | over | what                                                             |
|--------------|-----|------|------------------------------------------------------------------|
| flow         | S1  | file | branches and their nesting                                       |
| size         | S2  | file | Halstead volume                                                  |
| state        | S3  | file | state that outlives a call, conditions on it and on the world    |
| clones       | S4  | tree | copies, with what differs between them                           |
| interface    | S5  | both | functions, classes, public names, long parameter lists           |
| conditions   | S6  | tree | one condition asked in function after function                   |
| nils         | S7  | tree | where None is made, and everywhere it is asked for               |
| types        | S8  | tree | tests for types                                                  |
| casts        | S9  | both | values made into another type                                    |
| drift        | S10 | tree | things written together, and the place that forgets one          |
| conjunctions | S11 | tree | conditions spelled out together, and the place that misses one   |
| coupling     | S12 | tree | imports among modules; cycles                                    |
| clumps       | S13 | tree | parameters that always come together                             |
| handlers     | S14 | file | handlers that catch everything                                   |
| dead         | S15 | tree | what nothing reaches                                             |
| reuse        | S16 | tree | a function that does what another one does                       |
| hidden       | S17 | file | control flow that does not look like it                          |
| suppressions | S18 | file | comments that silence tools                                      |

Over a *file*, a signal prices the facts of one file by themselves (`gates/signal.py`). Over the *tree*, units file
entries under keys and the signal prices what stands under them (`gates/wide.py`). `gates/scores.py` lists which are in
force.
"""
