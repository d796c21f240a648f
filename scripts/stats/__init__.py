"""Stage stats: from samples to estimates, levers and twins."""
