"""Benches: public tasks and real tickets, each driven through the whole loop; one table and one document for all."""
