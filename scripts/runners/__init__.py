"""Programs that are run as contenders' commands."""
