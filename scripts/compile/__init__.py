"""Stage compile: modules ahead of time, by the engines."""
