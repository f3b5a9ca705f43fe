use super::*;
use crate::fixtures::span;
use crate::span::Kind::{Client, Server};
use crate::span::Span;

/// Bars are 28 cells, so a span of 28 ms makes a cell a millisecond.
#[test]
fn table() {
    let failed = |span: Span, reason: &str| Span { error: Some(reason.to_owned()), ..span };
    let cases: [(Vec<Span>, &str, &str); 8] = [
        (
            vec![span("a", None, "edge", Server, [0, 28])],
            "
SERVICE  SPAN              TIME  STATUS  0 ms                 28.0 ms
edge     SERVER GET /a  28.0 ms  OK      ████████████████████████████
",
            "one span: titles as wide as the columns, a bar over the whole time",
        ),
        (
            // The order of arrival is not that of the tree.
            vec![
                span("d", Some("a"), "edge", Client, [14, 21]),
                span("c", Some("b"), "cart", Server, [7, 14]),
                span("b", Some("a"), "edge", Client, [4, 14]),
                span("a", None, "edge", Server, [0, 28]),
            ],
            "
SERVICE  SPAN                  TIME  STATUS  0 ms                 28.0 ms
edge     SERVER GET /a      28.0 ms  OK      ████████████████████████████
edge     ├ CLIENT GET /b    10.0 ms  OK          ▒▒▒▒▒▒▒▒▒▒
cart     │ └ SERVER GET /c   7.0 ms  OK             ███████
edge     └ CLIENT GET /d     7.0 ms  OK                    ▒▒▒▒▒▒▒
",
            "children below their parent, in the order of their start; calls have bars of their own",
        ),
        (
            vec![
                failed(span("a", None, "edge", Server, [0, 28]), "502"),
                failed(span("b", Some("a"), "edge", Client, [0, 28]), "timeout"),
            ],
            "
SERVICE  SPAN                TIME  STATUS         0 ms                 28.0 ms
edge     SERVER GET /a    28.0 ms  ERROR 502      ████████████████████████████
edge     └ CLIENT GET /b  28.0 ms  ERROR timeout  ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒
",
            "errors with their type",
        ),
        (
            vec![
                span("a", None, "edge", Server, [0, 28]),
                span("b", Some("a"), "edge", Client, [3, 3]),
                span("c", Some("a"), "edge", Client, [28, 28]),
            ],
            "
SERVICE  SPAN                TIME  STATUS  0 ms                 28.0 ms
edge     SERVER GET /a    28.0 ms  OK      ████████████████████████████
edge     ├ CLIENT GET /b   0.0 ms  OK         ▒
edge     └ CLIENT GET /c   0.0 ms  OK                                 ▒
",
            "no span is too short to be seen, also at the end",
        ),
        (
            vec![
                span("b", Some("x"), "cart", Server, [0, 14]),
                span("c", Some("b"), "cart", Client, [7, 14]),
                span("a", None, "edge", Server, [0, 28]),
            ],
            "
SERVICE  SPAN                                TIME  STATUS  0 ms                 28.0 ms
edge     SERVER GET /a                    28.0 ms  OK      ████████████████████████████
cart     SERVER GET /b (parent x unseen)  14.0 ms  OK      ██████████████
cart     └ CLIENT GET /c                   7.0 ms  OK             ▒▒▒▒▒▒▒
",
            "an orphan is at the top, after the root, with its own children",
        ),
        (
            vec![
                span("a", Some("b"), "edge", Server, [0, 28]),
                span("b", Some("a"), "edge", Server, [14, 28]),
            ],
            "
SERVICE  SPAN                                TIME  STATUS  0 ms                 28.0 ms
edge     SERVER GET /a (parent b unseen)  28.0 ms  OK      ████████████████████████████
edge     └ SERVER GET /b                  14.0 ms  OK                    ██████████████
",
            "spans that are each other's parents are shown once",
        ),
        (
            vec![Span {
                target: "/x".repeat(60),
                ..span("a", None, "a-service-with-a-name", Server, [5, 5])
            }],
            "
SERVICE                SPAN                                                                        TIME  STATUS  0 ms                  0.0 ms
a-service-with-a-name  SERVER GET /x/x/x/x/x/x/x/x/x/x/x/x/x/x/x/x/x/x/x/x/x/x/x/x/x/x/x/x/x/x…  0.0 ms  OK      █
",
            "long targets are cut, long services are not; a trace of no time has a bar",
        ),
        (Vec::new(), "\nSERVICE  SPAN  TIME  STATUS  0 ms                  0.0 ms\n", "no span"),
    ];
    for (spans, want, reason) in cases {
        let text = format!("\n{}", render(&Trace::new(spans), Paint::plain()));
        assert_eq!(text, want, "{reason}:{text}");
    }
}

#[test]
fn colour_changes_nothing_but_colour() {
    let mut spans = vec![
        span("a", None, "edge", Server, [0, 28]),
        span("b", Some("a"), "edge", Client, [1, 9]),
    ];
    spans[0].error = Some("500".to_owned());
    let trace = Trace::new(spans);
    let coloured = render(&trace, Paint::coloured());
    assert!(coloured.contains("\x1b[31mERROR 500\x1b[0m"), "{coloured}");
    let mut stripped = String::new();
    for part in coloured.split('\x1b') {
        stripped
            .push_str(part.split_once('m').filter(|_| part.starts_with('[')).map_or(part, |p| p.1));
    }
    assert_eq!(stripped, render(&trace, Paint::plain()));
}
