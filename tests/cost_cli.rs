//! `cost`, and what `check` says of money, as people and pipelines run them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::path::Path;
use std::process::{Command, Output, Stdio};

const TEN: &str = "a6-ten-load-balancers/nlb.yaml";
const PLAIN: &str = "a6-ten-load-balancers/plain.yaml";
const ONE: &str = "a6-ten-load-balancers/one-alb";

fn svclint(args: &[&str]) -> Output {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/seeds");
    let mut command = Command::new(env!("CARGO_BIN_EXE_svclint"));
    command.args(args).current_dir(seeds).stdin(Stdio::null()).env("SOURCE_DATE_EPOCH", "1795219200");
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "CI", "COLUMNS"] {
        command.env_remove(name);
    }
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn two_trees_are_compared_either_way_round() {
    let forwards = svclint(&["cost", "--controller", "ccm", TEN, "--", ONE]);
    let backwards = svclint(&["cost", "--controller", "ccm", ONE, "--compare", "a6-ten-load-balancers/nlb.yaml"]);
    assert_eq!(text(&forwards.stdout), text(&backwards.stdout), "{}", text(&forwards.stderr));
    assert!(
        text(&forwards.stdout).contains("-$246.37 a month: $273.75 before, $27.38 after, without traffic (730 hours"),
        "{}",
        text(&forwards.stdout)
    );
    let comment = text(&svclint(&["cost", "--controller", "ccm", "-o", "markdown", TEN, "--", ONE]).stdout);
    assert!(comment.starts_with("### Load balancers: -$246.37 a month\n"), "{comment}");
    for part in ["| removed | shop | AWS Network Load Balancer, public | $27.38 |", "730 hours", "2026-07-22", "3 availability zones"] {
        assert!(comment.contains(part), "{part}:\n{comment}");
    }
    let same = text(&svclint(&["cost", TEN, "--", TEN]).stdout);
    assert!(same.starts_with("the same load balancers: $273.75 a month"), "{same}");
    let both = svclint(&["cost", TEN, "--compare", ONE, "--", ONE]);
    assert_eq!(both.status.code(), Some(2));
}

#[test]
fn the_closing_line_of_a_check_says_what_would_save_most() {
    let said = |args: &[&str]| text(&svclint(args).stderr);
    let line = said(&["check", TEN, "--context", "none"]);
    assert!(line.contains("save $246.37 a month: serve the 10 HTTP ones from one Application Load Balancer"), "{line}");
    assert!(line.contains("list prices of 2026-07-22 or later (") && line.contains("AWS offer file"), "{line}");
    for quiet in [
        vec!["check", PLAIN, "--context", "none"],
        vec!["check", PLAIN, "--context", "none", "--provider", "k3s"],
        vec!["check", PLAIN, "--context", "none", "--provider", "ovh"],
        vec!["check", TEN, "--context", "none", "-q"],
        vec!["check", TEN, "--context", "none", "--ignore", "service-is-load-balancer"],
        vec!["check", ONE, "--context", "none"],
        vec!["check", "d1-three-types/services.yaml", "--context", "none", "--provider", "aws"],
    ] {
        assert!(!said(&quiet).contains("save "), "{quiet:?}");
    }
    let json = |args: &[&str]| serde_json::from_slice::<serde_json::Value>(&svclint(args).stdout).unwrap();
    let whole = json(&["check", TEN, "--context", "none", "-o", "json"]);
    let saving = whole.pointer("/summary/saving").unwrap();
    assert_eq!(saving.get("amount").unwrap(), "246.37");
    assert_eq!(saving.get("pricesAsOf").unwrap(), "2026-07-22");
    assert!(saving.get("source").unwrap().as_str().unwrap().contains("2026-07-22"));
    assert!(json(&["check", PLAIN, "--context", "none", "-o", "json"]).pointer("/summary/saving").unwrap().is_null());
}

#[test]
fn a_wrong_option_or_price_file_is_told_with_the_way_out() {
    let fails = |args: &[&str], says: &str| {
        let output = svclint(args);
        let told = text(&output.stderr);
        assert_eq!((output.status.code(), told.contains(says)), (Some(2), true), "{args:?}: {told}");
    };
    fails(&["cost", TEN, "--hours", "700"], "720");
    fails(&["cost", TEN, "--currency", "euro"], "three letters");
    for command in ["cost", "check", "dry-run"] {
        fails(&[command, TEN, "--provider", "hetznr"], "there is no provider `hetznr`, did you mean `hetzner`?");
    }
    fails(&["cost", TEN, "--prices", "none.yaml"], "can't read none.yaml");
    fails(
        &["cost", TEN, "--prices", "../cost/wrong-key.yaml"],
        "../cost/wrong-key.yaml:9: products.aws-nlb.prices[0]: unknown field `amuont`, did you mean `amount`?",
    );
    fails(
        &["cost", TEN, "--prices", "../cost/wrong-product.yaml"],
        "../cost/wrong-product.yaml:5: there is no product `aws-nbl`, did you mean `aws-nlb`?",
    );
}

#[test]
fn hours_and_age_are_said() {
    let at_720 = text(&svclint(&["cost", TEN, "--controller", "ccm", "--hours", "720"]).stdout);
    assert!(at_720.contains("$270.00 a month for 10 Services, without traffic (720 hours"), "{at_720}");
    let old = text(&svclint(&["cost", PLAIN, "--provider", "digitalocean"]).stdout);
    assert!(old.contains("the oldest price is 318 days old"), "{old}");
    let unverified = text(&svclint(&["cost", PLAIN, "--provider", "civo"]).stdout);
    assert!(unverified.contains("$10.00 (unverified)") && unverified.contains("no date, unverified"), "{unverified}");
    let unknown = text(&svclint(&["cost", PLAIN, "--provider", "ovh"]).stdout);
    assert!(unknown.contains("10 load balancers not priced") && !unknown.contains("0.00"), "{unknown}");
}
