"""Stage deployment: what one activation costs, how many fit on a machine, what load does."""
