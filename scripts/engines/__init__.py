"""Stage engines: what each engine can do, found out by running small modules on it."""
