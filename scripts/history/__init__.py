"""Stage history: what runs leave for later ones, and the trends of their ratios."""
