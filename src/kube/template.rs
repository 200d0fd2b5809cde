//! Template syntax that something has yet to render: Helm, Jinja, ytt, envsubst. Knows no YAML.

/// What kind of template a text is, if it shows the marks of one.
#[must_use]
pub fn syntax(text: &str) -> Option<&'static str> {
    if memchr::memmem::find(text.as_bytes(), b"{{").is_some() {
        return Some("{{ … }}");
    }
    if memchr::memmem::find(text.as_bytes(), b"{%").is_some() {
        return Some("{% … %}");
    }
    if memchr::memmem::find(text.as_bytes(), b"#@").is_some() {
        return Some("#@ …");
    }
    None
}

/// Whether a value is a placeholder that something fills in later: `${NAME}`, `$(NAME)`, `{{ name }}`, `@NAME@`, `<name>`.
#[must_use]
pub fn is_placeholder(value: &str) -> bool {
    let inside =
        |open: &str, close: &str| value.find(open).is_some_and(|at| value.get(at + open.len()..).is_some_and(|rest| rest.contains(close)));
    inside("${", "}")
        || inside("$(", ")")
        || inside("{{", "}}")
        || (value.starts_with('<') && value.ends_with('>'))
        || (value.len() > 2 && value.starts_with('@') && value.ends_with('@'))
        || (value.len() > 1
            && value.starts_with('$')
            && value[1..].chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'))
}
