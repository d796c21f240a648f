"""Stage machines: several types of nodes in one run, and one report across them."""
