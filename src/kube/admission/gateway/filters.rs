//! The filters of HTTPRoute and GRPCRoute. Knows no route.

use super::patterns::{HEADER, ORIGIN};
use super::rules;
use super::schema::{Default, Schema, Unique, choice, fields, list, number, number_of, object, pattern, text, truth};
use super::shared::{ANY_TEXT, BACKEND, LOCAL_REFERENCE, PORT, PRECISE_HOST};

pub(super) static HTTP_FILTERS: Schema = list(&HTTP_FILTER, 0, 16).rules(rules::HTTP_FILTERS);
static HTTP_FILTER: Schema = object(fields! {
    may "cors": &CORS, may "extensionRef": &LOCAL_REFERENCE, may "requestHeaderModifier": &HEADERS_CHANGED,
    may "requestMirror": &MIRROR, may "requestRedirect": &REDIRECT, may "responseHeaderModifier": &HEADERS_CHANGED,
    must "type": &HTTP_FILTER_TYPE, may "urlRewrite": &REWRITE,
})
.rules(rules::HTTP_FILTER);
static HTTP_FILTER_TYPE: Schema =
    choice(&["RequestHeaderModifier", "ResponseHeaderModifier", "RequestMirror", "RequestRedirect", "URLRewrite", "ExtensionRef", "CORS"]);

pub(super) static GRPC_FILTERS: Schema = list(&GRPC_FILTER, 0, 16).rules(rules::GRPC_FILTERS);
static GRPC_FILTER: Schema = object(fields! {
    may "extensionRef": &LOCAL_REFERENCE, may "requestHeaderModifier": &HEADERS_CHANGED, may "requestMirror": &MIRROR,
    may "responseHeaderModifier": &HEADERS_CHANGED, must "type": &GRPC_FILTER_TYPE,
})
.rules(rules::GRPC_FILTER);
static GRPC_FILTER_TYPE: Schema = choice(&["ResponseHeaderModifier", "RequestHeaderModifier", "RequestMirror", "ExtensionRef"]);

static CORS: Schema = object(fields! {
    may "allowCredentials": &TRUTH, may "allowHeaders": &CORS_HEADERS, may "allowMethods": &CORS_METHODS,
    may "allowOrigins": &CORS_ORIGINS, may "exposeHeaders": &EXPOSED_HEADERS, may "maxAge": &MAX_AGE,
});
static TRUTH: Schema = truth();
static CORS_HEADERS: Schema = list(&HEADER_NAME, 0, 64).unique(Unique::Whole).rules(rules::CORS_HEADERS);
static CORS_METHODS: Schema = list(&CORS_METHOD, 0, 9).unique(Unique::Whole).rules(rules::CORS_METHODS);
static CORS_METHOD: Schema = choice(&["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "*"]);
static CORS_ORIGINS: Schema = list(&CORS_ORIGIN, 0, 64).unique(Unique::Whole).rules(rules::CORS_ORIGINS);
static CORS_ORIGIN: Schema = pattern(1, 253, &ORIGIN);
static EXPOSED_HEADERS: Schema = list(&HEADER_NAME, 0, 64).unique(Unique::Whole);
static MAX_AGE: Schema = number(1, i64::MAX).or(Default::Number(5));

static HEADERS_CHANGED: Schema = object(fields! { may "add": &HEADERS, may "remove": &REMOVED, may "set": &HEADERS });
static HEADERS: Schema = list(&HEADER_VALUE, 0, 16).unique(Unique::By("name"));
static HEADER_VALUE: Schema = object(fields! { must "name": &HEADER_NAME, must "value": &HEADER_TEXT });
static REMOVED: Schema = list(&ANY_TEXT, 0, 16).unique(Unique::Whole);
pub(super) static HEADER_NAME: Schema = pattern(1, 256, &HEADER);
pub(super) static HEADER_TEXT: Schema = text(1, 4096);

static MIRROR: Schema =
    object(fields! { must "backendRef": &BACKEND, may "fraction": &FRACTION, may "percent": &PERCENT }).rules(rules::MIRROR);
static FRACTION: Schema = object(fields! { may "denominator": &DENOMINATOR, must "numerator": &NUMERATOR }).rules(rules::FRACTION);
static DENOMINATOR: Schema = number(1, i64::MAX).or(Default::Number(100));
static NUMERATOR: Schema = number(0, i64::MAX);
static PERCENT: Schema = number(0, 100);

static REDIRECT: Schema = object(fields! {
    may "hostname": &PRECISE_HOST, may "path": &PATH_CHANGE, may "port": &PORT, may "scheme": &SCHEME, may "statusCode": &STATUS_CODE,
});
static SCHEME: Schema = choice(&["http", "https"]);
static STATUS_CODE: Schema = number_of(&[301, 302, 303, 307, 308]).or(Default::Number(302));
static REWRITE: Schema = object(fields! { may "hostname": &PRECISE_HOST, may "path": &PATH_CHANGE });
static PATH_CHANGE: Schema = object(fields! {
    may "replaceFullPath": &PATH_TEXT, may "replacePrefixMatch": &PATH_TEXT, must "type": &PATH_CHANGE_TYPE,
})
.rules(rules::PATH_CHANGE);
static PATH_TEXT: Schema = text(0, 1024);
static PATH_CHANGE_TYPE: Schema = choice(&["ReplaceFullPath", "ReplacePrefixMatch"]);
