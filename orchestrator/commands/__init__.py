"""The commands, one file each: `do(**words)` carries a command out and returns its exit code."""
