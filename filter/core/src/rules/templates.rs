//! Path templates such as `/orders/{id}`, in radix trees.
//!
//! A tree gives one match for a path, the most specific. Templates that can match the same path
//! stand in different trees, so that every match is found and the first rule wins.

use matchit::Router;

/// Templates and the rules that ask for them.
#[derive(Clone, Debug, Default)]
pub struct Templates {
    trees: Vec<Tree>,
}

#[derive(Clone, Debug)]
struct Tree {
    router: Router<Vec<u32>>,
    templates: Vec<String>,
}

/// Whether `template` is one: it starts with `/`, and each `{name}` is well-formed.
///
/// # Errors
/// What is wrong with it.
pub fn check(template: &str) -> Result<(), String> {
    if !template.starts_with('/') {
        return Err("must start with /".into());
    }
    router(template, Vec::new()).map(|_| ())
}

/// A tree of one template.
///
/// # Errors
/// What is wrong with it.
pub fn router(template: &str, rules: Vec<u32>) -> Result<Router<Vec<u32>>, String> {
    let mut router = Router::new();
    router.insert(template, rules).map_err(|error| error.to_string())?;
    Ok(router)
}

impl Templates {
    /// Adds a template that [`check`] found good, in the order of the rules.
    pub fn add(&mut self, template: &str, rule: u32) {
        for tree in &mut self.trees {
            if tree.templates.iter().any(|known| known == template) {
                // The same text leads to its own entry.
                if let Ok(found) = tree.router.at_mut(template) {
                    found.value.push(rule);
                    return;
                }
            }
            if !tree.templates.iter().any(|known| overlap(known, template))
                && tree.router.insert(template, vec![rule]).is_ok()
            {
                tree.templates.push(template.to_owned());
                return;
            }
        }
        if let Ok(router) = router(template, vec![rule]) {
            self.trees.push(Tree { router, templates: vec![template.to_owned()] });
        }
    }

    /// The first rule that has a template that matches `path`.
    pub fn first(&self, path: &[u8]) -> Option<u32> {
        let mut first: Option<u32> = None;
        for rules in self.matches(path) {
            if let Some(rule) = rules.first()
                && first.is_none_or(|first| *rule < first)
            {
                first = Some(*rule);
            }
        }
        first
    }

    /// The rules of every template that matches `path`.
    pub fn matches<'a>(&'a self, path: &'a [u8]) -> impl Iterator<Item = &'a [u32]> {
        let path = if self.trees.is_empty() { None } else { str::from_utf8(path).ok() };
        path.into_iter().flat_map(|path| {
            self.trees
                .iter()
                .filter_map(move |tree| Some(tree.router.at(path).ok()?.value.as_slice()))
        })
    }
}

/// Whether some path may match both; sometimes said of two that share none.
fn overlap(a: &str, b: &str) -> bool {
    let (mut a, mut b) = (a.split('/'), b.split('/'));
    loop {
        match (a.next(), b.next()) {
            (None, None) => return true,
            (Some(segment), _) | (_, Some(segment)) if segment.starts_with("{*") => return true,
            (None, _) | (_, None) => return false,
            (Some(a), Some(b)) if a == b || a.contains('{') || b.contains('{') => {
                // `{*rest}` of the other side takes whatever follows.
                if b.starts_with("{*") {
                    return true;
                }
            }
            _ => return false,
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
            ("/carts/7", &[1], "another tree"),
            ("/files/a/b", &[4], "the rest"),
            ("/files", &[], "not without a rest"),
        ];
        for (path, expected, why) in cases {
            assert_eq!(found(path), expected, "{why}: {path}");
        }
        assert_eq!(templates.matches(b"/orders/\xff").count(), 0, "no text");
    }

    #[test]
    fn malformed_templates_are_refused() {
        for bad in ["", "orders", "/{", "/{}", "/a/{*rest}/b", "/{id"] {
            assert!(check(bad).is_err(), "{bad}");
        }
        assert_eq!(check("/orders/{id}"), Ok(()));
    }
}
