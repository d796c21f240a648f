"""What an activation may take; the platform's defaults."""

MIB = 1 << 20

# Of the code that /init takes, decoded, and of the parameters and the result as JSON
# in UTF-8 without spaces.
CODE_BYTES = 48 * MIB
PARAMETER_BYTES = RESULT_BYTES = MIB
# Keys beside an activation's parameters; each of them becomes a variable, which takes its time.
KEYS = 10_000
# Of an instance's linear memory, or of a native process's writable memory.
MEMORY_BYTES = 256 * MIB
# Of what an instance has, as wasmtime's stores take it: the first is of each memory, and a table's
# elements are of none.
STORE = {"memory_size": MEMORY_BYTES, "memories": 1, "tables": 10, "table_elements": 100_000}
# A kept instance whose memory has grown by more is not kept: instances give no memory back.
GROWTH_BYTES = 32 * MIB
# How long a /run without a deadline may take, and one with a deadline far away.
SECONDS, MOST_SECONDS = 60, 300
# How long a client may take to send its request, and compiling an action may take.
SENDING_SECONDS, COMPILING_SECONDS = 30, 300
# How long a client may take nothing of the answer that is there for it.
READING_SECONDS = 30
COMPILER_BYTES = 4096 * MIB
# What is kept of a log that is not read, and how long its reader has when the host ends.
LOG_BYTES, FLUSHING_SECONDS = MIB, 2
# What surrounds code or parameters in a request.
ENVELOPE_BYTES = 64 << 10
# A request that is too large is read to its end where it has no more than this.
DRAINED_BYTES = 128 * MIB
