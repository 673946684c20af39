"""Extraction in other processes: `own` are those of this very program, `program` speaks with one of another language,
`languages` says which there are, `process` keeps one alive and within its time, `side_by_side` has several at work."""
