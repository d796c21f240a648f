;; A shuffle of one register, as LLVM writes it: the other operand is a local that is never set.
(module
  (memory 1)
  (func (export "shuffle") (param $a i32) (result v128)
    (local $unset v128)
    (i8x16.shuffle 0 4 8 12 1 5 9 13 2 6 10 14 3 7 11 15
      (v128.load (local.get $a))
      (local.get $unset))))
