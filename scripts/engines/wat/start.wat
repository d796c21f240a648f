;; Does it run at all?
(data (i32.const 32) "right")
(func (export "_start") (call $print (i32.const 32) (i32.const 5)))
