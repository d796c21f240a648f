;; a * a - b, where the product's last bit is lost if it is rounded before b is taken from it. Either is allowed, in every
;; lane the same.
(data (i32.const 64) "multiply-add is fused")
(data (i32.const 96) "multiply-add rounds the product")
(data (i32.const 128) "f32x4.relaxed_madd")
;; f32: 1 + 2^-12 and -(1 + 2^-11).
(data (i32.const 512) "\00\08\80\3f\00\10\80\bf")
(func (export "_start")
  (local $a v128)
  (local $found v128)
  (local.set $a (v128.load32_splat (i32.const 512)))
  (local.set $found
    (f32x4.relaxed_madd (local.get $a) (local.get $a) (v128.load32_splat (i32.const 516))))
  (if (i8x16.all_true (i32x4.eq (local.get $found) (v128.const f32x4 0x1p-24 0x1p-24 0x1p-24 0x1p-24)))
    (then (call $print (i32.const 64) (i32.const 21)))
    (else
      (call $expect (i32.const 128) (i32.const 18) (local.get $found) (v128.const i32x4 0 0 0 0))
      (call $print (i32.const 96) (i32.const 31)))))
