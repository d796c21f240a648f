;; Ends with exit code 3.
(func (export "_start") (call $proc_exit (i32.const 3)))
