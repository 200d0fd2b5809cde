//! The ways of all Services as a mermaid flowchart: for READMEs, wikis and pull requests. Knows no hop.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::graph::{Fate, Graph, Node, Shape};
use crate::explain::Explanation;
use crate::report::safe::Safe;

/// Edges that mermaid draws unless its `maxEdges` is raised.
const MOST_EDGES: usize = 500;

/// Writes it.
///
/// # Errors
/// What the writer answers.
pub fn write(out: &mut dyn Write, explanation: &Explanation) -> io::Result<()> {
    out.write_all(flowchart(&Graph::of(&explanation.services)).as_bytes())
}

/// The flowchart of a graph, a line each.
#[must_use]
pub fn flowchart(graph: &Graph) -> String {
    let mut text = "flowchart LR\n".to_owned();
    if graph.edges.len() > MOST_EDGES {
        let _ = writeln!(text, "  %% {} edges: mermaid draws {MOST_EDGES} unless its maxEdges is raised", graph.edges.len());
    }
    let all = graph.nodes.iter().enumerate();
    for (index, node) in all.clone().filter(|(_, node)| node.group.is_none()) {
        let _ = writeln!(text, "  {}", declared(index, node));
    }
    let mut by_group: Vec<Vec<(usize, &Node)>> = vec![Vec::new(); graph.groups.len()];
    for (index, node) in all {
        if let Some(members) = node.group.and_then(|group| by_group.get_mut(group)) {
            members.push((index, node));
        }
    }
    for (group, (title, members)) in graph.groups.iter().zip(by_group).enumerate() {
        let _ = writeln!(text, "  subgraph s{group}[\"{}\"]", escaped(title));
        for (index, node) in members {
            let _ = writeln!(text, "    {}", declared(index, node));
        }
        text.push_str("  end\n");
    }
    for edge in &graph.edges {
        let arrow = match edge.fate {
            Fate::Flows => "-->",
            Fate::Partly => "-- \"some of them\" -->",
            Fate::Stops => "--x",
            Fate::Unknown => "-. \"not known\" .->",
        };
        let _ = writeln!(text, "  n{} {arrow} n{}", edge.from, edge.to);
    }
    // Fills and letters of one's own: the drawing is shown on light and on dark pages.
    text.push_str("  classDef start fill:#e7e5ff,stroke:#5b50d6,color:#1c1940\n");
    text.push_str("  classDef front fill:#d9eefc,stroke:#1273ad,color:#06263a\n");
    text.push_str("  classDef rule fill:#fff3cf,stroke:#9a6b00,color:#332400\n");
    text.push_str("  classDef policy fill:#ffe3d3,stroke:#b3470b,color:#3d1602\n");
    text.push_str("  classDef pods fill:#d8f3dc,stroke:#1e7a3c,color:#0a2b14\n");
    text.push_str("  classDef nobody fill:#fbdcdc,stroke:#b3261e,color:#410e0b\n");
    text
}

fn declared(index: usize, node: &Node) -> String {
    let label: Vec<String> = node.lines.iter().map(|line| escaped(line)).collect();
    let label = label.join("<br/>");
    let (open, close, class) = match node.shape {
        Shape::Start => ("([", "])", ":::start"),
        Shape::Front => ("[[", "]]", ":::front"),
        Shape::Name => ("(", ")", ""),
        Shape::Address => ("[", "]", ""),
        Shape::Rule => ("{{", "}}", ":::rule"),
        Shape::Policy => ("[/", "/]", ":::policy"),
        Shape::Pods => ("[(", ")]", ":::pods"),
        Shape::Nobody => ("[", "]", ":::nobody"),
    };
    format!("n{index}{open}\"{label}\"{close}{class}")
}

/// Text as a label: whatever mermaid, its markdown or HTML might read as more than a letter becomes a character code.
fn escaped(text: &str) -> String {
    let text = Safe(text).to_string();
    let mut escaped = String::with_capacity(text.len());
    let (mut before, mut after) = (None, text.chars().skip(1));
    for c in text.chars() {
        let next = after.next();
        let within = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let plain = match c {
            '.' | '-' | ':' => within(before) && (c == ':' && next != Some('/') || within(next)),
            ' ' | ',' | '/' | '(' | ')' | '=' => true,
            c => c.is_alphanumeric() || !c.is_ascii(),
        };
        if plain {
            escaped.push(c);
        } else {
            let _ = write!(escaped, "#{};", u32::from(c));
        }
        before = Some(c);
    }
    escaped
}
