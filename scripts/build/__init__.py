"""Stage build: the classifier as executables and modules, and the harness's own programs."""
