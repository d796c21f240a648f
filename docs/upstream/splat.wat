;; One float in all lanes, as a factor.
(module
  (memory 1)
  (func (export "scale") (param $a i32) (param $k v128) (result v128)
    (f32x4.mul (local.get $k) (v128.load32_splat (local.get $a)))))
