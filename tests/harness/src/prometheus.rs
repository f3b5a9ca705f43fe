//! Prometheus' text format, as servers of metrics write it: read strictly, as a scrape would.

use std::collections::BTreeMap;

/// Labels of a series.
pub type Labels = BTreeMap<String, String>;

/// A page of metrics.
#[derive(Clone, Debug, Default)]
pub struct MetricsPage {
    /// Kinds of metrics (`counter`, `histogram` …) by their names.
    pub types: BTreeMap<String, String>,
    /// Every series, by the name of its sample and its labels.
    pub samples: BTreeMap<(String, Labels), f64>,
}

impl MetricsPage {
    /// Reads a page. Panics where a scrape would fail: at bad names, quoting or numbers, and at a
    /// series that stands there twice.
    pub fn parse(text: &str) -> MetricsPage {
        let mut page = MetricsPage::default();
        for line in text.lines().filter(|line| !line.is_empty()) {
            if let Some(comment) = line.strip_prefix('#') {
                let words: Vec<&str> = comment.split_whitespace().collect();
                if let ["TYPE", name, kind] = words[..] {
                    assert!(is_name(name), "bad name of a metric: {line}");
                    page.types.insert(name.to_owned(), kind.to_owned());
                }
                continue;
            }
            let (series, value) = sample(line).unwrap_or_else(|| panic!("no sample: {line}"));
            let known = page.samples.insert(series, value);
            assert!(known.is_none(), "a series that stands there twice: {line}");
        }
        page
    }

    /// All series of this name.
    pub fn of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a Labels, f64)> {
        let samples = self.samples.iter().filter(move |((found, _), _)| found == name);
        samples.map(|((_, labels), value)| (labels, *value))
    }

    /// The value of the one series with this name and these labels, no others; `None`: there is none.
    pub fn value(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let labels = labels.iter().map(|(key, value)| (key.to_string(), value.to_string()));
        self.samples.get(&(name.to_owned(), labels.collect())).copied()
    }
}

fn sample(line: &str) -> Option<((String, Labels), f64)> {
    let end = line.find(['{', ' '])?;
    let (name, rest) = line.split_at(end);
    let (labels, rest) = match rest.strip_prefix('{') {
        Some(rest) => labels(rest)?,
        None => (Labels::new(), rest),
    };
    // A time may stand behind the value.
    let value = rest.split_whitespace().next()?;
    let value = if value == "+Inf" { f64::INFINITY } else { value.parse().ok()? };
    (is_name(name) && rest.starts_with(' ')).then_some(((name.to_owned(), labels), value))
}

/// Labels up to the closing brace, and what follows it.
fn labels(mut rest: &str) -> Option<(Labels, &str)> {
    let mut labels = Labels::new();
    loop {
        if let Some(rest) = rest.strip_prefix('}') {
            return Some((labels, rest));
        }
        let (name, quoted) = rest.split_once("=\"")?;
        let (value, behind) = unquoted(quoted)?;
        let is_new = labels.insert(name.to_owned(), value).is_none();
        if !is_name(name) || name.contains(':') || !is_new {
            return None;
        }
        rest = match behind.strip_prefix(',') {
            Some(rest) => rest,
            None => behind.strip_prefix('}').map(|_| behind)?,
        };
    }
}

/// Text up to the closing quote, and what follows it.
fn unquoted(quoted: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' => value.push(match chars.next()?.1 {
                'n' => '\n',
                c @ ('\\' | '"') => c,
                _ => return None,
            }),
            c => value.push(c),
        }
    }
    None
}

fn is_name(name: &str) -> bool {
    let is_first = |c: char| c.is_ascii_alphabetic() || matches!(c, '_' | ':');
    name.starts_with(is_first) && name.chars().all(|c| is_first(c) || c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_are_read_with_their_labels() {
        let page = MetricsPage::parse(
            "# HELP a what it is\n# TYPE a counter\na 1\na{b=\"x, \\\"y\\\\\\n}\",c=\"\"} 2.5\n\n\
             # TYPE h histogram\nh_bucket{le=\"+Inf\",} 3 1700000000000\nh_sum{} +Inf\n",
        );
        assert_eq!(page.types["h"], "histogram");
        assert_eq!(page.value("a", &[]), Some(1.0));
        assert_eq!(page.value("a", &[("c", ""), ("b", "x, \"y\\\n}")]), Some(2.5));
        assert_eq!(page.value("h_bucket", &[("le", "+Inf")]), Some(3.0));
        assert_eq!(page.value("h_sum", &[]), Some(f64::INFINITY));
        assert_eq!((page.of("a").count(), page.samples.len()), (2, 4));
    }

    #[test]
    fn what_a_scrape_would_refuse_panics() {
        let pages = [
            "a{b=\"x} 1",
            "a{b=\"\\x\"} 1",
            "a{b=\"x\"y\"} 1",
            "a{1b=\"x\"} 1",
            "a{b=\"x\",b=\"y\"} 1",
            "a-b 1",
            "a{b=\"x\"}1",
            "a one",
            "a",
            "a 1\na 2",
        ];
        for page in pages {
            let read = std::panic::catch_unwind(|| MetricsPage::parse(page));
            assert!(read.is_err(), "{page}");
        }
    }
}
