"""The engines: where the tickets of a batch run, one file each."""
