//! The warning that files of one volume lie in each other's way. Refuses nothing.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Volume, VolumeProjection};

use crate::kube::admission::Context;
use crate::kube::admission::field::quote;
use crate::kube::maps::Map;

/// A file, and the projection it comes from.
struct File<'a> {
    path: &'a str,
    source: String,
}

impl File<'_> {
    fn shown(&self) -> String {
        let path = quote(self.path);
        if self.source.is_empty() { path } else { format!("{path} ({})", self.source) }
    }
}

/// `warningsForOverlappingVirtualPaths`
pub fn warn_about_overlapping_paths(volumes: &[Volume], cx: &mut Context<'_>) {
    for volume in volumes {
        let plain = |path| File { path, source: String::new() };
        if let Some(config) = &volume.config_map {
            let files = config.items.iter().flatten().map(|item| plain(item.path.as_str()));
            warn_about(volume, || format!("ConfigMap {}", quote(&config.name)), files, cx);
        }
        if let Some(secret) = &volume.secret {
            let files = secret.items.iter().flatten().map(|item| plain(item.path.as_str()));
            let name = secret.secret_name.as_deref().unwrap_or_default();
            warn_about(volume, || format!("Secret {}", quote(name)), files, cx);
        }
        if let Some(downward) = &volume.downward_api {
            let files = downward.items.iter().flatten().map(|item| plain(item.path.as_str()));
            warn_about(volume, || "DownwardAPI".into(), files, cx);
        }
        if let Some(projected) = &volume.projected {
            let sources = projected.sources.as_deref().unwrap_or_default();
            for _ in sources.iter().filter(|source| **source == VolumeProjection::default()) {
                cx.warn(format!("volume {} (Projected) has no sources provided", quote(&volume.name)));
            }
            warn_about(volume, || "Projected".into(), sources.iter().flat_map(files_of), cx);
        }
    }
}

fn files_of(projection: &VolumeProjection) -> Vec<File<'_>> {
    let file = |path, source: &str| File { path, source: source.to_owned() };
    if let Some((config, items)) = projection.config_map.as_ref().and_then(|config| Some((config, config.items.as_ref()?))) {
        let source = format!("ConfigMap {}", quote(&config.name));
        return items.iter().map(|item| file(&item.path, &source)).collect();
    }
    if let Some((secret, items)) = projection.secret.as_ref().and_then(|secret| Some((secret, secret.items.as_ref()?))) {
        let source = format!("Secret {}", quote(&secret.name));
        return items.iter().map(|item| file(&item.path, &source)).collect();
    }
    if let Some(items) = projection.downward_api.as_ref().and_then(|downward| downward.items.as_ref()) {
        return items.iter().map(|item| file(&item.path, "DownwardAPI")).collect();
    }
    projection.service_account_token.iter().map(|token| file(&token.path, "ServiceAccountToken")).collect()
}

/// `checkVolumeMappingForOverlap`: each file against those before it, whether the same or one inside the other.
fn warn_about<'a>(volume: &Volume, description: impl Fn() -> String, files: impl Iterator<Item = File<'a>>, cx: &mut Context<'_>) {
    let mut before: Vec<File<'a>> = Vec::new();
    let mut places: Map<&str, Vec<usize>> = Map::default();
    // With a slash at the end a directory is the start of what it holds, and lies next to it in order.
    let mut ordered: BTreeMap<String, ()> = BTreeMap::new();
    for mut file in files {
        file.path = file.path.trim_end_matches('/');
        if file.path.is_empty() {
            continue;
        }
        let key = format!("{}/", file.path);
        let mut clashes: Vec<usize> = Vec::new();
        for end in key.match_indices('/').map(|(at, _)| at) {
            clashes.extend(key.get(..end).and_then(|parent| places.get(parent)).into_iter().flatten());
        }
        for inner in ordered.range(key.clone()..).map(|(inner, ())| inner).take_while(|inner| inner.starts_with(&key)) {
            if *inner != key {
                clashes.extend(places.get(inner.trim_end_matches('/')).into_iter().flatten());
            }
        }
        clashes.sort_unstable();
        for clash in clashes.iter().filter_map(|place| before.get(*place)) {
            let description = description();
            let (name, file, other) = (quote(&volume.name), file.shown(), clash.shown());
            cx.warn(format!("volume {name} ({description}): overlapping paths: {file} with {other}"));
        }
        places.entry(file.path).or_default().push(before.len());
        ordered.insert(key, ());
        before.push(file);
    }
}
