//! The embedded bytes: never changed while somebody holds on to them.

use mobilenet_oc::embedded::Embedded;

#[test]
fn bytes_are_at_a_multiple_of_64() {
    static BYTES: Embedded<3> = Embedded::new(*b"abc");
    assert_eq!(BYTES.lend().as_ptr() as usize % 64, 0);
}

#[test]
fn bytes_change_until_they_are_lent() {
    static BYTES: Embedded<3> = Embedded::new(*b"abc");
    assert_eq!(BYTES.change(|bytes| bytes.fill(0)), Some(()));
    assert_eq!(BYTES.change(|bytes| bytes[1] = 7), Some(()));
    let lent = BYTES.lend();
    assert_eq!(lent, [0, 7, 0]);
    assert_eq!(BYTES.change(|bytes| bytes.fill(1)), None);
    assert_eq!((lent, BYTES.lend()), (&[0, 7, 0][..], &[0, 7, 0][..]));
}
