;; One factor for four sums, as in a matrix product.
(module
  (memory 1)
  (func (export "rows") (param $a i32) (param $b i32) (param $end i32) (result v128)
    (local $factor v128) (local $s0 v128) (local $s1 v128) (local $s2 v128) (local $s3 v128)
    (loop $next
      (local.set $factor (v128.load (local.get $b)))
      (local.set $s0
        (f32x4.relaxed_madd (local.get $factor) (v128.load (local.get $a)) (local.get $s0)))
      (local.set $s1
        (f32x4.relaxed_madd (local.get $factor) (v128.load offset=16 (local.get $a)) (local.get $s1)))
      (local.set $s2
        (f32x4.relaxed_madd (local.get $factor) (v128.load offset=32 (local.get $a)) (local.get $s2)))
      (local.set $s3
        (f32x4.relaxed_madd (local.get $factor) (v128.load offset=48 (local.get $a)) (local.get $s3)))
      (local.set $a (i32.add (local.get $a) (i32.const 64)))
      (local.set $b (i32.add (local.get $b) (i32.const 16)))
      (br_if $next (i32.ne (local.get $a) (local.get $end))))
    (f32x4.add
      (f32x4.add (local.get $s0) (local.get $s1))
      (f32x4.add (local.get $s2) (local.get $s3)))))
