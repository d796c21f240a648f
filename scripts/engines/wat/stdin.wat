;; Reads stdin to its end, 64 KiB at a time, and prints how many bytes there were and their Adler-32.
(func (export "_start")
  (local $total i32)
  (local $sum i32)
  (local $sums i32)
  (local $at i32)
  (local $end i32)
  (drop (memory.grow (i32.const 1)))
  (local.set $sum (i32.const 1))
  (loop $read
    (i32.store (i32.const 0) (i32.const 65536))
    (i32.store (i32.const 4) (i32.const 65536))
    (i32.store (i32.const 8) (i32.const 0))
    (if (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8))
      (then (call $proc_exit (i32.const 1))))
    (local.set $at (i32.const 65536))
    (local.set $end (i32.add (local.get $at) (i32.load (i32.const 8))))
    (local.set $total (i32.add (local.get $total) (i32.load (i32.const 8))))
    (if (i32.lt_u (local.get $at) (local.get $end))
      (then
        (loop $byte
          (local.set $sum
            (i32.rem_u (i32.add (local.get $sum) (i32.load8_u (local.get $at))) (i32.const 65521)))
          (local.set $sums
            (i32.rem_u (i32.add (local.get $sums) (local.get $sum)) (i32.const 65521)))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br_if $byte (i32.lt_u (local.get $at) (local.get $end))))
        (br $read))))
  (call $print_number (local.get $total))
  (call $print_number (i32.or (i32.shl (local.get $sums) (i32.const 16)) (local.get $sum))))
