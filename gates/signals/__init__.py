"""The signals: one file each, the file name is the signal's name."""
