//! Anchors, aliases, tags and `%` directives.

use super::{INLINE, Mark, Scanned, Scanner, TokenKind};
use crate::yaml::bytes::{self, NAME, URI};

impl Scanner<'_> {
    /// `&name` or `*name`; the token spans the sign too.
    pub(super) fn anchor(&mut self, kind: TokenKind) -> Scanned {
        self.save_key()?;
        self.key_allowed = false;
        let start = self.mark();
        self.at += 1;
        self.name();
        let named = self.at > start.at as usize + 1;
        if !named || !(self.blankz_at(0) || matches!(self.byte(0), b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`')) {
            let context = if kind == TokenKind::Anchor { "while scanning an anchor" } else { "while scanning an alias" };
            return self.fail("did not find expected alphabetic or numeric character", Some((start, context)));
        }
        self.push(kind, start, self.at, INLINE);
        Ok(())
    }

    fn name(&mut self) {
        while bytes::is(self.byte(0), NAME) {
            self.at += 1;
        }
    }

    /// `!`, `!suffix`, `!!suffix`, `!handle!suffix` or `!<uri>`.
    pub(super) fn tag(&mut self) -> Scanned {
        self.save_key()?;
        self.key_allowed = false;
        let start = self.mark();
        let context = Some((start, "while scanning a tag"));
        let pair = if self.byte(1) == b'<' {
            self.at += 2;
            let uri = self.uri(String::new(), false, "while parsing a tag", start)?;
            if self.byte(0) != b'>' {
                return self.fail("did not find the expected '>'", context);
            }
            self.at += 1;
            (String::new(), uri)
        } else {
            let handle = self.handle(false, start)?;
            if handle.len() > 1 && handle.ends_with('!') {
                let suffix = self.uri(String::new(), false, "while parsing a tag", start)?;
                (handle, suffix)
            } else {
                let head = handle.strip_prefix('!').unwrap_or_default().to_owned();
                let suffix = self.uri(head, true, "while parsing a tag", start)?;
                if suffix.is_empty() { (String::new(), "!".to_owned()) } else { ("!".to_owned(), suffix) }
            }
        };
        if !self.blankz_at(0) {
            return self.fail("did not find expected whitespace or line break", context);
        }
        self.tags.push(pair);
        self.push(TokenKind::Tag, start, self.at, (self.tags.len() - 1) as u32);
        Ok(())
    }

    fn handle(&mut self, directive: bool, start: Mark) -> Scanned<String> {
        let context = Some((start, if directive { "while parsing a %TAG directive" } else { "while parsing a tag" }));
        if self.byte(0) != b'!' {
            return self.fail("did not find expected '!'", context);
        }
        let from = self.at;
        self.at += 1;
        self.name();
        if self.byte(0) == b'!' {
            self.at += 1;
        } else if directive && self.at > from + 1 {
            return self.fail("did not find expected '!'", context);
        }
        Ok(self.written(from, self.at).to_owned())
    }

    /// The characters of a URI after `head`; `known` where there is something already, be it only the `!`.
    fn uri(&mut self, head: String, known: bool, context: &'static str, start: Mark) -> Scanned<String> {
        let from = self.at;
        let mut uri = head.into_bytes();
        while bytes::is(self.byte(0), NAME | URI) {
            if self.byte(0) == b'%' {
                self.escaped_character(&mut uri, context, start)?;
            } else {
                uri.push(self.byte(0));
                self.at += 1;
            }
        }
        if !known && self.at == from {
            return self.fail("did not find expected tag URI", Some((start, context)));
        }
        Ok(String::from_utf8_lossy(&uri).into_owned())
    }

    /// One character written as `%XX` octets.
    fn escaped_character(&mut self, uri: &mut Vec<u8>, context: &'static str, start: Mark) -> Scanned {
        let mut left = 0;
        loop {
            let digits = (char::from(self.byte(1)).to_digit(16), char::from(self.byte(2)).to_digit(16));
            let (b'%', (Some(high), Some(low))) = (self.byte(0), digits) else {
                return self.fail("did not find URI escaped octet", Some((start, context)));
            };
            let octet = u8::try_from(high * 16 + low).unwrap_or(0);
            if left == 0 {
                left = match octet {
                    0..0x80 => 1,
                    0xC0..0xE0 => 2,
                    0xE0..0xF0 => 3,
                    0xF0..0xF8 => 4,
                    _ => return self.fail("found an incorrect leading UTF-8 octet", Some((start, context))),
                };
            } else if octet & 0xC0 != 0x80 {
                return self.fail("found an incorrect trailing UTF-8 octet", Some((start, context)));
            }
            uri.push(octet);
            self.at += 3;
            left -= 1;
            if left == 0 {
                return Ok(());
            }
        }
    }

    /// `%YAML 1.1` or `%TAG handle prefix`, to the line's end.
    pub(super) fn directive(&mut self) -> Scanned {
        let start = self.mark();
        let context = Some((start, "while scanning a directive"));
        self.at += 1;
        let from = self.at;
        self.name();
        if self.at == from {
            return self.fail("could not find expected directive name", context);
        }
        if !self.blankz_at(0) {
            return self.fail("found unexpected non-alphabetical character", context);
        }
        let (kind, text) = match self.bytes.get(from..self.at) {
            Some(b"YAML") => (self.version(start)?, INLINE),
            Some(b"TAG") => {
                let pair = self.tag_directive(start)?;
                self.tags.push(pair);
                (TokenKind::TagDirective, (self.tags.len() - 1) as u32)
            }
            _ => return self.fail("found unknown directive name", context),
        };
        let end = self.at;
        self.skip_blanks();
        if self.byte(0) == b'#' {
            self.comment();
        }
        let len = self.break_at(0);
        if len == 0 && !self.at_end() {
            return self.fail("did not find expected comment or line break", context);
        }
        if len > 0 {
            self.cross(len);
        }
        self.push(kind, start, end, text);
        Ok(())
    }

    fn skip_blanks(&mut self) {
        while self.blank_at(0) {
            self.at += 1;
        }
    }

    fn version(&mut self, start: Mark) -> Scanned<TokenKind> {
        self.skip_blanks();
        let major = self.version_number(start)?;
        if self.byte(0) != b'.' {
            return self.fail("did not find expected digit or '.' character", Some((start, "while scanning a %YAML directive")));
        }
        self.at += 1;
        let minor = self.version_number(start)?;
        Ok(TokenKind::Version(major, minor))
    }

    fn version_number(&mut self, start: Mark) -> Scanned<u8> {
        let context = Some((start, "while scanning a %YAML directive"));
        let (mut number, mut digits) = (0, 0);
        while let digit @ b'0'..=b'9' = self.byte(0) {
            digits += 1;
            if digits > 2 {
                return self.fail("found extremely long version number", context);
            }
            number = number * 10 + (digit - b'0');
            self.at += 1;
        }
        if digits == 0 {
            return self.fail("did not find expected version number", context);
        }
        Ok(number)
    }

    fn tag_directive(&mut self, start: Mark) -> Scanned<(String, String)> {
        let context = Some((start, "while scanning a %TAG directive"));
        self.skip_blanks();
        let handle = self.handle(true, start)?;
        if !self.blank_at(0) {
            return self.fail("did not find expected whitespace", context);
        }
        self.skip_blanks();
        let prefix = self.uri(String::new(), false, "while parsing a %TAG directive", start)?;
        if !self.blankz_at(0) {
            return self.fail("did not find expected whitespace or line break", context);
        }
        Ok((handle, prefix))
    }
}
