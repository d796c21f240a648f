"""Stage selfcheck: does the method raise false alarms, does it find a true slow-down?"""
