//! What a build embeds.

/// What a model is loaded from: its file and what that says nothing about.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The bytes of a frozen TensorFlow graph (`.pb`) or of a packed model, at a multiple of 64.
    pub bytes: &'a [u8],
    /// The names of the classes in the order of the output, one a line.
    pub labels: &'static str,
    /// Rows and columns of the input.
    pub size: usize,
    /// What the darkest and the brightest pixel value become.
    pub input_range: (f32, f32),
    /// Name of the input's node.
    pub input: &'static str,
    /// Name of the output's node.
    pub output: &'static str,
}

impl Source<'_> {
    /// How many values the input takes.
    pub fn values(&self) -> usize {
        self.size * self.size * 3
    }

    /// The input's shape: NHWC.
    pub fn shape(&self) -> [usize; 4] {
        [1, self.size, self.size, 3]
    }
}
