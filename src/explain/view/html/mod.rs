//! One page that needs nothing but itself: the ways of all Services to click through, a map of them, the findings on them.
//! Knows no way but those of the model; what the page does is in its scripts.

mod data;

use std::io::{self, Write};

use crate::explain::Explanation;
use crate::explain::rules::hash::sha256;
use crate::report::safe::write_json;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = concat!(
    include_str!("dom.js"),
    include_str!("model.js"),
    include_str!("map.js"),
    include_str!("path.js"),
    include_str!("service.js"),
    include_str!("page.js"),
);

/// Writes it. `left_out` workloads are no starts, for want of room.
///
/// # Errors
/// What the writer answers.
pub fn write(out: &mut dyn Write, explanation: &Explanation, left_out: usize) -> io::Result<()> {
    let data = serde_json::to_string(&data::Page::of(explanation, left_out))?;
    // Nothing of a manifest can end the element that holds it, nor begin another.
    let data = data.replace('<', "\\u003c");
    let mut rest = PAGE;
    while let Some((before, after)) = rest.split_once("{{") {
        out.write_all(before.as_bytes())?;
        let (name, after) = after.split_once("}}").unwrap_or((after, ""));
        match name {
            "style" => out.write_all(STYLE.as_bytes())?,
            "style-hash" => out.write_all(digest(STYLE).as_bytes())?,
            "script" => out.write_all(SCRIPT.as_bytes())?,
            "script-hash" => out.write_all(digest(SCRIPT).as_bytes())?,
            "data" => write_json(out, &data)?,
            _ => {}
        }
        rest = after;
    }
    out.write_all(rest.as_bytes())
}

/// As a content security policy names what may run: `sha256-…` in base64.
fn digest(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut digest = "sha256-".to_owned();
    for three in sha256(text.as_bytes()).chunks(3) {
        let bits = three.iter().chain([&0, &0]).take(3).fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte));
        for place in 0..4 {
            let letter = LETTERS.get(bits >> (18 - 6 * place) & 63).copied().unwrap_or(b'A');
            digest.push(if place <= three.len() { char::from(letter) } else { '=' });
        }
    }
    digest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_as_browsers_do() {
        // From the W3C's recommendation of Content Security Policy, level 3.
        assert_eq!(digest("doSomething();"), "sha256-RFWPLDbv2BY+rCkDzsE+0fr8ylGr2R2faWMhq4lfEQc=");
    }

    #[test]
    fn the_page_has_no_place_that_nobody_fills() {
        let places: Vec<_> = PAGE.split("{{").skip(1).filter_map(|rest| rest.split_once("}}")).map(|(name, _)| name).collect();
        assert_eq!(places, ["script-hash", "style-hash", "style", "data", "script"]);
    }
}
