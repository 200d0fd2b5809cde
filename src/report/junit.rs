//! JUnit's XML, which every CI server shows: a suite for each file with findings, a failed test for each error and warning.
//! Infos are tests that pass, with their text as output: a server must not turn red for them.

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::{Report, safe};
use crate::finding::{Finding, Severity};

/// Writes the whole report as one XML document.
///
/// # Errors
/// What the writer answers.
pub fn write(out: &mut dyn Write, report: &Report<'_>) -> io::Result<()> {
    let suites = suites(report);
    let failures = report.count(Severity::Error) + report.count(Severity::Warning);
    let tests = suites.iter().map(|suite| suite.cases.len()).sum::<usize>();
    let mut xml = Writer::new_with_indent(out, b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    xml.write_event(Event::Start(counted("testsuites", env!("CARGO_PKG_NAME"), tests, failures, report.unreadable.len())))?;
    suites.iter().try_for_each(|suite| suite.write(&mut xml))?;
    xml.write_event(Event::End(BytesEnd::new("testsuites")))?;
    xml.get_mut().write_all(b"\n")
}

struct Suite {
    name: String,
    cases: Vec<Case>,
}

struct Case {
    name: String,
    outcome: Outcome,
}

enum Outcome {
    Passed,
    /// Element, type, message, text.
    Failed(&'static str, String, String, String),
    Told(String),
}

/// The findings by file, in their order; a run that found nothing is one test that passed, as servers refuse an empty file.
fn suites(report: &Report<'_>) -> Vec<Suite> {
    let mut suites: Vec<Suite> = Vec::new();
    let mut add = |path: &str, case: Case| match suites.last_mut() {
        Some(suite) if suite.name == path => suite.cases.push(case),
        _ => suites.push(Suite { name: path.to_owned(), cases: vec![case] }),
    };
    for file in report.unreadable {
        let failed = Outcome::Failed("error", "unreadable".into(), file.message.clone(), file.message.clone());
        add(&file.path, Case { name: "readable".into(), outcome: failed });
    }
    for finding in report.findings {
        add(report.path(finding.span()), Case::of(finding, report));
    }
    if suites.is_empty() {
        let passed = Case { name: "no findings".into(), outcome: Outcome::Passed };
        suites.push(Suite { name: env!("CARGO_PKG_NAME").into(), cases: vec![passed] });
    }
    suites
}

impl Case {
    fn of(finding: &Finding, report: &Report<'_>) -> Self {
        let (start, _) = report.range(finding.span());
        let text = format!("{}:{}:{}: {}", report.path(finding.span()), start.line, start.column, report.told(finding));
        let outcome = match finding.severity {
            Severity::Info => Outcome::Told(text),
            Severity::Error | Severity::Warning => {
                Outcome::Failed("failure", finding.severity.name().into(), finding.message.clone(), text)
            }
        };
        Self { name: format!("{} at {}:{}", finding.rule, start.line, start.column), outcome }
    }

    fn write<W: Write>(&self, class: &str, xml: &mut Writer<W>) -> io::Result<()> {
        let case = xml
            .create_element("testcase")
            .with_attribute(("classname", xml_text(class).as_str()))
            .with_attribute(("name", xml_text(&self.name).as_str()));
        match &self.outcome {
            Outcome::Passed => case.write_empty().map(drop),
            Outcome::Told(text) => case
                .write_inner_content(|xml| xml.create_element("system-out").write_text_content(BytesText::new(&xml_text(text))).map(drop))
                .map(drop),
            Outcome::Failed(element, kind, message, text) => case
                .write_inner_content(|xml| {
                    xml.create_element(*element)
                        .with_attribute(("message", xml_text(message).as_str()))
                        .with_attribute(("type", kind.as_str()))
                        .write_text_content(BytesText::new(&xml_text(text)))
                        .map(drop)
                })
                .map(drop),
        }
    }
}

impl Suite {
    fn write<W: Write>(&self, xml: &mut Writer<W>) -> io::Result<()> {
        let of = |wanted: &str| {
            self.cases.iter().filter(|case| matches!(case.outcome, Outcome::Failed(element, ..) if element == wanted)).count()
        };
        xml.write_event(Event::Start(counted("testsuite", &xml_text(&self.name), self.cases.len(), of("failure"), of("error"))))?;
        self.cases.iter().try_for_each(|case| case.write(&self.name, xml))?;
        xml.write_event(Event::End(BytesEnd::new("testsuite")))
    }
}

fn counted<'a>(element: &'a str, name: &str, tests: usize, failures: usize, errors: usize) -> BytesStart<'a> {
    let mut start = BytesStart::new(element);
    start.push_attribute(("name", name));
    start.push_attribute(("tests", tests.to_string().as_str()));
    start.push_attribute(("failures", failures.to_string().as_str()));
    start.push_attribute(("errors", errors.to_string().as_str()));
    start
}

/// What XML 1.0 can hold, with nothing that a terminal would obey: line breaks stay.
fn xml_text(text: &str) -> String {
    text.split('\n').map(|line| safe::Safe(line).to_string()).collect::<Vec<_>>().join("\n")
}
