"""What holds a process: namespaces, renounced rights, limits. The files that a forked run needs load by path, alone."""
