"""The repair operators: one file for each kind of mistake, each operator with examples it must and must not change."""
