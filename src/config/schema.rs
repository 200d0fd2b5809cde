//! The JSON Schema of `svclint.yaml`, for editors. Knows the rules by name and summary only.

use serde_json::{Map, Value, json};

/// The versions that `kubernetesVersion` takes.
const VERSIONS: std::ops::RangeInclusive<u32> = 27..=37;

/// The schema as published, with the rules there are.
#[must_use]
pub fn text(rules: &[(&str, &str)]) -> String {
    serde_json::to_string_pretty(&schema(rules)).unwrap_or_default() + "\n"
}

fn schema(rules: &[(&str, &str)]) -> Value {
    let level = json!({"enum": ["off", "info", "warning", "error"]});
    let names: Map<String, Value> =
        rules.iter().map(|(name, summary)| ((*name).to_owned(), json!({"$ref": "#/definitions/level", "description": summary}))).collect();
    let versions: Vec<Value> = VERSIONS.map(|minor| json!(format!("1.{minor}"))).collect();
    let globs = |description: &str| json!({"type": "array", "items": {"type": "string"}, "description": description});
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "svclint.yaml",
        "description": "Settings of svclint",
        "type": ["object", "null"],
        "additionalProperties": false,
        "properties": {
            "kubernetesVersion": {
                "enum": versions,
                "description": "Kubernetes version to judge for, in quotes",
                "default": "1.36"
            },
            "cluster": {
                "type": "object",
                "description": "What the cluster is set up with",
                "additionalProperties": false,
                "properties": {
                    "nodePortRange": {
                        "type": "string", "pattern": "^[0-9]+ *- *[0-9]+$", "default": "30000-32767",
                        "description": "Ports that nodes open: --service-node-port-range of the API server"
                    },
                    "serviceCIDR": globs("Ranges of Service addresses, as in 10.96.0.0/12"),
                    "ipFamilies": {
                        "type": "array", "items": {"enum": ["IPv4", "IPv6"]}, "uniqueItems": true, "minItems": 1,
                        "description": "Families of Service addresses, the primary one first", "default": ["IPv4"]
                    },
                    "defaultNamespace": {
                        "type": "string", "default": "default",
                        "description": "Where objects go that name no namespace"
                    },
                    "proxyMode": {"enum": ["iptables", "ipvs", "nftables"], "description": "How kube-proxy works", "default": "iptables"},
                    "domain": {"type": "string", "description": "The cluster's DNS domain", "default": "cluster.local"}
                }
            },
            "provider": {
                "type": "object",
                "description": "Who runs the cluster, for rules and costs of load balancers",
                "additionalProperties": false,
                "properties": {
                    "name": {"type": "string", "description": "aws, gke, aks, digitalocean, hetzner, metallb …"},
                    "controller": {"type": "string", "description": "Which AWS controller looks after Services: ccm or lbc"},
                    "availabilityZones": {"type": "integer", "minimum": 0, "maximum": 255, "description": "Zones of an AWS load balancer"},
                    "region": {"type": "string", "description": "Whose prices to take, as in us-east-1"}
                }
            },
            "failOn": {
                "enum": ["error", "warning", "info", "never"], "default": "error",
                "description": "From which severity on svclint exits with 1"
            },
            "exclude": globs("What a search of directories leaves out, as .gitignore names it, from this file's folder"),
            "rules": {"$ref": "#/definitions/rules"},
            "overrides": {
                "type": "array",
                "description": "Other severities for some files; of several that fit, the last counts",
                "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["files", "rules"],
                    "properties": {
                        "files": globs("Files, as .gitignore names them, from this file's folder"),
                        "rules": {"$ref": "#/definitions/rules"}
                    }
                }
            }
        },
        "definitions": {
            "level": level,
            "rules": {
                "type": "object",
                "description": "The severity of rules; off silences one",
                "additionalProperties": false,
                "properties": names
            }
        }
    })
}
