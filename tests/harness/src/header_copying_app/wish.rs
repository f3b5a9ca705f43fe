//! How the application's own answer should be, as the request's target asks.

use std::time::Duration;

use http::{Response, Uri};

use crate::server::{Body, full};

/// What one request asks for.
#[derive(Debug, PartialEq)]
pub(super) struct Wish<'a> {
    /// How long to sleep before anything else.
    pub(super) delay: Duration,
    status: u16,
    fields: Vec<(&'a str, &'a str)>,
}

impl<'a> Wish<'a> {
    /// Reads a target. One with a bad number or field panics the request's task, which closes
    /// the connection: the test made a mistake.
    pub(super) fn of(target: &'a Uri) -> Wish<'a> {
        let mut wish = Wish { delay: Duration::ZERO, status: 200, fields: Vec::new() };
        let number = |text: &str| text.parse().unwrap_or_else(|_| panic!("no number in {target}"));
        match target.path().trim_start_matches('/').split_once('/') {
            Some(("status", status)) => wish.status = number(status),
            Some(("slow", millis)) => wish.delay = Duration::from_millis(number(millis).into()),
            _ => {}
        }
        let fields = target.query().into_iter().flat_map(|query| query.split('&'));
        let fields = fields.filter_map(|pair| pair.strip_prefix("h="));
        wish.fields.extend(fields.map(|field| {
            field.split_once(':').unwrap_or_else(|| panic!("no name:value in {target}"))
        }));
        wish
    }

    /// The answer it asks for.
    pub(super) fn answer(&self) -> Response<Body> {
        let builder = Response::builder().status(self.status);
        let fields = self.fields.iter();
        let builder = fields.fold(builder, |builder, (name, value)| builder.header(*name, *value));
        builder.body(full("")).expect("the test asks for a legal answer")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_choose_status_delay_and_fields() {
        let rows = [
            ("/", 200, 0, vec![]),
            ("/test", 200, 0, vec![]),
            ("/cart/7?page=2", 200, 0, vec![]),
            ("/status/503", 503, 0, vec![]),
            ("/slow/250", 200, 250, vec![]),
            ("/pay?h=x-order-total:1500", 200, 0, vec![("x-order-total", "1500")]),
            ("/status/404?a=b&h=x:1&h=y:2:3", 404, 0, vec![("x", "1"), ("y", "2:3")]),
        ];
        for (target, status, millis, fields) in rows {
            let expected = Wish { delay: Duration::from_millis(millis), status, fields };
            assert_eq!(Wish::of(&target.parse().unwrap()), expected, "{target}");
        }
    }
}
