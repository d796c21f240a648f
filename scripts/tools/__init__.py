"""Stage tools: find or install the compiler, the engines and the optimisers."""
