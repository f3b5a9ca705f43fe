//! What the model can do, right and wrong.

/// The right ways, and one mistake each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Behaviour {
    /// Right: tracestate goes on as one field.
    Right,
    /// Right too: a valid tracestate goes on field by field as it came.
    RightUntouched,
    /// Right too: of a repeated key the first member goes on.
    RightWithoutRepeats,

    /// A valid traceparent goes on as it came: no span of its own.
    PassesOn,
    /// Works on what comes in, but not on what goes out.
    IgnoresOutbound,
    /// Begins a trace at every hop.
    StartsAtEveryHop,
    /// Adds a traceparent to the one that is there.
    AddsTraceparent,
    /// Reads only the first of several fields, as a single-value header read does.
    ReadsFirstField,
    /// Reads only the last of several fields.
    ReadsLastField,
    /// Tells capitals from small letters in field names.
    MindsCase,
    /// Takes similar field names for the right ones.
    GuessesNames,

    /// Does not strip the whitespace around a traceparent.
    KeepsWhitespace,
    /// Refuses every version but 00.
    KnowsOnlyVersion00,
    /// Takes ff for a version.
    AllowsVersionFf,
    /// Allows anything after the flags.
    AllowsTrailingData,
    /// Allows zero ids.
    AllowsZeroIds,
    /// Fills up short parts and cuts long ones.
    FitsWidths,
    /// Reads what is no digit as zero.
    GuessesDigits,
    /// Sends the version that came.
    SendsLaterVersion,
    /// Sends ids in capitals.
    SendsCapitals,
    /// Knows one flag only.
    ForgetsRandom,
    /// Sets the sampled flag whatever the parent says.
    SamplesAll,

    /// Sends tracestate on without a valid parent.
    KeepsOrphans,
    /// Sends a bad tracestate on as it is.
    KeepsBadList,
    /// Drops a bad member and keeps the others.
    DropsBadMemberOnly,
    /// Cuts a list that is too long.
    CutsTo32,
    /// Stops at 31 members.
    AllowsOnly31,
    /// Keys as in level 1.
    KnowsLevel1Keys,
    /// Makes keys legal instead of refusing them.
    RepairsKeys,
    /// Strips the front of values too.
    TrimsValues,
    /// Refuses empty members.
    RefusesEmptyMembers,
    /// Refuses whitespace around members.
    RefusesWhitespace,
    /// Strips spaces, but not tabs.
    RefusesTabs,
    /// Refuses a list with a repeated key.
    RefusesRepeats,
    /// Sorts the list.
    Sorts,
    /// Sends an empty field for an empty list.
    SendsEmptyField,
}
