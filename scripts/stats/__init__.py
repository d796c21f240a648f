"""Stage stats: from samples to estimates, levers, twins and pairs."""
