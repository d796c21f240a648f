//! From an image file to the model's input tensor.

use std::hint::black_box;
use std::io::Cursor;

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::error::UnsupportedErrorKind;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage};

use crate::error::{Error, Result};

/// Larger images are refused before they are decoded: a few bytes can claim any size.
const MOST_PIXELS: u64 = 64_000_000;
const MOST_BYTES: u64 = 384 << 20;
/// As of a JPEG. The filter keeps all columns of the rows that are left, and its weights, 16-bit
/// integers, become coarse where thousands of pixels share them.
const MOST_SIDE: u32 = 65_535;

/// Decode a JPEG, PNG or BMP to 8-bit RGB as it is stored, whatever its EXIF orientation and its
/// transparency, stretch it to `size` x `size` with an antialiasing bilinear filter,
/// and scale its bytes to `range`.
///
/// Returns `size * size * 3` values: rows, columns, RGB.
///
/// # Errors
/// Not an image of a known format, damaged, or too large.
pub fn tensor(file: &[u8], size: usize, range: (f32, f32)) -> Result<Vec<f32>> {
    let image = rgb(decode(file)?);
    let side = u32::try_from(size).map_err(Error::new)?;
    let resized = resize(&image, side)?;
    let scale = (range.1 - range.0) / 255.0;
    Ok(resized
        .into_iter()
        .map(|byte| f32::from(byte) * scale + range.0)
        .collect())
}

fn rgb(image: DynamicImage) -> RgbImage {
    if !matches!(image, DynamicImage::ImageRgb8(_)) {
        // The library panics where there is no room for the copy; a plain allocation ends the
        // process with the message by which hosts tell that memory is exhausted.
        let bytes = 3 * image.width() as usize * image.height() as usize;
        drop(black_box(Vec::<u8>::with_capacity(bytes)));
    }
    image.into_rgb8()
}

/// Columns first, then rows, in integers, rounded to bytes after each: at most one step away from
/// what floats rounded once give.
///
/// The pixels have a type, for else the code for all kinds of them is compiled, too.
fn resize(image: &RgbImage, side: u32) -> Result<Vec<u8>> {
    let source = TypedImageRef::<U8x3>::from_buffer(image.width(), image.height(), image.as_raw())
        .map_err(Error::new)?;
    let mut resized = vec![0; 3 * side as usize * side as usize];
    let mut target = TypedImage::from_buffer(side, side, &mut resized).map_err(Error::new)?;
    let triangle = ResizeAlg::Convolution(FilterType::Bilinear);
    let options = ResizeOptions::new().resize_alg(triangle);
    Resizer::new()
        .resize_typed(&source, &mut target, &options)
        .map_err(Error::new)?;
    Ok(resized)
}

fn decode(file: &[u8]) -> Result<DynamicImage> {
    let mut reader = ImageReader::new(Cursor::new(file))
        .with_guessed_format()
        .map_err(Error::new)?;
    let format = reader.format();
    if !format.is_some_and(|format| format.reading_enabled()) {
        return Err(Error::new(
            "`image` is no JPEG, PNG or BMP file; convert it to one of these",
        ));
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_BYTES);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(refusal)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS || decoder.total_bytes() > MOST_BYTES {
        return Err(too_large());
    }
    if width.max(height) > MOST_SIDE {
        return Err(Error::new(format!(
            "`image` is too wide or too high; send one of at most {MOST_SIDE} pixels either way"
        )));
    }
    let image = DynamicImage::from_decoder(decoder).map_err(refusal)?;
    if format == Some(ImageFormat::Jpeg) && !jpeg_is_whole(file) {
        return Err(Error::new(
            "`image` cannot be decoded: the JPEG ends early; is the file whole?",
        ));
    }
    if image.width() == 0 || image.height() == 0 {
        return Err(Error::new("`image` has no pixels"));
    }
    Ok(image)
}

fn refusal(error: ImageError) -> Error {
    match error {
        ImageError::Limits(_) => too_large(),
        // The BMP decoder's own limit, which is lower where addresses have 32 bits.
        ImageError::Unsupported(error) if is_of_size(error.kind()) => too_large(),
        error => Error::new(format!(
            "`image` cannot be decoded: {error}; is the file whole?"
        )),
    }
}

fn is_of_size(kind: UnsupportedErrorKind) -> bool {
    matches!(kind, UnsupportedErrorKind::GenericFeature(what) if what.contains("too large"))
}

fn too_large() -> Error {
    Error::new(format!(
        "`image` is too large; send one of at most {} megapixels and {} MiB decoded",
        MOST_PIXELS / 1_000_000,
        MOST_BYTES >> 20
    ))
}

/// Whether a JPEG goes on to its end-of-image marker; the decoder fills what is missing with grey.
fn jpeg_is_whole(file: &[u8]) -> bool {
    let mut rest = file.get(2..).unwrap_or_default();
    loop {
        // Between segments this is the next marker, in pixel data the first that is no part of it.
        let is_marker =
            |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0x01 | 0xd0..=0xd7 | 0xff);
        let Some(place) = rest.windows(2).position(is_marker) else {
            return false;
        };
        if rest[place + 1] == 0xd9 {
            return true;
        }
        let segment = &rest[place + 2..];
        let Some(length) = segment.first_chunk().copied().map(u16::from_be_bytes) else {
            return false;
        };
        rest = segment.get(usize::from(length)..).unwrap_or_default();
    }
}
