//! HTTPRoute, GRPCRoute, TCPRoute, UDPRoute and TLSRoute. Knows no Gateway.

use super::filters::{GRPC_FILTERS, HEADER_NAME, HEADER_TEXT, HTTP_FILTERS};
use super::patterns::DURATION;
use super::rules;
use super::schema::{Default, Schema, Unique, choice, fields, list, object, pattern, text};
use super::shared::{HOST, HOSTNAMES, ONE_RULE, PARENTS, SECTION, filtered_backend};

pub(super) static HTTP_ROUTE: Schema =
    object(fields! { may "hostnames": &HOSTNAMES, may "parentRefs": &PARENTS, may "rules": &HTTP_RULES });
static HTTP_RULES: Schema = list(&HTTP_RULE, 1, 16).or(Default::Below).rules(rules::TOTAL_MATCHES);
static HTTP_RULE: Schema = object(fields! {
    may "backendRefs": &HTTP_BACKENDS, may "filters": &HTTP_FILTERS, may "matches": &HTTP_MATCHES, may "name": &SECTION,
    may "timeouts": &TIMEOUTS,
})
.rules(rules::HTTP_RULE);
static HTTP_BACKENDS: Schema = list(&HTTP_BACKEND, 0, 16);
static HTTP_BACKEND: Schema = object(filtered_backend!(&HTTP_FILTERS)).rules(rules::BACKEND);
static HTTP_MATCHES: Schema = list(&HTTP_MATCH, 0, 64).or(Default::Below);
static HTTP_MATCH: Schema =
    object(fields! { may "headers": &HEADERS, may "method": &METHOD, may "path": &PATH, may "queryParams": &QUERY });
static METHOD: Schema = choice(&["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"]);
static PATH: Schema = object(fields! { may "type": &PATH_TYPE, may "value": &PATH_VALUE }).or(Default::Below).rules(rules::PATH);
static PATH_TYPE: Schema = choice(&["Exact", "PathPrefix", "RegularExpression"]).or(Default::Text("PathPrefix"));
static PATH_VALUE: Schema = text(0, 1024).or(Default::Text("/"));
static HEADERS: Schema = list(&HEADER_MATCH, 0, 16).unique(Unique::By("name"));
static HEADER_MATCH: Schema = object(fields! { must "name": &HEADER_NAME, may "type": &MATCH_TYPE, must "value": &HEADER_TEXT });
static QUERY: Schema = list(&QUERY_MATCH, 0, 16).unique(Unique::By("name"));
static QUERY_MATCH: Schema = object(fields! { must "name": &HEADER_NAME, may "type": &MATCH_TYPE, must "value": &QUERY_TEXT });
static QUERY_TEXT: Schema = text(1, 1024);
static MATCH_TYPE: Schema = choice(&["Exact", "RegularExpression"]).or(Default::Text("Exact"));
static TIMEOUTS: Schema = object(fields! { may "backendRequest": &TIMEOUT, may "request": &TIMEOUT }).rules(rules::TIMEOUTS);
static TIMEOUT: Schema = pattern(0, usize::MAX, &DURATION);

pub(super) static GRPC_ROUTE: Schema =
    object(fields! { may "hostnames": &HOSTNAMES, may "parentRefs": &PARENTS, may "rules": &GRPC_RULES });
static GRPC_RULES: Schema = list(&GRPC_RULE, 0, 16).rules(rules::TOTAL_MATCHES);
static GRPC_RULE: Schema = object(fields! {
    may "backendRefs": &GRPC_BACKENDS, may "filters": &GRPC_FILTERS, may "matches": &GRPC_MATCHES, may "name": &SECTION,
});
static GRPC_BACKENDS: Schema = list(&GRPC_BACKEND, 0, 16);
static GRPC_BACKEND: Schema = object(filtered_backend!(&GRPC_FILTERS)).rules(rules::BACKEND);
static GRPC_MATCHES: Schema = list(&GRPC_MATCH, 0, 64);
static GRPC_MATCH: Schema = object(fields! { may "headers": &HEADERS, may "method": &GRPC_METHOD });
static GRPC_METHOD: Schema =
    object(fields! { may "method": &GRPC_NAME, may "service": &GRPC_NAME, may "type": &MATCH_TYPE }).rules(rules::GRPC_METHOD);
static GRPC_NAME: Schema = text(0, 1024);

/// TCPRoute and UDPRoute.
pub(super) static PLAIN_ROUTE: Schema = object(fields! { may "parentRefs": &PARENTS, must "rules": &ONE_RULE });

pub(super) static TLS_ROUTE: Schema =
    object(fields! { must "hostnames": &TLS_HOSTNAMES, may "parentRefs": &PARENTS, must "rules": &ONE_RULE });
static TLS_HOSTNAMES: Schema = list(&HOST, 1, 1024).rules(rules::TLS_HOSTNAMES);
