//! `config`: the settings in force, or the schema of `svclint.yaml`. Knows no rule but by name.

use super::Config;
use super::run::print;
use super::units::units;
use crate::config;
use crate::report::safe::Safe;
use crate::rules;

/// Shows the settings of a path.
pub fn config(options: &Config) -> Result<(), String> {
    if options.schema {
        let rules: Vec<_> = rules::all().iter().map(|rule| (rule.name, rule.head().summary)).collect();
        return print(|out| out.write_all(config::schema::text(&rules).as_bytes()));
    }
    let units = units(std::slice::from_ref(&options.path), None, &options.cluster, &options.rules)?;
    let settings = units.iter().flat_map(|(settings, _)| &settings.origins);
    let lines: Vec<(String, String)> =
        settings.map(|setting| (format!("{}: {}", setting.name, setting.value), setting.origin.to_string())).collect();
    let width = lines.iter().map(|(line, _)| line.chars().count()).max().unwrap_or(0);
    print(|out| lines.iter().try_for_each(|(line, origin)| writeln!(out, "{:width$}  # {}", Safe(line).to_string(), Safe(origin))))
}
