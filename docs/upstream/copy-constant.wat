;; A pixel of three floats.
(module
  (memory 1)
  (func (export "copy") (param $to i32) (param $from i32)
    (memory.copy (local.get $to) (local.get $from) (i32.const 12))))
