//! The views of an explanation, one file each. Know the model and nothing of how it was found out.

pub mod json;
pub mod text;
