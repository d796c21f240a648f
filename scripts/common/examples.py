"""The programs of the classifier's crate, as cargo calls its examples."""

# What is timed: one request on stdin, its answer on stdout.
COMMAND = "mobilenet-oc-l"
# What a runtime of OpenWhisk calls, and what is served over HTTP.
ACTION, SERVICE = "mobilenet-oc", "mobilenet-oc-http"
