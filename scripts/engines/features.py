"""What the engines are asked for, in the report's order."""

# The features, and what the report calls them.
SIMD, RELAXED, STDIN, EXIT = "simd", "relaxed_simd", "stdin", "exit_codes"
MEMORY, AOT, CACHE = "memory", "aot", "cache"
TITLES = {
    SIMD: "SIMD",
    RELAXED: "relaxed SIMD",
    STDIN: "1 MB of stdin",
    EXIT: "exit codes",
    MEMORY: "4 GiB of memory",
    AOT: "AOT",
    CACHE: "cache",
}
# The columns of results/engines.csv.
COLUMNS = ("engine", "version", "licence", "feature", "probe", "mode", "works", "said")
