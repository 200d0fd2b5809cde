//! The command line: every option and every help text. What the commands do is in `cli/`.

mod adopt;
mod check;
mod config;
mod cost;
mod dry_run;
mod explain;
mod init;
mod judge;
mod mend;
mod options;
mod output;
mod progress;
mod run;
mod units;
mod watch;

use std::path::PathBuf;

use clap::builder::{Styles, styling::AnsiColor};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config::{FailOn, Level, PortRange};
use crate::cost::Controller;
use crate::explain::Start;
use crate::kube::Version;
use crate::kube::admission::Validate;

use output::Output;

pub use run::main;

const EXAMPLES: &str = "\
Examples:
  svclint check                          every manifest in this directory and below
  svclint check k8s/ -o json             for machines
  kustomize build . | svclint check -    what a tool rendered
  svclint rule selector-matches-nothing  what a rule finds, and why it matters

Exit status: 0 nothing found, 1 findings, 2 wrong usage or a file that can't be read";

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// Finds out why a Kubernetes Service doesn't work, from its YAML: no cluster, no network
#[derive(Debug, Parser)]
#[command(name = "svclint", version, about, after_help = EXAMPLES, styles = STYLES, max_term_width = 100)]
#[command(disable_help_subcommand = true, arg_required_else_help = true, propagate_version = false)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// When to colour
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = true,
        help = "When to colour: auto, always, never"
    )]
    color: Color,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Find what is wrong
    #[command(after_help = "\
Files named are judged; the files around them (nearest first, up to the project's root) are read too, \
so that a Service knows the Deployment next door. Directories are searched for *.yaml, *.yml and *.json, honouring .gitignore.

Exit status: 0 nothing at or above --fail-on, 1 findings, 2 wrong usage or a file that can't be read")]
    Check(Check),
    /// Follow a packet: how traffic reaches the pods of each Service, and where it stops
    #[command(after_help = "\
Everything said is computed from the files named and those around them. Addresses that no file gives are made up \
from documentation ranges, the same for the same input.

Examples:
  svclint explain k8s/svc.yaml                        names, endpoints, and the way from a pod
  svclint explain k8s/ --service shop/api --from outside
  svclint explain k8s/ --from shop/Deployment/web     what NetworkPolicies let this workload reach
  svclint explain k8s/ -o html > paths.html           all of them on one page, to click through

Exit status: 0 explained, 2 wrong usage or a file that can't be read")]
    Explain(Explain),
    /// Predict what the API server would answer to `kubectl apply`, object by object
    #[command(after_help = "\
Each object is judged alone, as created in a cluster of that version that holds nothing else. \
Kinds of custom resources are not judged.

Examples:
  svclint dry-run k8s/                      kubectl's own words, without a server
  svclint dry-run --defaults -o yaml svc.yaml   the object as it would be stored

Exit status: 0 all accepted, 1 something would be refused, 2 wrong usage or a file that can't be read")]
    DryRun(DryRun),
    /// Print what the load balancers of these files cost a month, and what sharing would save
    #[command(after_help = "\
Only the files named are counted. Prices are list prices that svclint carries, each with its region, date and source; \
what is not known is said to be unknown, never 0.

Examples:
  svclint cost k8s/ --provider aws --controller lbc   ALB, NLB and Classic, with their IPv4 addresses
  svclint cost -o markdown main/k8s -- k8s            what a pull request changes, as its comment
  svclint cost k8s/ --compare main/k8s                the same, the other way round

Exit status: 0, 2 wrong usage or a file that can't be read")]
    Cost(Cost),
    /// Print each document as the JSON that Kubernetes decodes it to
    #[command(after_help = "\
One line a document: {\"path\": …, \"document\": 0, \"json\": …}, or \"error\" with kubectl's words. \
`yes` is true, `012` is 10, and of two equal keys the last one wins.

Exit status: 0 all decoded, 1 something did not, 2 wrong usage or a file that can't be read")]
    Decode(Decode),
    /// List all rules
    Rules(Rules),
    /// Explain one rule: what happens, a bad and a good example, when it is right
    Rule {
        /// Its name, as findings show it in brackets
        name: String,
    },
    /// Show the settings in force, and where each comes from
    Config(Config),
    /// Write a svclint.yaml to begin with, after a look at the tree
    #[command(after_help = "Exit status: 0 written, 2 there is one already, or it can't be written")]
    Init {
        /// Where the project's root is
        #[arg(value_name = "DIR", default_value = ".", hide_default_value = true)]
        folder: PathBuf,
    },
    /// Print completions for a shell
    #[command(after_help = "\
Examples:
  svclint completions bash > /etc/bash_completion.d/svclint
  svclint completions zsh > \"${fpath[1]}/_svclint\"
  svclint completions fish > ~/.config/fish/completions/svclint.fish")]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    #[command(after_help = "Example:\n  svclint man > /usr/local/share/man/man1/svclint.1")]
    Man,
}

#[derive(Debug, Args)]
struct Check {
    #[command(flatten)]
    paths: Paths,

    /// Format: full, concise, json, sarif, github, gitlab, junit, rdjson; with =FILE to a file. May be given several times
    #[arg(short, long, value_name = "FORMAT[=FILE]", default_value = "full", hide_default_value = true)]
    output: Vec<Output>,

    /// Check again whenever a file changes
    #[arg(short, long, conflicts_with_all = ["fix", "diff", "write_baseline"])]
    watch: bool,

    #[command(flatten)]
    around: Around,

    #[command(flatten)]
    talk: Talk,

    #[command(flatten)]
    cluster: Cluster,

    #[command(flatten)]
    rules: RuleChoice,

    #[command(flatten)]
    mend: options::Mend,

    #[command(flatten)]
    adopt: options::Adopt,
}

#[derive(Debug, Args)]
struct Explain {
    #[command(flatten)]
    paths: Paths,

    /// Format: text, json, markdown, mermaid, dot (for graphviz), html (one page to click through)
    #[arg(short, long, value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    output: View,

    /// Only this Service
    #[arg(long, value_name = "[NS/]NAME", value_delimiter = ',')]
    service: Vec<String>,

    /// Where traffic starts: pod, node, outside, outside/ADDRESS, or a workload of the files as NS/KIND/NAME
    /// [default: pod, and outside where the type allows]
    #[arg(long, value_name = "START", value_delimiter = ',')]
    from: Vec<Start>,

    /// How many of the pods stand on each node, as 1,2: the shares of connections from outside
    #[arg(long, value_name = "N", value_delimiter = ',')]
    pods_per_node: Vec<u32>,

    /// Say everything: checks for a live cluster, all names, variables, fields filled in, kube-proxy's chains
    #[arg(short, long)]
    verbose: bool,

    /// Instead, print the rules that kube-proxy would write on one node: iptables, ip6tables, nftables, ipvs
    #[arg(long, value_name = "MODE", hide_possible_values = true)]
    rules: Option<Proxy>,

    /// The node whose rules are printed
    #[arg(long, value_name = "NAME", default_value = "node-1", requires = "rules")]
    node: String,

    /// Its address, or one of each family: 192.0.2.1,2001:db8::1
    #[arg(long, value_name = "IP", value_delimiter = ',', requires = "rules")]
    node_ip: Vec<std::net::IpAddr>,

    /// Its zone
    #[arg(long, value_name = "ZONE", requires = "rules")]
    zone: Option<String>,

    /// Where pods have their addresses [default: the documentation range that they are made up from]
    #[arg(long, value_name = "CIDR", requires = "rules")]
    cluster_cidr: Option<String>,

    #[command(flatten)]
    around: Around,

    #[command(flatten)]
    cluster: Cluster,
}

#[derive(Debug, Args)]
struct DryRun {
    #[command(flatten)]
    paths: Paths,

    /// Format: text, json, yaml (the objects as stored)
    #[arg(short, long, value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    output: Answers,

    /// What becomes of unknown fields: strict (refused, as kubectl does), warn, ignore
    #[arg(long, value_name = "HOW", default_value = "strict", hide_possible_values = true)]
    validate: Validation,

    /// Add the object as it would be stored, with everything the server fills in
    #[arg(long)]
    defaults: bool,

    #[command(flatten)]
    cluster: Cluster,
}

#[derive(Debug, Args)]
struct Cost {
    #[command(flatten)]
    paths: Paths,

    /// Format: text, json, markdown
    #[arg(short, long, value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    output: Told,

    /// After `--`: what the files are to become; tells what differs
    #[arg(value_name = "CHANGED", last = true, conflicts_with = "compare")]
    after: Vec<PathBuf>,

    /// Tell what differs from the files in this directory, as a pull request's from its base
    #[arg(long, value_name = "DIR")]
    compare: Option<PathBuf>,

    /// Which AWS controller looks after Services: ccm, lbc, auto
    #[arg(long, value_name = "NAME")]
    controller: Option<Controller>,

    /// Availability zones of an AWS load balancer [default: 3]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=16))]
    azs: Option<u32>,

    /// Whose prices to take, as in us-east-1 [default: the first region with a price]
    #[arg(long, value_name = "REGION")]
    region: Option<String>,

    /// Only prices that their source gives in this currency: nothing is converted
    #[arg(long, value_name = "CODE", value_parser = currency)]
    currency: Option<String>,

    /// Hours of a month: 720, 730, 744
    #[arg(long, value_name = "HOURS", default_value = "730", hide_possible_values = true, value_parser = ["720", "730", "744"])]
    hours: String,

    /// Traffic through each load balancer
    #[arg(long, value_name = "GB", value_parser = clap::value_parser!(u32))]
    gb_per_month: Option<u32>,

    /// Take prices from this file first
    #[arg(long, value_name = "FILE")]
    prices: Option<PathBuf>,

    #[command(flatten)]
    cluster: Cluster,
}

#[derive(Debug, Args)]
struct Decode {
    #[command(flatten)]
    paths: Paths,
}

#[derive(Debug, Args)]
struct Config {
    /// Whose settings
    #[arg(value_name = "PATH", default_value = ".", hide_default_value = true)]
    path: PathBuf,

    /// Print the JSON Schema of svclint.yaml instead, for editors
    #[arg(long)]
    schema: bool,

    #[command(flatten)]
    cluster: Cluster,

    #[command(flatten)]
    rules: RuleChoice,
}

#[derive(Debug, Args)]
struct Rules {
    /// Format: text, json
    #[arg(short, long, value_name = "FORMAT", default_value = "text", hide_possible_values = true)]
    output: Table,
}

#[derive(Debug, Args)]
struct Paths {
    /// Files, directories, or - for standard input [default: .]
    #[arg(value_name = "PATH", default_value = ".", hide_default_value = true)]
    paths: Vec<PathBuf>,

    /// What standard input is called in reports, and where it would lie
    #[arg(long, value_name = "NAME")]
    stdin_filename: Option<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Cluster")]
struct Cluster {
    /// Kubernetes version to judge for, 1.27 to 1.37 [default: 1.36]
    #[arg(long, value_name = "VERSION")]
    kube_version: Option<Version>,

    /// Ports that nodes open [default: 30000-32767]
    #[arg(long, value_name = "FIRST-LAST")]
    node_port_range: Option<PortRange>,

    /// Who runs the cluster: aws, gke, aks, metallb …
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,

    /// Read settings from this file [default: the nearest svclint.yaml upwards]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Rules")]
struct RuleChoice {
    /// Only these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    select: Vec<String>,

    /// Not these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    ignore: Vec<String>,

    /// Give a rule another severity: off, info, warning, error
    #[arg(long, value_name = "RULE=LEVEL", value_delimiter = ',', value_parser = rule_level)]
    severity: Vec<(String, Level)>,

    /// Exit with 1 from this severity on: error, warning, info, never [default: error]
    #[arg(long, value_name = "LEVEL")]
    fail_on: Option<FailOn>,
}

#[derive(Debug, Args)]
struct Around {
    /// Read the files around those named: auto, none, or all in a directory
    #[arg(long, value_name = "auto|none|DIR", default_value = "auto", hide_default_value = true)]
    context: PathBuf,
}

#[derive(Debug, Args)]
struct Talk {
    /// Say nothing but results
    #[arg(short, long, conflicts_with = "verbose")]
    quiet: bool,

    /// Say what was read
    #[arg(short, long)]
    verbose: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Proxy {
    Iptables,
    Ip6tables,
    Nftables,
    Ipvs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum View {
    Text,
    Json,
    Markdown,
    Mermaid,
    Dot,
    Html,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Answers {
    Text,
    Json,
    Yaml,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Told {
    Text,
    Json,
    Markdown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Validation {
    Strict,
    Warn,
    Ignore,
}

impl From<Validation> for Validate {
    fn from(validation: Validation) -> Self {
        match validation {
            Validation::Strict => Self::Strict,
            Validation::Warn => Self::Warn,
            Validation::Ignore => Self::Ignore,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Table {
    Text,
    Json,
}

fn currency(code: &str) -> Result<String, String> {
    let fits = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_alphabetic());
    if fits { Ok(code.to_ascii_uppercase()) } else { Err("expected a code of three letters, as in EUR".into()) }
}

fn rule_level(text: &str) -> Result<(String, Level), String> {
    let (rule, level) = text.split_once('=').ok_or("expected RULE=LEVEL, as in selector-matches-nothing=warning")?;
    Ok((rule.to_owned(), level.parse()?))
}
