;; What a module of vectors goes on with: where a result is wrong, say which instruction's, and end with exit code 1.
(data (i32.const 48) " is wrong")
(func $expect (param $name i32) (param $length i32) (param $found v128) (param $right v128)
  (if (v128.any_true (v128.xor (local.get $found) (local.get $right)))
    (then
      (call $print (local.get $name) (local.get $length))
      (call $print (i32.const 48) (i32.const 9))
      (call $proc_exit (i32.const 1)))))
