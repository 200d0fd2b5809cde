//! `explain`: the files and their context as one World, explained, in one view. Knows no rule.

use super::progress::Progress;
use super::run::{Looks, print};
use super::units::{context, units};
use super::{Explain, Proxy, RuleChoice, View, dry_run};
use crate::exit::Exit;
use crate::explain::rules::{Mode, Node, rules};
use crate::explain::{self, Explanation, Wanted, view};
use crate::kube::{Object, World, read};
use crate::parallel;
use crate::report::safe::Safe;
use crate::walk;

/// Explains how traffic reaches the pods of each Service.
pub fn explain(options: &Explain, looks: Looks) -> Result<Exit, String> {
    let mut explanation = Explanation { version: 1, kubernetes_version: String::new(), services: Vec::new() };
    let mut unreadable = Vec::new();
    let progress = Progress::new(false);
    progress.at(|| "explaining".to_owned());
    let mut written = String::new();
    let wanted = Wanted { services: options.service.clone(), from: options.from.clone() };
    let stdin_name = options.paths.stdin_filename.as_deref();
    for (settings, paths) in units(&options.paths.paths, stdin_name, &options.cluster, &RuleChoice::default())? {
        let context = context(&options.around)?;
        let mut files = walk::read(&paths, &walk::Options { exclude: &settings.exclude, context: &context, stdin_name });
        let is_context = |id: u32| id as usize >= files.named;
        let much = parallel::is_much(&files.sources);
        let objects: Vec<Vec<Object<'_>>> =
            parallel::map(&files.sources, much, |source| read::objects(source, is_context(source.id.0), None));
        let world = World::new(&files.sources, settings.profile.clone(), objects.into_iter().flatten().collect());
        explanation.kubernetes_version = settings.profile.version.to_string();
        match options.rules {
            Some(mode) => written += &rules(&world, &wanted, &node(options), mode.into()),
            None => explanation.services.append(&mut explain::explain(&world, &wanted)),
        }
        unreadable.append(&mut files.unreadable);
    }
    drop(progress);
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
    })?;
    Ok(dry_run::end(&unreadable, false, looks))
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
