//! Path templates such as `/orders/{id}`, in a tree of their segments.
//!
//! Every template that matches a path is found. A segment of a path leads from a node to at most
//! one literal child, and to the parameters whose prefix it begins with: so the cost depends on the
//! path and on what matches it, not on the number of templates. (Parameters of one prefix that
//! differ in what stands behind them are tried one by one.) No node is visited twice.

use super::template::{Kind, Segment, Template, split};

/// Templates and the rules that ask for them.
#[derive(Clone, Debug, Default)]
pub struct Templates {
    /// The first is the root; none: no templates.
    nodes: Vec<Node>,
}

#[derive(Clone, Debug, Default)]
struct Node {
    /// Sorted by their prefixes.
    children: Vec<Child>,
    /// Every prefix of a parameter is shorter than this.
    prefixes: usize,
    /// Of the template that ends here.
    rules: Vec<u32>,
}

#[derive(Clone, Debug)]
struct Child {
    segment: Segment,
    node: usize,
}

impl Templates {
    /// Adds a template that [`check`](super::check_template) found good, in the order of the rules.
    pub fn add(&mut self, template: &str, rule: u32) {
        let Ok(Template(segments)) = Template::parse(template) else { return };
        if self.nodes.is_empty() {
            self.nodes.push(Node::default());
        }
        let mut at = 0;
        for segment in segments {
            let next = self.nodes.len();
            let Some(node) = self.nodes.get_mut(at) else { return };
            at = node.child(segment, next);
            if at == next {
                self.nodes.push(Node::default());
            }
        }
        if let Some(node) = self.nodes.get_mut(at) {
            node.rules.push(rule);
        }
    }

    /// The first rule that has a template that matches `path`.
    pub fn first(&self, path: &[u8]) -> Option<u32> {
        self.matches(path).filter_map(|rules| rules.first().copied()).min()
    }

    /// The rules of every template that matches `path`; none matches what is no UTF-8.
    pub fn matches<'a>(&'a self, path: &'a [u8]) -> impl Iterator<Item = &'a [u32]> {
        let is_text = !self.nodes.is_empty() && str::from_utf8(path).is_ok();
        let path = if is_text { path.strip_prefix(b"/") } else { None };
        Matches { nodes: &self.nodes, next: path.map(|path| (0, Some(path))), others: Vec::new() }
    }
}

impl Node {
    /// The node of this child; `new` if there was none.
    fn child(&mut self, segment: Segment, new: usize) -> usize {
        if let Some(child) =
            self.with_prefix(&segment.prefix).find(|child| child.segment == segment)
        {
            return child.node;
        }
        if segment.kind != Kind::Literal {
            self.prefixes = self.prefixes.max(segment.prefix.len() + 1);
        }
        let at = self.children.partition_point(|child| child.segment.prefix < segment.prefix);
        self.children.insert(at, Child { segment, node: new });
        new
    }

    /// Children of exactly this prefix.
    fn with_prefix(&self, prefix: &[u8]) -> impl Iterator<Item = &Child> {
        let at = self.children.partition_point(|child| *child.segment.prefix < *prefix);
        let rest = self.children.get(at..).unwrap_or_default();
        rest.iter().take_while(move |child| child.segment.prefix == prefix)
    }
}

/// The search for the templates of a path. It allocates only where several may match.
struct Matches<'a> {
    nodes: &'a [Node],
    next: Option<Step<'a>>,
    others: Vec<Step<'a>>,
}

/// A node, and what is left of the path, without its leading slash; `None`: nothing.
type Step<'a> = (usize, Option<&'a [u8]>);

impl<'a> Matches<'a> {
    /// Takes note of the children of `node` that `path` may go on with.
    fn look(&mut self, node: &'a Node, path: &'a [u8]) {
        let (segment, behind) = split(path);
        // Parameters by every prefix of the segment, a literal by all of it.
        for length in (0..node.prefixes.min(segment.len())).chain([segment.len()]) {
            for child in node.with_prefix(segment.get(..length).unwrap_or_default()) {
                if child.segment.value(path).is_some() {
                    let is_rest = child.segment.kind == Kind::Rest;
                    let step = (child.node, if is_rest { None } else { behind });
                    match self.next {
                        None => self.next = Some(step),
                        Some(_) => self.others.push(step),
                    }
                }
            }
        }
    }
}

impl<'a> Iterator for Matches<'a> {
    type Item = &'a [u32];

    fn next(&mut self) -> Option<&'a [u32]> {
        loop {
            let (node, path) = self.next.take().or_else(|| self.others.pop())?;
            let node = self.nodes.get(node)?;
            match path {
                Some(path) => self.look(node, path),
                None if node.rules.is_empty() => {}
                None => return Some(&node.rules),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn every_template_that_matches_is_found() {
        let mut templates = Templates::default();
        let rules = [
            "/orders/{id}",
            "/{anything}/7",
            "/orders/{number}",
            "/orders/{id}/items",
            "/files/{*rest}",
            "/orders/{id}",
        ];
        rules.iter().zip(0..).for_each(|(template, rule)| templates.add(template, rule));
        let found = |path: &str| {
            let mut rules: Vec<u32> =
                templates.matches(path.as_bytes()).flatten().copied().collect();
            rules.sort_unstable();
            rules
        };
        let cases: [(&str, &[u32], &str); 8] = [
            ("/orders/7", &[0, 1, 2, 5], "all that overlap"),
            ("/orders/8", &[0, 2, 5], "the same shape under two names, and one twice"),
            ("/orders/8/items", &[3], "longer"),
            ("/orders/", &[], "a parameter is not empty"),
            ("/orders", &[], "shorter"),
            ("/carts/7", &[1], "another branch"),
            ("/files/a/b", &[4], "the rest"),
            ("/files", &[], "not without a rest"),
        ];
        for (path, expected, why) in cases {
            assert_eq!(found(path), expected, "{why}: {path}");
        }
        assert_eq!(templates.matches(b"/orders/\xff").count(), 0, "no text");
    }
}
