"""The sinks: where an accepted patch goes, one file each."""
