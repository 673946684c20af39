"""Every word the model reads that is not the ticket, the code or a test: one file for each prompt."""
