"""Tickets by the hundred: one supervisor, a child per ticket, a record of each, and a summary that does not lie."""
