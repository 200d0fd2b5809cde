//! What a byte of YAML text can mean to the scanner. Knows no token.

/// Ends a word of a plain scalar outside `[…]` and `{…}`, or may.
pub(super) const WORD: u8 = 1;
/// The same within `[…]` and `{…}`.
pub(super) const FLOW_WORD: u8 = 2;
/// Begins a line break, or may (NEL, LS and PS take more than one byte).
pub(super) const BREAK: u8 = 4;
/// Interrupts the copying of a double-quoted text.
pub(super) const DOUBLE: u8 = 8;
/// Interrupts the copying of a single-quoted text.
pub(super) const SINGLE: u8 = 16;
/// May stand in the name of an anchor, a tag handle or a directive.
pub(super) const NAME: u8 = 32;
/// May stand in a tag's URI, besides [`NAME`].
pub(super) const URI: u8 = 64;

/// The classes of every byte.
pub(super) const CLASS: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    mark(&mut table, b" \t:", WORD | FLOW_WORD);
    mark(&mut table, b",?[]{}", FLOW_WORD);
    mark(&mut table, &[b'\n', b'\r', 0xC2, 0xE2], WORD | FLOW_WORD | BREAK | DOUBLE | SINGLE);
    mark(&mut table, b"\"\\", DOUBLE);
    mark(&mut table, b"'", SINGLE);
    mark(&mut table, b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-", NAME);
    mark(&mut table, b";/?:@&=+$,.!~*'()[]%", URI);
    table
}

#[allow(clippy::indexing_slicing)] // a byte fits a table of 256; and it runs while compiling
const fn mark(table: &mut [u8; 256], bytes: &[u8], class: u8) {
    let mut i = 0;
    while i < bytes.len() {
        table[bytes[i] as usize] |= class;
        i += 1;
    }
}

/// Whether `byte` is in one of the classes.
#[inline]
#[allow(clippy::indexing_slicing)] // a byte fits a table of 256
pub(super) fn is(byte: u8, class: u8) -> bool {
    CLASS[byte as usize] & class != 0
}

/// Length of the line break at the head of `bytes`: CR LF, CR, LF, NEL, LS or PS; 0 where there is none.
#[inline]
pub(super) fn break_len(bytes: &[u8]) -> usize {
    match bytes {
        [b'\n', ..] => 1,
        [b'\r', b'\n', ..] => 2,
        [b'\r', ..] => 1,
        [0xC2, 0x85, ..] => 2,
        [0xE2, 0x80, 0xA8 | 0xA9, ..] => 3,
        _ => 0,
    }
}

/// Number of spaces at the head of `bytes`; indentation is a good part of most manifests.
#[inline]
pub(super) fn spaces(bytes: &[u8]) -> usize {
    let blocks = bytes.chunks_exact(8).take_while(|block| *block == b"        ").count() * 8;
    blocks + bytes.iter().skip(blocks).take_while(|byte| **byte == b' ').count()
}

/// Number of bytes that continue a character.
pub(super) fn continuations(bytes: &[u8]) -> usize {
    if bytes.is_ascii() { 0 } else { bytes.iter().filter(|byte| **byte & 0xC0 == 0x80).count() }
}

/// Offset of the first character that go-yaml's reader refuses as a control character.
pub(super) fn first_control(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    for block in bytes.chunks(256) {
        let suspect = block.iter().fold(false, |seen, byte| seen | is_suspect(*byte));
        if suspect {
            let found = block.iter().enumerate().find(|(i, byte)| is_suspect(**byte) && refused(bytes.get(at + i..).unwrap_or(&[])));
            if let Some((i, _)) = found {
                return Some(at + i);
            }
        }
        at += block.len();
    }
    None
}

#[inline]
fn is_suspect(byte: u8) -> bool {
    (byte < 0x20 && byte != b'\n') || byte == 0x7F || byte == 0xC2 || byte == 0xEF
}

fn refused(bytes: &[u8]) -> bool {
    match bytes {
        [b'\t' | b'\r', ..] => false,
        [0xC2, 0x85, ..] => false,
        [0xC2, next, ..] => *next < 0xA0,
        [0xEF, 0xBF, 0xBE | 0xBF, ..] => true,
        [0xEF, ..] => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_found_and_breaks_are_none() {
        assert_eq!(first_control("a: b\r\n\tc \u{85}\u{a0}\u{feff}\u{e000}"), None);
        assert_eq!(first_control("a: \u{7}"), Some(3));
        assert_eq!(first_control("ü\u{80}"), Some(2));
        assert_eq!(first_control("x\u{fffe}"), Some(1));
        assert_eq!(first_control(&format!("{}\u{7f}", "x".repeat(1000))), Some(1000));
    }

    #[test]
    fn line_breaks_have_their_length() {
        for (text, len) in [("\n", 1), ("\r\n", 2), ("\ra", 1), ("\u{85}", 2), ("\u{2028}", 3), ("\u{2029}", 3), ("\u{2030}", 0), ("", 0)] {
            assert_eq!(break_len(text.as_bytes()), len, "{text:?}");
        }
    }
}
