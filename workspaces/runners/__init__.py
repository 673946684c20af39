"""The test runners: one file each behind one protocol."""
