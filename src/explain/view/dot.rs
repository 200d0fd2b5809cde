//! The ways of all Services for graphviz: `svclint explain -o dot k8s/ | dot -Tsvg`. Knows no hop.

use std::io::{self, Write};

use super::graph::{Fate, Graph, Node, Shape};
use crate::explain::Explanation;
use crate::report::safe::Safe;

/// Writes it.
///
/// # Errors
/// What the writer answers.
pub fn write(out: &mut dyn Write, explanation: &Explanation) -> io::Result<()> {
    let graph = Graph::of(&explanation.services);
    writeln!(out, "digraph services {{")?;
    writeln!(out, "  graph [rankdir=LR, fontname=\"sans-serif\", style=rounded, color=\"#8a8f98\"];")?;
    writeln!(out, "  node [fontname=\"sans-serif\", fontsize=11, style=filled, fillcolor=\"#ffffff\", shape=box];")?;
    writeln!(out, "  edge [fontname=\"sans-serif\", fontsize=9];")?;
    let all = graph.nodes.iter().enumerate();
    for (index, node) in all.clone().filter(|(_, node)| node.group.is_none()) {
        declare(out, "  ", index, node)?;
    }
    let mut by_group: Vec<Vec<(usize, &Node)>> = vec![Vec::new(); graph.groups.len()];
    for (index, node) in all {
        if let Some(members) = node.group.and_then(|group| by_group.get_mut(group)) {
            members.push((index, node));
        }
    }
    for (group, (title, members)) in graph.groups.iter().zip(by_group).enumerate() {
        writeln!(out, "  subgraph cluster_{group} {{\n    label=\"{}\";", escaped(title))?;
        for (index, node) in members {
            declare(out, "    ", index, node)?;
        }
        writeln!(out, "  }}")?;
    }
    for edge in &graph.edges {
        let look = match edge.fate {
            Fate::Flows => "",
            Fate::Partly => " [label=\"some of them\", color=\"#9a6b00\"]",
            Fate::Stops => " [arrowhead=tee, color=\"#b3261e\"]",
            Fate::Unknown => " [label=\"not known\", style=dashed]",
        };
        writeln!(out, "  n{} -> n{}{look};", edge.from, edge.to)?;
    }
    writeln!(out, "}}")
}

fn declare(out: &mut dyn Write, indent: &str, index: usize, node: &Node) -> io::Result<()> {
    let label: Vec<String> = node.lines.iter().map(|line| escaped(line)).collect();
    let look = match node.shape {
        Shape::Start => "shape=oval, fillcolor=\"#e7e5ff\"",
        Shape::Front => "shape=component, fillcolor=\"#d9eefc\"",
        Shape::Name => "style=\"filled,rounded\"",
        Shape::Address => "shape=box",
        Shape::Rule => "shape=hexagon, fillcolor=\"#fff3cf\"",
        Shape::Policy => "shape=octagon, fillcolor=\"#ffe3d3\"",
        Shape::Pods => "shape=box3d, fillcolor=\"#d8f3dc\"",
        Shape::Nobody => "fillcolor=\"#fbdcdc\"",
    };
    writeln!(out, "{indent}n{index} [label=\"{}\", {look}];", label.join("\\n"))
}

/// Text in a quoted label: `\` starts an escape there, and `&` an entity.
fn escaped(text: &str) -> String {
    Safe(text).to_string().replace('&', "&amp;").replace('\\', "\\\\").replace('"', "\\\"")
}
