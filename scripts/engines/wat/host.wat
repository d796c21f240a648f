;; What every probe begins with: WASI's functions, memory, and how it says what it found. The first 16 bytes are scratch.
(import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
(memory (export "memory") 1)

;; Print bytes of memory.
(func $print (param $from i32) (param $length i32)
  (i32.store (i32.const 0) (local.get $from))
  (i32.store (i32.const 4) (local.get $length))
  (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))

;; Print a number as 8 hexadecimal digits and a space.
(func $print_number (param $number i32)
  (local $place i32)
  (local $digit i32)
  (local.set $place (i32.const 8))
  (i32.store8 (i32.const 24) (i32.const 32))
  (loop $next
    (local.set $place (i32.sub (local.get $place) (i32.const 1)))
    (local.set $digit (i32.and (local.get $number) (i32.const 15)))
    (i32.store8 offset=16
      (local.get $place)
      (i32.add
        (local.get $digit)
        (select (i32.const 48) (i32.const 87) (i32.lt_u (local.get $digit) (i32.const 10)))))
    (local.set $number (i32.shr_u (local.get $number) (i32.const 4)))
    (br_if $next (local.get $place)))
  (call $print (i32.const 16) (i32.const 9)))
