;; Relaxed SIMD on operands for which the specification leaves no choice.
(data (i32.const 64) "right")
(data (i32.const 128) "i32x4.relaxed_dot_i8x16_i7x16_add_s")
(data (i32.const 192) "i16x8.relaxed_dot_i8x16_i7x16_s")
(data (i32.const 256) "i8x16.relaxed_swizzle")
(data (i32.const 320) "i8x16.relaxed_laneselect")
(data (i32.const 384) "i32x4.relaxed_trunc_f32x4_s")
;; i8 to the ends of their range, and 7 bits to multiply them with.
(data (i32.const 512) "\80\80\80\80\7f\7f\7f\7f\ff\01\fe\02\80\7f\80\7f")
(data (i32.const 528) "\7f\7f\7f\7f\7f\7f\7f\7f\03\05\07\0b\7f\7f\00\01")
;; i32 to add: 0, 1, -1, 1000000.
(data (i32.const 544) "\00\00\00\00\01\00\00\00\ff\ff\ff\ff\40\42\0f\00")
;; An order of lanes, and a mask.
(data (i32.const 560) "\0f\0e\0d\0c\0b\0a\09\08\07\06\05\04\03\02\01\00")
(data (i32.const 576) "\ff\ff\ff\ff\00\00\00\00\ff\00\ff\00\00\ff\00\ff")
;; f32: 1.5, -2.5, 1000, 0.
(data (i32.const 592) "\00\00\c0\3f\00\00\20\c0\00\00\7a\44\00\00\00\00")
(func (export "_start")
  (call $expect (i32.const 128) (i32.const 35)
    (i32x4.relaxed_dot_i8x16_i7x16_add_s
      (v128.load (i32.const 512)) (v128.load (i32.const 528)) (v128.load (i32.const 544)))
    (v128.const i32x4 -65024 64517 9 1000000))
  (call $expect (i32.const 192) (i32.const 31)
    (i16x8.relaxed_dot_i8x16_i7x16_s (v128.load (i32.const 512)) (v128.load (i32.const 528)))
    (v128.const i16x8 -32512 -32512 32258 32258 2 8 -127 127))
  (call $expect (i32.const 256) (i32.const 21)
    (i8x16.relaxed_swizzle (v128.load (i32.const 528)) (v128.load (i32.const 560)))
    (v128.const i8x16 1 0 127 127 11 7 5 3 127 127 127 127 127 127 127 127))
  (call $expect (i32.const 320) (i32.const 24)
    (i8x16.relaxed_laneselect
      (v128.load (i32.const 512)) (v128.load (i32.const 528)) (v128.load (i32.const 576)))
    (v128.const i8x16 -128 -128 -128 -128 127 127 127 127 -1 5 -2 11 127 127 0 127))
  (call $expect (i32.const 384) (i32.const 27)
    (i32x4.relaxed_trunc_f32x4_s (v128.load (i32.const 592)))
    (v128.const i32x4 1 -2 1000 0))
  (call $print (i32.const 64) (i32.const 5)))
