//! Kernels for arm64.

use std::arch::asm;

use crate::Kernel;

const ACCUMULATORS: u64 = 24;
pub const CHAIN: u64 = 32;

/// One kernel: a step for each of 24 accumulators, more than are under way at a time.
macro_rules! kernel {
    ($name:ident, $step:ident) => {
        kernel!($name, $step,
            ["0" "1" "2" "3" "4" "5" "6" "7" "8" "9" "10" "11" "12" "13" "14" "15" "16" "17"
             "18" "19" "20" "21" "22" "23"], ["29" "30" "31"]);
    };
    ($name:ident, $step:ident, [$($sum:literal)*], [$($other:literal)*]) => {
        fn $name(turns: u64) {
            // SAFETY: registers alone are changed, and all of them are named.
            unsafe {
                asm!(
                    // Zeros, as what lies in the registers might be denormal, which is slow.
                    $(concat!("movi v", $sum, ".4s, #0"),)*
                    $(concat!("movi v", $other, ".4s, #0"),)*
                    "2:",
                    $($step!($sum),)*
                    "subs {turns}, {turns}, #1",
                    "b.ne 2b",
                    turns = inout(reg) turns => _,
                    out("v0") _, out("v1") _, out("v2") _, out("v3") _, out("v4") _, out("v5") _,
                    out("v6") _, out("v7") _, out("v8") _, out("v9") _, out("v10") _, out("v11") _,
                    out("v12") _, out("v13") _, out("v14") _, out("v15") _, out("v16") _,
                    out("v17") _, out("v18") _, out("v19") _, out("v20") _, out("v21") _,
                    out("v22") _, out("v23") _, out("v29") _, out("v30") _, out("v31") _,
                    options(nomem, nostack),
                );
            }
        }
    };
}
macro_rules! multiply_then_add {
    ($sum:literal) => {
        concat!(
            "fmul v29.4s, v30.4s, v31.4s\n",
            "fadd v",
            $sum,
            ".4s, v",
            $sum,
            ".4s, v29.4s"
        )
    };
}
macro_rules! fused {
    ($sum:literal) => {
        concat!("fmla v", $sum, ".4s, v30.4s, v31.4s")
    };
}
kernel!(multiply_add_128, multiply_then_add);
kernel!(fused_128, fused);

/// The kernels that this processor has.
pub fn kernels() -> Vec<Kernel> {
    let kernel = |name, run| Kernel {
        name,
        bits: 128,
        per_turn: 4 * ACCUMULATORS,
        run,
    };
    vec![
        kernel("multiply, then add", multiply_add_128),
        kernel("fused", fused_128),
    ]
}

/// Take `CHAIN` cycles a turn: so many operations of one cycle, each on what the last one left.
pub fn chain(turns: u64) {
    // SAFETY: registers alone are changed.
    unsafe {
        asm!(
            "2:",
            ".rept 32",
            "eor {value}, {value}, {other}",
            ".endr",
            "subs {turns}, {turns}, #1",
            "b.ne 2b",
            value = inout(reg) 1_u64 => _,
            other = in(reg) 3_u64,
            turns = inout(reg) turns => _,
            options(nomem, nostack),
        );
    }
}
