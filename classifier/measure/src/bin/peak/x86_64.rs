//! Kernels for x86-64.

use std::arch::asm;

use crate::Kernel;

const ACCUMULATORS: u64 = 12;
pub const CHAIN: u64 = 32;

/// One kernel: a step for each of 12 accumulators, more than are under way at a time.
macro_rules! kernel {
    ($name:ident, $features:literal, $step:ident, $v:literal) => {
        kernel!($name, $features, $step, $v,
            ["0" "1" "2" "3" "4" "5" "6" "7" "8" "9" "10" "11"], ["12" "13" "14" "15"]);
    };
    ($name:ident, $features:literal, $step:ident, $v:literal, [$($sum:literal)*], [$($other:literal)*]) => {
        #[target_feature(enable = $features)]
        fn $name(turns: u64) {
            // SAFETY: registers alone are changed, and all of them are named.
            unsafe {
                asm!(
                    // Zeros, as what lies in the registers might be denormal, which is slow.
                    $(concat!("vxorps xmm", $sum, ", xmm", $sum, ", xmm", $sum),)*
                    $(concat!("vxorps xmm", $other, ", xmm", $other, ", xmm", $other),)*
                    "2:",
                    $($step!($v, $sum),)*
                    "dec {turns}",
                    "jnz 2b",
                    "vzeroupper",
                    turns = inout(reg) turns => _,
                    out("ymm0") _, out("ymm1") _, out("ymm2") _, out("ymm3") _,
                    out("ymm4") _, out("ymm5") _, out("ymm6") _, out("ymm7") _,
                    out("ymm8") _, out("ymm9") _, out("ymm10") _, out("ymm11") _,
                    out("ymm12") _, out("ymm13") _, out("ymm14") _, out("ymm15") _,
                    options(nomem, nostack),
                );
            }
        }
    };
}
macro_rules! multiply_then_add {
    ($v:literal, $sum:literal) => {
        concat!(
            "vmulps ", $v, "13, ", $v, "14, ", $v, "15\n", "vaddps ", $v, $sum, ", ", $v, $sum,
            ", ", $v, "13"
        )
    };
}
macro_rules! fused {
    ($v:literal, $sum:literal) => {
        concat!("vfmadd231ps ", $v, $sum, ", ", $v, "14, ", $v, "15")
    };
}
kernel!(multiply_add_128, "avx", multiply_then_add, "xmm");
kernel!(fused_128, "avx,fma", fused, "xmm");
kernel!(fused_256, "avx,fma", fused, "ymm");
kernel!(fused_512, "avx512f", fused, "zmm");

/// The kernels that this processor has.
pub fn kernels() -> Vec<Kernel> {
    let has_fma = is_x86_feature_detected!("fma");
    let mut found = Vec::new();
    let mut add = |has: bool, name, bits, run| {
        if has {
            let per_turn = ACCUMULATORS * u64::from(bits) / 32;
            found.push(Kernel {
                name,
                bits,
                per_turn,
                run,
            });
        }
    };
    // SAFETY: each is called only where the processor has what it is compiled for.
    add(
        is_x86_feature_detected!("avx"),
        "multiply, then add",
        128,
        |turns| unsafe { multiply_add_128(turns) },
    );
    add(has_fma, "fused", 128, |turns| unsafe { fused_128(turns) });
    add(has_fma, "fused", 256, |turns| unsafe { fused_256(turns) });
    add(
        is_x86_feature_detected!("avx512f"),
        "fused",
        512,
        |turns| unsafe { fused_512(turns) },
    );
    found
}

/// Take `CHAIN` cycles a turn: so many operations of one cycle, each on what the last one left.
pub fn chain(turns: u64) {
    // SAFETY: registers alone are changed.
    unsafe {
        asm!(
            "2:",
            ".rept 32",
            "xor {value}, {other}",
            ".endr",
            "dec {turns}",
            "jnz 2b",
            value = inout(reg) 1_u64 => _,
            other = in(reg) 3_u64,
            turns = inout(reg) turns => _,
            options(nomem, nostack),
        );
    }
}
