//! Four floats that the compiler turns into what the target has.

type Four = [f32; 4];

super::lanes!(
    Portable: 4 floats, 6 rows, spread: true, in Four;
    (|from: *const f32| from.cast::<Four>().read_unaligned()),
    (|to: *mut f32, value| to.cast::<Four>().write_unaligned(value)),
    (|value| [value; 4]),
    (|from: *const f32| [*from; 4]),
    add,
    mul,
    (|a, b, c| add(mul(a, b), c)),
    (|value, low| each(low, value, |low, value| if low > value { low } else { value })),
    (|value, high| each(high, value, |high, value| if high < value { high } else { value }))
);

#[inline(always)]
fn each(a: Four, b: Four, with: impl Fn(f32, f32) -> f32) -> Four {
    [
        with(a[0], b[0]),
        with(a[1], b[1]),
        with(a[2], b[2]),
        with(a[3], b[3]),
    ]
}

#[inline(always)]
fn add(a: Four, b: Four) -> Four {
    each(a, b, |a, b| a + b)
}

#[inline(always)]
fn mul(a: Four, b: Four) -> Four {
    each(a, b, |a, b| a * b)
}
