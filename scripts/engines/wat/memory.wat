;; Grows by 64 MiB at a time, touches nothing, and prints after each step how many MiB it has: first 64, at last 4096.
(func (export "_start")
  (drop (memory.grow (i32.const 1023)))
  (loop $next
    (call $print_number (i32.shr_u (memory.size) (i32.const 4)))
    (br_if $next (i32.ne (memory.grow (i32.const 1024)) (i32.const -1)))))
