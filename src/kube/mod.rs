//! What a manifest means. Knows no rule and no report.

pub mod admission;
pub mod apis;
pub mod backends;
pub mod broken;
pub mod calls;
pub mod dangling;
pub mod directory;
pub mod endpoints;
pub mod faults;
pub mod images;
pub mod index;
pub mod kustomize;
pub mod labels;
pub mod listens;
pub mod near;
pub mod object;
pub mod place;
pub mod policy;
pub mod ports;
pub mod profile;
pub mod read;
pub mod repeats;
pub mod shape;
pub mod targets;
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
