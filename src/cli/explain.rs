//! `explain`: the files and their context as one World, explained, in one view. Knows no rule.

use std::path::Path;

use rayon::prelude::*;

use super::check::{context, units};
use super::run::{Looks, print};
use super::{Explain, Proxy, RuleChoice, View, dry_run};
use crate::check;
use crate::config::Settings;
use crate::exit::Exit;
use crate::explain::model::{Note, Service};
use crate::explain::rules::{Mode, Node, rules};
use crate::explain::{self, Explanation, Wanted, view};
use crate::kube::{Object, World, read};
use crate::finding::ObjectRef;
use crate::report::safe::Safe;
use crate::source::Source;
use crate::walk;

/// Explains how traffic reaches the pods of each Service.
pub fn explain(options: &Explain, looks: Looks) -> Result<Exit, String> {
    let mut explanation = Explanation { version: 1, ..Explanation::default() };
    let mut unreadable = Vec::new();
    let mut written = String::new();
    let mut left_out = 0;
    let mut wanted = Wanted { services: options.service.clone(), from: options.from.clone() };
    let stdin_name = options.paths.stdin_filename.as_deref();
    for (settings, paths) in units(&options.paths.paths, stdin_name, &options.cluster, &RuleChoice::default())? {
        let context = context(&options.around);
        let mut files = walk::read(&paths, &walk::Options { exclude: &settings.exclude, context: &context, stdin_name });
        let is_context = |id: u32| id as usize >= files.named;
        let objects: Vec<Vec<Object<'_>>> =
            files.sources.par_iter().map(|source| read::objects(source, is_context(source.id.0), None)).collect();
        let world = World::new(&files.sources, settings.profile.clone(), objects.into_iter().flatten().collect());
        explanation.kubernetes_version = settings.profile.version.to_string();
        match options.rules {
            Some(mode) => written += &rules(&world, &wanted, &node(options), mode.into()),
            None => {
                if options.output == View::Html && options.from.is_empty() {
                    let (starts, others) = explain::all_starts(&world, &wanted);
                    wanted.from = starts;
                    left_out += others;
                }
                explanation.services.append(&mut explain::explain(&world, &wanted));
            }
        }
        drop(world);
        if options.output == View::Html {
            findings(&mut explanation, &files, &settings);
        }
        unreadable.append(&mut files.unreadable);
    }
    if options.rules.is_some() {
        print(|out| written.lines().try_for_each(|line| writeln!(out, "{}", Safe(line))))?;
        return Ok(dry_run::end(&unreadable, false, looks));
    }
    if let Some(missing) = options.service.iter().find(|name| !explanation.services.iter().any(|it| is_called(it, name))) {
        return Err(format!("no Service `{missing}` is in the files named"));
    }
    print(|out| match options.output {
        View::Text => view::text::write(out, &explanation, looks.out),
        View::Json => view::json::write(out, &explanation),
        View::Markdown => view::markdown::write(out, &explanation),
        View::Mermaid => view::mermaid::write(out, &explanation),
        View::Dot => view::dot::write(out, &explanation),
        View::Html => view::html::write(out, &explanation, left_out),
    })?;
    Ok(dry_run::end(&unreadable, false, looks))
}

/// What `check` finds in the files, each with the Service that it has to do with.
fn findings(explanation: &mut Explanation, files: &walk::Files, settings: &Settings) {
    let levels = settings.levels(&files.sources, |source| walk::absolute(Path::new(&source.path)));
    let is_context = |source: &Source| source.id.0 as usize >= files.named;
    let found = check::check(&files.sources, &is_context, settings.profile.clone(), &|source| levels.of(source)).findings;
    for finding in found {
        let source = files.sources.get(finding.span().file.0 as usize);
        let place = source.map(|source| source.line_column(finding.span().start));
        let note = Note {
            rule: finding.rule,
            severity: finding.severity.name(),
            why: finding.labels.iter().map(|label| label.message.clone()).filter(|message| !message.is_empty()).collect(),
            object: finding.object.as_ref().map(|object| format!("{}/{}", object.kind, object.name)),
            path: source.map(|source| source.path.clone()).unwrap_or_default(),
            line: place.map_or(1, |place| place.line as usize),
            column: place.map_or(1, |place| place.column as usize),
            message: finding.message,
            help: finding.help,
            fix: finding.fix.map(|fix| fix.title),
        };
        let Some(object) = finding.object else {
            explanation.findings.push(note);
            continue;
        };
        let concerned = explanation.services.iter_mut().filter(|service| concerns(service, &object, &note.path));
        let mut told = false;
        for service in concerned {
            service.findings.push(note.clone());
            told = true;
        }
        if !told {
            explanation.findings.push(note);
        }
    }
}

/// Whether an object is a Service, or stands behind or before it.
fn concerns(service: &Service, object: &ObjectRef, path: &str) -> bool {
    let is = |kind: &str, namespace: &Option<String>, name: &str| {
        object.kind == kind && object.name == name && object.namespace == *namespace
    };
    let behind = service.endpoint_slices.iter().flat_map(|slice| &slice.endpoints);
    service.path == path && service.document == object.document && service.item == object.item
        || service.fronts.iter().any(|front| is(&front.kind, &front.namespace, &front.name))
        || behind.filter_map(|it| Some((it.kind.as_ref()?, &it.namespace, it.name.as_ref()?))).any(|(kind, ns, name)| is(kind, ns, name))
}

fn node(options: &Explain) -> Node {
    Node {
        name: options.node.clone(),
        ip: options.node_ip.map(|ip| ip.to_string()),
        zone: options.zone.clone(),
        cluster_cidr: options.cluster_cidr.clone(),
    }
}

impl From<Proxy> for Mode {
    fn from(proxy: Proxy) -> Self {
        match proxy {
            Proxy::Iptables => Self::Iptables,
            Proxy::Ip6tables => Self::Ip6tables,
        }
    }
}

fn is_called(service: &explain::model::Service, name: &str) -> bool {
    name.rsplit_once('/').map_or(name, |(_, name)| name) == service.name
}
