"""What a ticket asks of the code itself, where no test can say it: conditions of one line each, judged on the text."""
