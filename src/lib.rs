//! svclint reads Service, workload and Endpoints YAML with no cluster and no network, and says what is wrong,
//! how traffic would flow and what it would cost.
//!
//! ```text
//! bytes ─ source ─ yaml::documents ─ yaml::Tree ─ kube::Object ─┐
//!                                                               ├─ kube::World ─ rules ─ Finding ─ report
//!                                    every file of the run ─────┘                 └──── explain
//! ```

pub mod check;
pub mod cli;
pub mod config;
pub mod cost;
pub mod dry_run;
pub mod exit;
pub mod explain;
pub mod finding;
pub mod kube;
pub mod parallel;
pub mod report;
pub mod rules;
pub mod source;
pub mod walk;
pub mod yaml;
