//! Host calls that fail.

/// A family of host calls that may fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Reading a header map, or one field of it.
    ReadHeaders,
    /// Changing a header map.
    WriteHeaders,
    /// Reading a property.
    Property,
    /// Setting a property.
    SetProperty,
    /// Reading a buffer.
    Buffer,
    /// Reading shared data, but for spans that are left there.
    ReadShared,
    /// A write of shared data meets that of another worker.
    Conflict,
    /// A cluster has no healthy host.
    NoHost,
    /// A cluster is not known.
    NoCluster,
    /// Sending on a gRPC stream.
    GrpcSend,
    /// There is no clock.
    Clock,
    /// There is no entropy.
    Entropy,
    /// A statistic cannot be defined.
    Define,
    /// An absent header map is shown as one of no bytes instead of being refused.
    EmptyForAbsent,
    /// A property cannot be declared.
    Declare,
}

/// How often each call still fails.
#[derive(Debug, Default)]
pub struct Faults {
    left: [u8; Fault::ALL.len()],
    /// Whether a statistic was ever refused: then statistics do not say all.
    pub statistics_incomplete: bool,
    /// How many calls have failed.
    pub failed: u64,
}

// === impl Fault ===

impl Fault {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::ReadHeaders,
        Self::WriteHeaders,
        Self::Property,
        Self::SetProperty,
        Self::Buffer,
        Self::ReadShared,
        Self::Conflict,
        Self::NoHost,
        Self::NoCluster,
        Self::GrpcSend,
        Self::Clock,
        Self::Entropy,
        Self::Define,
        Self::EmptyForAbsent,
        Self::Declare,
    ];
}

// === impl Faults ===

impl Faults {
    /// Lets the next calls of a family fail.
    pub fn set(&mut self, fault: Fault, times: u8) {
        self.left[fault as usize] = times;
    }

    /// Lets none fail any more.
    pub fn clear(&mut self) {
        self.left = Default::default();
    }

    /// Whether this call fails.
    pub(crate) fn strike(&mut self, fault: Fault) -> bool {
        let left = &mut self.left[fault as usize];
        let strikes = *left > 0;
        *left = left.saturating_sub(1);
        self.failed += u64::from(strikes);
        self.statistics_incomplete |= strikes && fault == Fault::Define;
        strikes
    }
}
