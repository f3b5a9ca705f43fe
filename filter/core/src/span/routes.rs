//! Templates of paths, for `http.route`, `url.template` and span names of low cardinality.

use std::borrow::Cow;

use super::mask;
use crate::rules::Templates;

/// What is known of the paths of requests.
#[derive(Clone, Debug, Default)]
pub struct Routes {
    texts: Vec<String>,
    templates: Templates,
    mask_ids: bool,
}

impl Routes {
    /// These templates, the first of which wins where several match; `mask_ids`: for other paths one
    /// is made.
    pub fn new(texts: Vec<String>, mask_ids: bool) -> Self {
        let mut templates = Templates::default();
        for (text, number) in texts.iter().zip(0..) {
            templates.add(text, number);
        }
        Self { texts, templates, mask_ids }
    }

    /// The template of a path without its query. `clean` gives the path without its secrets, of which
    /// one is made where none matches.
    pub fn template<'a>(
        &'a self,
        path: &[u8],
        clean: impl FnOnce() -> Cow<'a, [u8]>,
    ) -> Option<Cow<'a, str>> {
        if let Some(number) = self.templates.first(path)
            && let Some(text) = self.texts.get(number as usize)
        {
            return Some(Cow::Borrowed(text));
        }
        if !self.mask_ids {
            return None;
        }
        mask::mask(str::from_utf8(&clean()).ok()?).map(Cow::Owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn template(routes: &Routes, path: &[u8]) -> Option<String> {
        routes.template(path, || Cow::Owned(path.to_vec())).map(Cow::into_owned)
    }

    #[test]
    fn the_first_template_that_matches_wins() {
        let texts = ["/orders/{id}", "/orders/new", "/{shop}/{rest}", "/orders/{number}"];
        let routes = Routes::new(texts.map(str::to_owned).into(), false);
        let cases = [
            ("/orders/7", Some("/orders/{id}"), "a parameter"),
            ("/orders/new", Some("/orders/{id}"), "the first, not the most specific"),
            ("/carts/7", Some("/{shop}/{rest}"), "another"),
            ("/carts/7/items", None, "none"),
            ("*", None, "no path"),
        ];
        for (path, expected, why) in cases {
            assert_eq!(template(&routes, path.as_bytes()).as_deref(), expected, "{why}");
        }
        assert_eq!(template(&Routes::default(), b"/orders/7"), None);
    }

    #[test]
    fn ids_are_masked_where_no_template_matches() {
        let routes = Routes::new(vec!["/orders/{number}".into()], true);
        assert_eq!(template(&routes, b"/orders/7").as_deref(), Some("/orders/{number}"));
        assert_eq!(template(&routes, b"/carts/7").as_deref(), Some("/carts/{id}"));
        assert_eq!(template(&routes, b"/\xff"), None, "no text");
    }
}
