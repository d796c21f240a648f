//! From an image file to the model's input tensor.

use std::io::Cursor;

use image::imageops::{self, FilterType};
use image::{ImageReader, Limits};

use crate::error::{Error, Result};

/// Larger images are refused before they are decoded: a few bytes can claim any size.
const MOST_PIXELS_A_SIDE: u32 = 16_384;
const MOST_BYTES: u64 = 512 << 20;

/// Decode a JPEG, PNG or BMP, stretch it to `size` x `size` with an antialiasing bilinear filter,
/// and scale its bytes to `range`.
///
/// Returns `size * size * 3` values: rows, columns, RGB.
///
/// # Errors
/// Not an image of a known format, damaged, or too large.
pub fn tensor(file: &[u8], size: usize, range: (f32, f32)) -> Result<Vec<f32>> {
    let image = decode(file)?.into_rgb8();
    let side = u32::try_from(size).map_err(Error::new)?;
    let resized = imageops::resize(&image, side, side, FilterType::Triangle);
    let scale = (range.1 - range.0) / 255.0;
    Ok(resized
        .into_raw()
        .into_iter()
        .map(|byte| f32::from(byte) * scale + range.0)
        .collect())
}

fn decode(file: &[u8]) -> Result<image::DynamicImage> {
    let mut reader = ImageReader::new(Cursor::new(file))
        .with_guessed_format()
        .map_err(Error::new)?;
    if reader.format().is_none() {
        return Err(Error::new("`image` is no JPEG, PNG or BMP file"));
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MOST_PIXELS_A_SIDE);
    limits.max_image_height = Some(MOST_PIXELS_A_SIDE);
    limits.max_alloc = Some(MOST_BYTES);
    reader.limits(limits);
    reader
        .decode()
        .map_err(|error| Error::new(format!("`image` cannot be decoded: {error}")))
}
