//! What a manifest means. Knows no rule and no report.

pub mod admission;
pub mod profile;
pub mod typed;
pub mod version;

pub use profile::Profile;
pub use typed::Typed;
pub use version::Version;
