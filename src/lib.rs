//! svclint reads Service, workload and Endpoints YAML with no cluster and no network, and says what is wrong,
//! how traffic would flow and what it would cost.
//!
//! As a library it checks: [`Checker`] takes a [`Config`] and [`Input`]s and gives a [`Report`]. What is listed on this
//! page is what semantic versioning holds for; the modules behind it are the program's own and may change at any time.
//!
//! ```text
//! bytes ─ source ─ yaml::documents ─ yaml::Tree ─ kube::Object ─┐
//!                                                               ├─ kube::World ─ rules ─ Finding ─ report
//!                                    every file of the run ─────┘                 └──── explain
//! ```

mod checker;

#[doc(inline)]
pub use checker::{Checker, Config, Finding, Format, Input, LineColumn, Report, Severity};

#[doc(hidden)]
pub mod baseline;
#[doc(hidden)]
pub mod check;
#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod config;
#[doc(hidden)]
pub mod cost;
#[doc(hidden)]
pub mod dry_run;
#[doc(hidden)]
pub mod exit;
#[doc(hidden)]
pub mod explain;
#[doc(hidden)]
pub mod finding;
#[doc(hidden)]
pub mod fingerprint;
#[doc(hidden)]
pub mod fix;
#[doc(hidden)]
pub mod ignores;
#[doc(hidden)]
pub mod kube;
#[doc(hidden)]
pub mod parallel;
#[doc(hidden)]
pub mod report;
#[doc(hidden)]
pub mod rules;
#[doc(hidden)]
pub mod source;
#[doc(hidden)]
pub mod walk;
#[doc(hidden)]
pub mod yaml;
