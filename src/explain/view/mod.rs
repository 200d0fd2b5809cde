//! The views of an explanation, one file each. Know the model and nothing of how it was found out.

mod drawing;
pub mod json;
pub mod text;
