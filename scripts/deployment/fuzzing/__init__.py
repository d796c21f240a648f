"""Malformed requests to the action's host, and what it may answer to each."""
