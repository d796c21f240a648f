;; As copy-constant.wat, the length known at run time.
(module
  (memory 1)
  (func (export "copy") (param $to i32) (param $from i32) (param $length i32)
    (memory.copy (local.get $to) (local.get $from) (local.get $length))))
