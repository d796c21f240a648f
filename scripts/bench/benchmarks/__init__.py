"""The benchmarks, a file each: a new one is a new file, and nothing else."""
