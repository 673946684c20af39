"""Judges: source facts become points, findings and a verdict. Pure: no subprocess, no network, no clock."""
