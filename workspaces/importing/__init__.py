"""Imports that an edit forgot: found, and put in where exactly one source is possible. Pure: text in, text out."""
