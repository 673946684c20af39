"""The outside world: models, tickets, sinks. Knows neither the gate nor the target's code."""
