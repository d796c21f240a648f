"""Stage action: the classifier's OpenWhisk action behind HTTP, one activation a worker process."""
