;; Traps.
(func (export "_start") unreachable)
