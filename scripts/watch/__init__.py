"""Two versions of an engine in the same rounds: is the candidate slower than the base?"""
