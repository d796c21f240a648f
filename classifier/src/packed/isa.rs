//! Which vectors the kernels compute with: the widest that there are, or what the build names.

use std::fmt;

use crate::error::{Error, Result};

/// The instruction set whose vectors the kernels are compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isa {
    Avx512,
    Avx2,
    Sse2,
    Neon,
    Simd128,
    /// What the compiler makes of four floats side by side.
    Portable,
}

/// What the build names (`MOBILENET_LANES`, see build.rs).
const NAMED: Option<Isa> = if cfg!(lanes = "avx512") {
    Some(Isa::Avx512)
} else if cfg!(lanes = "avx2") {
    Some(Isa::Avx2)
} else if cfg!(lanes = "sse2") {
    Some(Isa::Sse2)
} else if cfg!(lanes = "neon") {
    Some(Isa::Neon)
} else if cfg!(lanes = "simd128") {
    Some(Isa::Simd128)
} else if cfg!(lanes = "portable") {
    Some(Isa::Portable)
} else {
    None
};

impl Isa {
    /// All of them, those that are taken first before the others.
    pub const ALL: [Self; 6] = [
        Self::Avx512,
        Self::Avx2,
        Self::Sse2,
        Self::Neon,
        Self::Simd128,
        Self::Portable,
    ];

    /// What the build names, else the widest that there is.
    ///
    /// # Errors
    /// The processor does not have what the build names.
    #[inline]
    pub fn chosen() -> Result<Self> {
        match NAMED {
            Some(named) if named.is_available() => Ok(named),
            Some(named) => Err(Error::new(format!(
                "this was built for {named}, which the processor does not have; build it with `lanes: auto`"
            ))),
            None => Ok(Self::widest()),
        }
    }

    /// The widest that there is.
    #[inline]
    pub fn widest() -> Self {
        let mut all = Self::ALL.into_iter();
        all.find(|isa| isa.is_available()).unwrap_or(Self::Portable)
    }

    /// Whether the target and the processor have them.
    #[inline]
    pub fn is_available(self) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => is_x86_feature_detected!("avx512f"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            Self::Sse2 => cfg!(target_arch = "x86_64"),
            Self::Neon => cfg!(target_arch = "aarch64"),
            Self::Simd128 => cfg!(all(target_arch = "wasm32", target_feature = "simd128")),
            Self::Portable => true,
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx512 | Self::Avx2 => false,
        }
    }
}

impl fmt::Display for Isa {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Avx512 => "avx512",
            Self::Avx2 => "avx2",
            Self::Sse2 => "sse2",
            Self::Neon => "neon",
            Self::Simd128 => "simd128",
            Self::Portable => "portable",
        })
    }
}
