//! The library's public API, item by item: a change here is a change for those who build on it.
//! The rustdoc JSON it is read from is made by `.ci/run docs`; without it the test says that it was skipped.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, missing_docs)]

use std::path::Path;

#[test]
fn what_the_library_promises() {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let json = target.join("doc/svclint.json");
    if !json.exists() {
        println!("skipped: {} is not there; `.ci/run docs` makes it", json.display());
        return;
    }
    let api = public_api::Builder::from_rustdoc_json(json).omit_blanket_impls(true).omit_auto_trait_impls(true).build().unwrap();
    insta::assert_snapshot!(api.to_string());
}
