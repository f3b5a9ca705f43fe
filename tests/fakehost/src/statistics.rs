//! Envoy's statistics: one name is one statistic over all VMs.

/// A kind of statistic, by the numbers of the ABI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Metric {
    Counter,
    Gauge,
    Histogram,
}

/// What the filter has reported.
#[derive(Debug, Default)]
pub struct Statistics(Vec<(Metric, Vec<u8>, i64)>);

// === impl Statistics ===

impl Statistics {
    /// The value of a statistic; 0 where it is not known.
    pub fn get(&self, name: &str) -> i64 {
        let found = self.0.iter().find(|(_, known, _)| known == name.as_bytes());
        found.map_or(0, |(_, _, value)| *value)
    }

    /// The sum of those whose names begin so.
    pub fn sum(&self, prefix: &str) -> i64 {
        let found = self.0.iter().filter(|(_, name, _)| name.starts_with(prefix.as_bytes()));
        found.map(|(_, _, value)| *value).sum()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn define(&mut self, kind: u32, name: &[u8]) -> Option<u32> {
        let kind = match kind {
            0 => Metric::Counter,
            1 => Metric::Gauge,
            2 => Metric::Histogram,
            _ => return None,
        };
        assert!(!name.is_empty(), "a statistic has a name");
        let known = self.0.iter().position(|(_, known, _)| known == name);
        let id = known.unwrap_or_else(|| {
            self.0.push((kind, name.to_vec(), 0));
            self.0.len() - 1
        });
        assert_eq!(self.0[id].0, kind, "a statistic keeps its kind");
        u32::try_from(id + 1).ok()
    }

    pub(crate) fn increment(&mut self, id: u32, offset: i64) -> bool {
        let Some((kind, name, value)) = self.of(id) else { return false };
        let name = String::from_utf8_lossy(name);
        match kind {
            Metric::Counter => assert!(offset > 0, "{name}: a counter is increased by {offset}"),
            Metric::Gauge => {}
            Metric::Histogram => panic!("{name}: a histogram is increased"),
        }
        *value = value.saturating_add(offset);
        true
    }

    pub(crate) fn record(&mut self, id: u32) -> bool {
        let Some((kind, name, value)) = self.of(id) else { return false };
        assert_eq!(*kind, Metric::Histogram, "{}", String::from_utf8_lossy(name));
        *value += 1;
        true
    }

    fn of(&mut self, id: u32) -> Option<&mut (Metric, Vec<u8>, i64)> {
        self.0.get_mut((id as usize).checked_sub(1)?)
    }
}
