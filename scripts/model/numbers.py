"""What packed models compute with, and the largest activation of each form in integers."""

F32 = "f32"
TOPS = {"w8a8": 255, "w8a7": 127}
