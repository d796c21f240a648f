//! From image files to tensors: exact values where they can be worked out by hand.

use image::ImageFormat;
use mobilenet_oc::preprocess::tensor;

use crate::fixture::{FORMATS, Random, file, message};

const BYTES: (f32, f32) = (0.0, 255.0);

/// Red grows by column, green by row, blue stays.
fn ramps(x: u32, y: u32) -> [u8; 3] {
    [70 * x as u8, 70 * y as u8, 7]
}

fn refusal(file: &[u8]) -> String {
    message(tensor(file, 2, BYTES))
}

#[test]
fn halving_weighs_three_pixels_by_a_triangle() {
    // Of four pixels 0, 70, 140, 210 the first of two is (0.75*0 + 0.75*70 + 0.25*140) / 1.75 = 50.
    for format in [ImageFormat::Png, ImageFormat::Bmp] {
        let values = tensor(&file(format, 4, 4, ramps), 2, BYTES).unwrap();
        let (row_0, row_1) = (
            [50., 50., 7., 160., 50., 7.],
            [50., 160., 7., 160., 160., 7.],
        );
        assert_eq!(values, [row_0, row_1].concat());
    }
}

/// What a triangle's weights make of a line of pixels, as it is defined, not rounded.
fn stretched(line: &[f64], size: usize) -> Vec<f64> {
    let scale = line.len() as f64 / size as f64;
    let reach = scale.max(1.0);
    let value = |at: usize| {
        let centre = (at as f64 + 0.5) * scale;
        let weight = |pixel: usize| (1.0 - ((pixel as f64 + 0.5 - centre) / reach).abs()).max(0.0);
        let weights: f64 = (0..line.len()).map(weight).sum();
        let sum: f64 = (0..line.len())
            .map(|pixel| weight(pixel) * line[pixel])
            .sum();
        sum / weights
    };
    (0..size).map(value).collect()
}

#[test]
fn noise_comes_within_a_step_of_what_the_filter_is_defined_as() {
    let mut random = Random(5);
    // Smaller, larger, one way each, and hardly.
    for (width, height, size) in [
        (97, 61, 32),
        (5, 9, 32),
        (97, 5, 32),
        (33, 32, 32),
        (700, 300, 8),
    ] {
        let noise: Vec<u8> = (0..width * height * 3)
            .map(|_| random.below(256) as u8)
            .collect();
        let at = |x: usize, y: usize, colour: usize| noise[(y * width + x) * 3 + colour];
        let image = file(ImageFormat::Png, width as u32, height as u32, |x, y| {
            [0, 1, 2].map(|colour| at(x as usize, y as usize, colour))
        });
        let values = tensor(&image, size, BYTES).unwrap();
        for colour in 0..3 {
            let columns: Vec<_> = (0..width)
                .map(|x| {
                    let column: Vec<_> = (0..height).map(|y| f64::from(at(x, y, colour))).collect();
                    stretched(&column, size)
                })
                .collect();
            for y in 0..size {
                let row: Vec<_> = columns.iter().map(|column| column[y]).collect();
                for (x, expected) in stretched(&row, size).into_iter().enumerate() {
                    let found = f64::from(values[(y * size + x) * 3 + colour]);
                    // Half a step from each of two roundings, a little from the integer weights.
                    assert!((found - expected).abs() < 1.1, "{found} for {expected}");
                }
            }
        }
    }
}

#[test]
fn the_whole_image_is_stretched_and_nothing_cropped() {
    let values = tensor(&file(ImageFormat::Png, 4, 2, ramps), 2, BYTES).unwrap();
    assert_eq!(
        values,
        [50., 0., 7., 160., 0., 7., 50., 70., 7., 160., 70., 7.]
    );
}

#[test]
fn the_right_size_is_left_as_it_is_and_scaled_to_the_range() {
    let image = file(ImageFormat::Png, 2, 2, |x, y| {
        [255 * x as u8, 255 * y as u8, 51]
    });
    for (low, high) in [(-1.0, 1.0), (0.0, 1.0), (0.0, 255.0)] {
        let values = tensor(&image, 2, (low, high)).unwrap();
        let shares = [0., 0., 0.2, 1., 0., 0.2, 0., 1., 0.2, 1., 1., 0.2];
        assert_eq!(values.len(), shares.len());
        for (value, share) in values.iter().zip(shares) {
            let expected = low + share * (high - low);
            assert!((value - expected).abs() < 1e-6 * (high - low), "{values:?}");
        }
    }
}

#[test]
fn every_format_gives_the_same_picture() {
    let smooth = |x: u32, y: u32| [4 * x as u8, 4 * y as u8, 128];
    let [jpeg, png, bmp] =
        FORMATS.map(|format| tensor(&file(format, 48, 32, smooth), 8, BYTES).unwrap());
    assert_eq!(png, bmp);
    for (lossy, exact) in jpeg.iter().zip(&png) {
        assert!((lossy - exact).abs() <= 8.0, "{lossy} for {exact}");
    }
}

#[test]
fn greys_and_transparent_colours() {
    use image::{DynamicImage, GrayImage, Luma, Rgba, RgbaImage};
    let png = |image: DynamicImage| {
        let mut file = std::io::Cursor::new(Vec::new());
        image.write_to(&mut file, ImageFormat::Png).unwrap();
        file.into_inner()
    };
    let grey = GrayImage::from_pixel(3, 3, Luma([99])).into();
    assert_eq!(tensor(&png(grey), 1, BYTES).unwrap(), [99.0; 3]);
    let clear = RgbaImage::from_pixel(3, 3, Rgba([10, 20, 30, 0])).into();
    assert_eq!(tensor(&png(clear), 1, BYTES).unwrap(), [10.0, 20.0, 30.0]);
}

#[test]
fn sixteen_bits_are_rounded_to_eight() {
    use image::{DynamicImage, ImageBuffer, Luma, Rgb};
    let png = |image: DynamicImage| {
        let mut file = std::io::Cursor::new(Vec::new());
        image.write_to(&mut file, ImageFormat::Png).unwrap();
        tensor(&file.into_inner(), 1, BYTES).unwrap()
    };
    let colour = Rgb([0_u16, 257 * 99 + 128, 257 * 99 + 129]);
    let image = ImageBuffer::from_pixel(2, 2, colour);
    assert_eq!(png(DynamicImage::ImageRgb16(image)), [0.0, 99.0, 100.0]);
    let image = ImageBuffer::from_pixel(2, 2, Luma([65_535_u16]));
    assert_eq!(png(DynamicImage::ImageLuma16(image)), [255.0; 3]);
}

#[test]
fn a_photograph_s_orientation_is_not_applied() {
    let plain = file(ImageFormat::Jpeg, 16, 8, |x, _| [16 * x as u8, 100, 50]);
    // A TIFF header, and one entry: the orientation (0x112), a short, 6: to be turned by 90 degrees.
    let tiff = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let segment = [&b"\xff\xe1\0\x22Exif\0\0"[..], tiff].concat();
    assert_eq!(segment.len(), 2 + 0x22);
    let turned = [&plain[..2], &segment, &plain[2..]].concat();
    assert_eq!(tensor(&turned, 8, BYTES), tensor(&plain, 8, BYTES));
}

#[test]
fn cmyk_is_converted_without_a_profile() {
    // By Pillow, quality 100: cyan 51, magenta 102, yellow 204, black 25 of 255.
    let values = tensor(include_bytes!("../data/cmyk.jpg"), 1, BYTES).unwrap();
    let expected = [51.0, 102.0, 204.0].map(|ink| (255.0 - ink) * (255.0 - 25.0) / 255.0);
    for (value, expected) in values.iter().zip(expected) {
        assert!((value - expected).abs() <= 3.0, "{values:?}");
    }
}

#[test]
fn what_is_no_image_of_a_known_format() {
    for bytes in [
        &b""[..],
        b"hello",
        b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
        b"%PDF-1.7",
        &[0; 64],
    ] {
        assert!(refusal(bytes).contains("no JPEG, PNG or BMP"), "{bytes:?}");
    }
}

#[test]
fn files_that_end_early() {
    let mut random = Random(3);
    let noise: Vec<u8> = (0..64 * 64).map(|_| random.below(256) as u8).collect();
    for format in FORMATS {
        let whole = file(format, 64, 64, |x, y| [noise[(64 * y + x) as usize]; 3]);
        for length in [100, whole.len() / 2, whole.len() - 20] {
            let said = refusal(&whole[..length]);
            assert!(
                said.contains("cannot be decoded"),
                "{format:?}, {length}: {said}"
            );
            assert!(said.ends_with("is the file whole?"), "{said}");
        }
    }
}

#[test]
fn jpegs_with_something_before_and_behind_the_picture() {
    let plain = file(ImageFormat::Jpeg, 8, 8, |_, _| [200, 100, 50]);
    // A thumbnail in its own segment, as cameras write it: a whole JPEG inside the JPEG.
    let length = (plain.len() as u16 + 2).to_be_bytes();
    let segment = [&[0xff, 0xe1], &length[..], &plain].concat();
    let camera = [&plain[..2], &segment, &plain[2..], b"a trailer"].concat();
    assert_eq!(tensor(&camera, 1, BYTES), tensor(&plain, 1, BYTES));
    let cut = camera.len() - b"..a trailer".len();
    assert!(refusal(&camera[..cut]).contains("ends early"));
}

#[test]
fn few_bytes_that_claim_a_huge_image() {
    for side in [40_000_u16, 8001] {
        for claim in [jpeg_claiming(side), png_claiming(side), bmp_claiming(side)] {
            let said = refusal(&claim);
            assert!(said.contains("too large; send one of at most"), "{said}");
        }
    }
}

#[test]
fn an_image_of_as_many_pixels_as_there_may_be_is_decoded() {
    // It is the file that ends early, not the image that is too large.
    for claim in [png_claiming(8000), bmp_claiming(8000)] {
        assert!(refusal(&claim).contains("cannot be decoded"));
    }
}

#[test]
fn an_image_too_wide_or_too_high_is_refused() {
    for (width, height) in [(65_536, 1), (1, 65_536)] {
        let said = message(tensor(&png_of(width, height), 224, BYTES));
        assert!(
            said.contains("too wide or too high; send one of at most"),
            "{said}"
        );
    }
    // As wide or high as a JPEG can be is no matter.
    for (width, height) in [(1, 65_535), (65_535, 900)] {
        let said = message(tensor(&png_of(width, height), 224, BYTES));
        assert!(said.contains("cannot be decoded"), "{said}");
    }
}

fn jpeg_claiming(side: u16) -> Vec<u8> {
    let mut jpeg = file(ImageFormat::Jpeg, 8, 8, |_, _| [0; 3]);
    let frame = jpeg
        .windows(2)
        .position(|bytes| bytes == [0xff, 0xc0])
        .unwrap();
    jpeg[frame + 5..frame + 7].copy_from_slice(&side.to_be_bytes());
    jpeg[frame + 7..frame + 9].copy_from_slice(&side.to_be_bytes());
    jpeg
}

fn png_claiming(side: u16) -> Vec<u8> {
    png_of(side.into(), side.into())
}

/// A PNG that claims a size, and ends early.
fn png_of(width: u32, height: u32) -> Vec<u8> {
    let mut png = file(ImageFormat::Png, 8, 8, |_, _| [0; 3]);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let checksum = crc32(&png[12..29]);
    png[29..33].copy_from_slice(&checksum.to_be_bytes());
    png
}

fn bmp_claiming(side: u16) -> Vec<u8> {
    let mut bmp = file(ImageFormat::Bmp, 8, 8, |_, _| [0; 3]);
    bmp[18..22].copy_from_slice(&u32::from(side).to_le_bytes());
    bmp[22..26].copy_from_slice(&u32::from(side).to_le_bytes());
    bmp
}

/// The checksum of a PNG's chunk.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| (crc >> 1) ^ (0xedb8_8320 * (crc & 1));
    !bytes
        .iter()
        .fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

#[test]
fn damage_is_refused_in_one_line_or_harmless() {
    let mut random = Random(4);
    for format in FORMATS {
        let whole = file(format, 9, 7, |x, y| [(x * y) as u8, x as u8, y as u8]);
        for _ in 0..300 {
            match tensor(&random.damaged(&whole), 4, BYTES) {
                Ok(values) => assert_eq!(values.len(), 48),
                Err(error) => drop(message::<()>(Err(error))),
            }
        }
    }
}
