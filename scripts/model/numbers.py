"""What packed models compute with, and the largest activation of each form in integers."""

F32 = "f32"
# LiteRT's own integers, called as the runtime that computes with them. Its probabilities have 256
# levels, and its usual kernels round in other places than its reference's: the same graph was seen
# to differ by two levels.
LITERT = "litert_int8"
LITERT_ROUNDING = 3 / 256
TOPS = {"w8a8": 255, "w8a7": 127}
