"""Stage bench: measure the contenders in interleaved rounds."""
