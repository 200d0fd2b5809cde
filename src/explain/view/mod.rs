//! The views of an explanation, one file each. Know the model and nothing of how it was found out.

pub mod dot;
mod drawing;
pub mod graph;
pub mod html;
pub mod json;
pub mod markdown;
pub mod mermaid;
pub mod text;
