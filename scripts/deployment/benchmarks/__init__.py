"""The benchmarks of the deployment, each in a file of its own."""
