//! The propagators by their names, and sets of them.

/// A wire format of trace context or baggage, by its name in `OTEL_PROPAGATORS`
/// (specification/configuration/sdk-environment-variables.md; `datadog` is Datadog's own name).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Propagator {
    /// W3C Trace Context.
    TraceContext,
    /// W3C Baggage.
    Baggage,
    /// B3: both forms are read, the single header is written.
    B3,
    /// B3: both forms are read, the `x-b3-` headers are written.
    B3Multi,
    /// Jaeger.
    Jaeger,
    /// AWS X-Ray.
    XRay,
    /// Datadog.
    Datadog,
    /// OpenTracing's basic tracers.
    OtTrace,
}

/// Several propagators.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PropagatorSet(u8);

// === impl Propagator ===

impl Propagator {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::TraceContext,
        Self::Baggage,
        Self::B3,
        Self::B3Multi,
        Self::Jaeger,
        Self::XRay,
        Self::Datadog,
        Self::OtTrace,
    ];

    /// Its name in configurations.
    pub fn name(self) -> &'static str {
        match self {
            Self::TraceContext => "tracecontext",
            Self::Baggage => "baggage",
            Self::B3 => "b3",
            Self::B3Multi => "b3multi",
            Self::Jaeger => "jaeger",
            Self::XRay => "xray",
            Self::Datadog => "datadog",
            Self::OtTrace => "ottrace",
        }
    }

    /// The propagator of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|propagator| propagator.name() == name)
    }
}

// === impl PropagatorSet ===

impl PropagatorSet {
    /// The set with one more.
    pub const fn with(self, propagator: Propagator) -> Self {
        Self(self.0 | 1 << propagator as u8)
    }

    /// What is in either set.
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether it is in the set.
    pub const fn contains(self, propagator: Propagator) -> bool {
        self.0 & 1 << propagator as u8 != 0
    }
}

impl FromIterator<Propagator> for PropagatorSet {
    fn from_iter<I: IntoIterator<Item = Propagator>>(propagators: I) -> Self {
        propagators.into_iter().fold(Self::default(), Self::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn names_lead_to_propagators() {
        for propagator in Propagator::ALL {
            assert_eq!(Propagator::from_name(propagator.name()), Some(propagator));
        }
        assert_eq!(Propagator::from_name("B3"), None, "names are lower case");
    }

    #[test]
    fn a_set_holds_what_was_put_in() {
        let set: PropagatorSet = [Propagator::Baggage, Propagator::OtTrace].into_iter().collect();
        for propagator in Propagator::ALL {
            let expected = matches!(propagator, Propagator::Baggage | Propagator::OtTrace);
            assert_eq!(set.contains(propagator), expected, "{propagator:?}");
        }
    }
}
