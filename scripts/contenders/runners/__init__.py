"""The runners: a new one is a new file here, and an entry in the config and envs/tools.yaml."""
