//! What the API server answers to a create: accepted as stored, or refused with fields, reasons and messages, by version.
//! Knows one object at a time and nothing of places in files; the structure follows the API server's own.

// What every kind is judged with.
pub mod context;
pub mod field;
pub mod int_or_percent;
pub mod ip;
pub mod labels;
pub mod metadata;
pub mod quantity;
pub mod syntax;

// The way of a request.
pub mod amounts;
pub mod newer_fields;
pub mod request;
pub mod served;
pub mod status;

// Kinds.
pub mod config_map;
mod cron_schedule;
pub mod cronjob;
pub mod daemonset;
pub mod deployment;
pub mod endpoint_slice;
pub mod endpoints;
pub mod gateway;
pub mod horizontal_pod_autoscaler;
mod horizontal_pod_autoscaler_metrics;
pub mod ingress;
pub mod ingress_class;
pub mod job;
mod job_policies;
pub mod network_policy;
pub mod pod;
pub mod pod_disruption_budget;
pub mod replicaset;
pub mod replication_controller;
pub mod service;
pub mod service_alloc;
pub mod service_ips;
mod service_warnings;
pub mod statefulset;
mod time_zone;
mod workload;

pub use context::Context;
pub use request::{Outcome, Request, Validate, admit, judge};

/// One cause of a refusal, as in `Status.details.causes`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// `FieldValueInvalid` …
    pub reason: &'static str,
    /// `spec.ports[0].nodePort`
    pub field: String,
    /// `Invalid value: 8080: …`
    pub message: String,
}

/// The API server's answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Verdict {
    /// HTTP status: 201, 400, 403, 404, 409, 422, 500; none where it is not predicted.
    pub code: Option<u16>,
    /// `Status.reason`; empty when accepted.
    pub reason: String,
    /// `Status.message`; empty when accepted.
    pub message: String,
    /// In the server's order.
    pub causes: Vec<Cause>,
    /// Warning headers, in order.
    pub warnings: Vec<String>,
}
