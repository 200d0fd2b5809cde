//! What a manifest means. Knows no rule and no report.

pub mod admission;
pub mod endpoints;
pub mod labels;
pub mod near;
pub mod object;
pub mod place;
pub mod ports;
pub mod profile;
pub mod read;
pub mod template;
pub mod typed;
pub mod verdict;
pub mod version;
pub mod world;

pub use object::Object;
pub use profile::Profile;
pub use typed::Typed;
pub use version::Version;
pub use world::World;
