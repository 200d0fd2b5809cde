//! Gateway, GatewayClass and ListenerSet. Knows no route.

use super::patterns::{ADDRESS_TYPE, CONTROLLER};
use super::rules;
use super::schema::{Default, Schema, Unique, choice, fields, list, map, object, pattern, text};
use super::shared::{ANNOTATION, GATEWAY_REFERENCE, LABEL, LISTENERS, LOCAL_REFERENCE, NAME, PORT, REFERENCE, SECRET_REFERENCE, SELECTOR};

pub(super) static GATEWAY: Schema = object(fields! {
    may "addresses": &ADDRESSES, may "allowedListeners": &ALLOWED_LISTENERS, must "gatewayClassName": &NAME,
    may "infrastructure": &INFRASTRUCTURE, must "listeners": &LISTENERS, may "tls": &TLS,
});

static ADDRESSES: Schema = list(&ADDRESS, 0, 16).rules(rules::ADDRESSES);
static ADDRESS: Schema = object(fields! { may "type": &ADDRESS_KIND, may "value": &NAME_OR_NONE }).rules(rules::ADDRESS);
static ADDRESS_KIND: Schema = pattern(1, 253, &ADDRESS_TYPE).or(Default::Text("IPAddress"));
static NAME_OR_NONE: Schema = text(0, 253);

static ALLOWED_LISTENERS: Schema = object(fields! { may "namespaces": &LISTENER_NAMESPACES });
static LISTENER_NAMESPACES: Schema = object(fields! { may "from": &LISTENERS_FROM, may "selector": &SELECTOR }).or(Default::Below);
static LISTENERS_FROM: Schema = choice(&["All", "Selector", "Same", "None"]).or(Default::Text("None"));

static INFRASTRUCTURE: Schema =
    object(fields! { may "annotations": &ANNOTATIONS, may "labels": &LABELS, may "parametersRef": &LOCAL_REFERENCE });
static ANNOTATIONS: Schema = map(&ANNOTATION, 16).rules(rules::ANNOTATION_KEYS);
static LABELS: Schema = map(&LABEL, 8).rules(rules::LABEL_KEYS);

static TLS: Schema = object(fields! { may "backend": &BACKEND_TLS, may "frontend": &FRONTEND });
static BACKEND_TLS: Schema = object(fields! { may "clientCertificateRef": &SECRET_REFERENCE });
static FRONTEND: Schema = object(fields! { must "default": &FRONTEND_TLS, may "perPort": &PER_PORT });
static FRONTEND_TLS: Schema = object(fields! { may "validation": &VALIDATION });
static VALIDATION: Schema = object(fields! { must "caCertificateRefs": &AUTHORITIES, may "mode": &VALIDATION_MODE });
static AUTHORITIES: Schema = list(&REFERENCE, 1, 16);
static VALIDATION_MODE: Schema = choice(&["AllowValidOnly", "AllowInsecureFallback"]).or(Default::Text("AllowValidOnly"));
static PER_PORT: Schema = list(&OF_PORT, 0, 64).unique(Unique::By("port")).rules(rules::PER_PORT);
static OF_PORT: Schema = object(fields! { must "port": &PORT, must "tls": &FRONTEND_TLS });

pub(super) static GATEWAY_CLASS: Schema = object(fields! {
    must "controllerName": &CONTROLLER_NAME, may "description": &DESCRIPTION, may "parametersRef": &REFERENCE,
});
static CONTROLLER_NAME: Schema = pattern(1, 253, &CONTROLLER);
static DESCRIPTION: Schema = text(0, 64);

pub(super) static LISTENER_SET: Schema = object(fields! { must "listeners": &LISTENERS, must "parentRef": &GATEWAY_REFERENCE });
