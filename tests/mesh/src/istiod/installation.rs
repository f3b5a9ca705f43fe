//! What `istioctl manifest generate` makes for a cluster, changed where this one differs.

use std::fs;

use serde_json::{Value, json};
use spanmesh_harness::paths;

use super::{Ports, ROOT_NAMESPACE};
use crate::kubectl::Kubectl;

const INJECTOR: &str = "istio-sidecar-injector";
const VALIDATOR: &str = "istio-validator-istio-system";

/// Kinds that a controller or a node would act upon, of which there are none here.
const ABSENT: [&str; 2] = ["Deployment", "HorizontalPodAutoscaler"];

/// Creates everything that istiod needs; `mesh` is the mesh configuration.
pub(super) async fn install(kubectl: &Kubectl, ports: Ports, mesh: &Value) {
    kubectl.must(&["create", "namespace", ROOT_NAMESPACE]).await;
    let (definitions, mut objects): (Vec<Value>, Vec<Value>) =
        documents().into_iter().partition(|it| it["kind"] == "CustomResourceDefinition");
    apply(kubectl, definitions).await;
    kubectl
        .must(&["wait", "--for", "condition=Established", "crd", "--all", "--timeout=60s"])
        .await;

    objects.retain(|it| !ABSENT.iter().any(|kind| it["kind"] == *kind));
    objects.iter_mut().for_each(|object| adapt(object, ports, mesh));
    apply(kubectl, objects).await;
}

fn documents() -> Vec<Value> {
    let path = paths::istio("share/istiod.yaml");
    let text = fs::read_to_string(&path).expect("a readable file");
    let documents = serde_yaml_ng::Deserializer::from_str(&text)
        .map(|document| serde::Deserialize::deserialize(document).expect("istioctl writes YAML"));
    documents.filter(|it: &Value| !it.is_null()).collect()
}

async fn apply(kubectl: &Kubectl, objects: Vec<Value>) {
    let list = json!({"apiVersion": "v1", "kind": "List", "items": objects});
    kubectl.apply(&list.to_string()).await;
}

fn adapt(object: &mut Value, ports: Ports, mesh: &Value) {
    let name = object["metadata"]["name"].as_str().unwrap_or_default().to_owned();
    let kind = object["kind"].as_str().unwrap_or_default().to_owned();
    match (kind.as_str(), name.as_str()) {
        ("ConfigMap", "istio") => {
            let text = object["data"]["mesh"].as_str().expect("the mesh configuration");
            let mut whole: Value = serde_yaml_ng::from_str(text).expect("YAML");
            merge(&mut whole, mesh);
            object["data"]["mesh"] = serde_yaml_ng::to_string(&whole).expect("JSON is YAML").into();
        }
        ("ConfigMap", INJECTOR) => {
            let text = object["data"]["values"].as_str().expect("the injector's values");
            let mut values: Value = serde_json::from_str(text).expect("JSON");
            values["global"]["caAddress"] = ports.address_of_authority().into();
            object["data"]["values"] = values.to_string().into();
        }
        // The name under which istiod's certificate stands. It leads to the loopback interface,
        // which an Endpoint must not.
        ("Service", "istiod") => {
            object["spec"] = json!({
                "type": "ExternalName", "externalName": "localhost",
                "ports": [{"name": "https-webhook", "port": ports.https}],
            });
        }
        ("MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration", _) => {
            for webhook in object["webhooks"].as_array_mut().into_iter().flatten() {
                webhook["clientConfig"]["service"]["port"] = ports.https.into();
                if name == VALIDATOR {
                    // As in the webhook of the default revision, which istioctl adds when it
                    // installs: what names no revision is validated too.
                    webhook["objectSelector"] = json!({});
                }
            }
        }
        _ => {}
    }
}

/// Whether istiod's certificate is in both webhooks, and what they refuse is refused.
pub(super) async fn is_complete(kubectl: &Kubectl) -> bool {
    let kinds = [("mutating", INJECTOR), ("validating", VALIDATOR)];
    for (kind, name) in kinds {
        let kind = format!("{kind}webhookconfiguration");
        let webhook = kubectl.get("", &kind, name).await.unwrap_or_default()["webhooks"][0].take();
        let certificate = webhook["clientConfig"]["caBundle"].as_str();
        if certificate.is_none_or(str::is_empty) || webhook["failurePolicy"] != "Fail" {
            return false;
        }
    }
    true
}

/// Merges YAML as Helm does: objects key by key; everything else is replaced.
pub fn merge(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from.clone(),
    }
}
