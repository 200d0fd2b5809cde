//! `explain`: the files and their context as one World, explained, in one view. Knows no rule.

use std::path::Path;

use super::progress::Progress;
use super::run::{Looks, print};
use super::units::{context, units};
use super::{Explain, Proxy, RuleChoice, View, dry_run};
use crate::check;
use crate::exit::Exit;
use crate::explain::rules::{Mode, Node, rules};
use crate::explain::{self, Explanation, Wanted, view};
use crate::kube::{World, read};
use crate::report::safe::Safe;
use crate::walk;

/// Explains how traffic reaches the pods of each Service.
pub fn explain(options: &Explain, looks: Looks) -> Result<Exit, String> {
    let mut explanation = Explanation { version: 1, ..Explanation::default() };
    let mut unreadable = Vec::new();
    let progress = Progress::new(false);
    progress.at(|| "explaining".to_owned());
    let mut written = String::new();
    let mut left_out = 0;
    let mut wanted = Wanted {
        services: options.service.clone(),
        from: options.from.clone(),
        pods_per_node: options.pods_per_node.clone(),
        brief: options.output == View::Text && !options.verbose,
    };
    let stdin_name = options.paths.stdin_filename.as_deref();
    for (settings, paths) in units(&options.paths.paths, stdin_name, &options.cluster, &RuleChoice::default())? {
        let context = context(&options.around)?;
        let mut files = walk::read(&paths, &walk::Options { exclude: &settings.exclude, context: &context, stdin_name });
        let is_context = |id: u32| id as usize >= files.named;
        let levels = settings.levels(&files.sources, |source| walk::absolute(Path::new(&source.path)));
        let judge = settings.profile.lenient();
        let judge = Some(&judge).filter(|_| options.rules.is_none());
        let objects = read::all(&files.sources, &|source| is_context(source.id.0), judge);
        let world = World::new(&files.sources, settings.profile.clone(), objects);
        explanation.kubernetes_version = settings.profile.version.to_string();
        match options.rules {
            Some(mode) => written += &rules(&world, &wanted, &node(options), mode.into()),
            None => {
                if options.output == View::Html && options.from.is_empty() {
                    let (starts, others) = explain::all_starts(&world, &wanted);
                    wanted.from = starts;
                    left_out += others;
                }
                let (findings, _) = check::judge_all(&world, &|source| levels.of(source));
                let (mut services, mut besides) = explain::explain_found(&world, &wanted, &findings);
                explanation.services.append(&mut services);
                explanation.findings.append(&mut besides);
            }
        }
        unreadable.append(&mut files.unreadable);
        // It ends with the process: to free it thing by thing would only take time. So it is with what is explained.
        std::mem::forget(world);
    }
    drop(progress);
    if options.rules.is_some() {
        print(|out| {
            written.lines().try_for_each(|line| {
                let rest = line.trim_start_matches('\t');
                writeln!(out, "{}{}", "\t".repeat(line.len() - rest.len()), Safe(rest))
            })
        })?;
        return Ok(dry_run::end(&unreadable, false, looks));
    }
    if let Some(missing) = options.service.iter().find(|name| !explanation.services.iter().any(|it| is_called(it, name))) {
        return Err(format!("no Service `{missing}` is in the files named"));
    }
    print(|out| match options.output {
        View::Text => view::text::write(out, &explanation, options.verbose, !unreadable.is_empty(), looks.out),
        View::Json => view::json::write(out, &explanation),
        View::Markdown => view::markdown::write(out, &explanation),
        View::Mermaid => view::mermaid::write(out, &explanation),
        View::Dot => view::dot::write(out, &explanation),
        View::Html => view::html::write(out, &explanation, left_out),
    })?;
    std::mem::forget(explanation);
    Ok(dry_run::end(&unreadable, false, looks))
}

fn node(options: &Explain) -> Node {
    let ips: Vec<String> = options.node_ip.iter().map(ToString::to_string).collect();
    Node {
        name: options.node.clone(),
        ip: (!ips.is_empty()).then(|| ips.join(",")),
        zone: options.zone.clone(),
        cluster_cidr: options.cluster_cidr.clone(),
    }
}

impl From<Proxy> for Mode {
    fn from(proxy: Proxy) -> Self {
        match proxy {
            Proxy::Iptables => Self::Iptables,
            Proxy::Ip6tables => Self::Ip6tables,
            Proxy::Nftables => Self::Nftables,
            Proxy::Ipvs => Self::Ipvs,
        }
    }
}

fn is_called(service: &explain::model::Service, name: &str) -> bool {
    name.rsplit_once('/').map_or(name, |(_, name)| name) == service.name
}
