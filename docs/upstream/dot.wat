;; A dot product of bytes.
(module
  (memory 1)
  (func (export "dot") (param $a i32) (param $b i32) (param $sum v128) (result v128)
    (i32x4.relaxed_dot_i8x16_i7x16_add_s
      (v128.load (local.get $a))
      (v128.load (local.get $b))
      (local.get $sum))))
