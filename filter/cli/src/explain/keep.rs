//! What keep rules would make of the request once it is answered.

use spanmesh_core::keep::{Facts, KeepPolicy, Reason};
use spanmesh_core::tracer::Placement;
use spanmesh_json::Value;

use super::message::Response;
use super::scene::Scene;
use super::{Report, rules};

/// What may keep it after the fact, or with an answer what does.
pub fn explain(scene: &Scene, response: Option<&Response>, out: &mut Report) {
    let Some(policy) = &scene.keep else {
        out.line("keep", "nothing: keep is not configured");
        return;
    };
    let dropped = scene.outcome(0);
    let may_keep = matches!(&dropped.placement, Placement::Hop(hop) if hop.may_keep);
    if dropped.is_sampled() {
        out.line("keep", "is not asked: the request is sampled anyway");
    } else if !may_keep {
        let why = "the rule that decided says so (always_off with a match, or keep: false)";
        out.line("keep", &format!("never: {why}"));
    } else if let Some(response) = response {
        let kept = reason(scene, policy, response);
        let kept = kept.unwrap_or_else(|| "not kept: nothing of it fits".to_owned());
        out.line("keep", &format!("where it is not sampled: {kept}"));
    } else {
        out.line("keep", "where it is not sampled: kept all the same");
        conditions(scene, out);
    }
}

/// Why it is kept, by the core's own judgement.
fn reason(scene: &Scene, policy: &KeepPolicy, response: &Response) -> Option<String> {
    let grpc_status = response.header("grpc-status").filter(|_| scene.head.is_grpc());
    let facts = Facts {
        status: response.status,
        grpc_status: grpc_status.and_then(|status| String::from_utf8(status).ok()?.parse().ok()),
        response_flags: Some(0),
        elapsed: response.duration,
        response_header: &|name| response.header(name),
        seen_before: false,
    };
    let reason = scene.with_request(|request| policy.reason(&request, &facts))?;
    let why = match reason {
        Reason::Error => "it failed".to_owned(),
        Reason::Slow => "it was slow".to_owned(),
        Reason::Rule(number) => format!("keep.rules[{number}] matches"),
        Reason::Path | Reason::Call => "another hop was kept".to_owned(),
    };
    Some(format!(
        "kept: {why} (spanmesh.keep.reason={}), within keep.rate_limit",
        policy.text(reason)
    ))
}

fn conditions(scene: &Scene, out: &mut Report) {
    let keep = scene.value.get("keep");
    let option = |name: &str| keep?.get(name).filter(|value| !value.is_null());
    match option("errors") {
        Some(Value::Bool(true)) => out.more(1, "errors: if it fails"),
        Some(Value::Array(kinds)) => {
            let kinds: Vec<&str> = kinds.iter().filter_map(Value::as_str).collect();
            out.more(1, &format!("errors: if it fails ({})", kinds.join(", ")));
        }
        _ => {}
    }
    let values = option("rules").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    // A rule's own threshold replaces the general one for the requests that it matches.
    let replaces = |rule: &Value| {
        rule.get("slower_than").is_some_and(|own| !own.is_null())
            && scene.with_request(|request| rules::judge(rule.get("match"), &request).is_ok())
    };
    match (option("slower_than"), values.iter().position(replaces)) {
        (Some(_), Some(number)) => {
            out.more(1, &format!("slower_than: that of rules[{number}] counts instead"));
        }
        (Some(limit), None) => {
            let limit = duration(limit);
            out.more(1, &format!("slower_than: if it takes longer than {limit}"));
        }
        (None, _) => {}
    }
    for (number, value) in values.iter().enumerate() {
        let name = value.get("name").cloned().unwrap_or_default();
        let judged = scene.with_request(|request| rules::judge(value.get("match"), &request));
        let text = match judged {
            Err(why) => format!("not matched: {why}"),
            Ok(_) => in_answer(value),
        };
        out.more(1, &format!("rules[{number}] {name}: {text}"));
    }
    if option("along_path").is_none_or(|value| value.as_bool() == Some(true)) {
        out.more(1, "along_path: if a hop below keeps its span");
    }
}

/// What the answer must be.
fn in_answer(rule: &Value) -> String {
    let mut needs = Vec::new();
    let of_match = |name: &str| rule.get("match")?.get(name).filter(|value| !value.is_null());
    if let Some(statuses) = of_match("response_status") {
        needs.push(format!("the status is {statuses}"));
    }
    for (name, wanted) in
        of_match("response_header").and_then(Value::as_object).into_iter().flatten()
    {
        needs.push(format!("{name} of the answer is {wanted}"));
    }
    if let Some(limit) = rule.get("slower_than").filter(|value| !value.is_null()) {
        needs.push(format!("it takes longer than {}", duration(limit)));
    }
    if needs.is_empty() {
        return "matched: whatever the answer is".to_owned();
    }
    format!("if {}", needs.join(" and "))
}

fn duration(value: &Value) -> String {
    value.as_str().map_or_else(|| format!("{value} ms"), str::to_owned)
}
