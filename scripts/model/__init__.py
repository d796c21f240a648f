"""Stage model: the frozen graph, its labels, other forms of it, and the request."""
