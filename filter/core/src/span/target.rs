//! What a span tells of the URL of its request, free of secrets.

use std::borrow::Cow;

use super::SpanSettings;
use crate::request_head::RequestHead;
use crate::semconv::http::path_and_query;

/// Path, query and template of a request.
#[derive(Clone, Debug)]
pub struct Target<'a> {
    /// The path.
    pub path: Cow<'a, [u8]>,
    /// The query behind its question mark.
    pub query: Option<Cow<'a, [u8]>>,
    /// Of what the path is an instance, if that is known.
    pub template: Option<Cow<'a, str>>,
}

impl<'a> Target<'a> {
    /// Reads the target of a request; `with_template`: of HTTP without gRPC.
    pub fn new(head: &'a RequestHead, settings: &'a SpanSettings, with_template: bool) -> Self {
        let redaction = &settings.redaction;
        let (raw, query) = path_and_query(head);
        let path = redaction.paths.clean(raw);
        let clean = || Cow::Owned(redaction.detectors.clean(&path).into_owned());
        let template = if with_template { settings.routes.template(raw, clean) } else { None };
        Self { query: query.map(|query| redaction.query(query)), template, path }
    }
}
