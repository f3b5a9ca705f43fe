//! Declares the callbacks that filter/exports.json names, and puts nothing in place of the others.

use std::path::Path;
use std::{env, fs};

/// Callbacks: name here, name of the export, arguments, result, and what stands in for it.
const CALLBACKS: [(&str, &str, &str, &str, &str); 13] = [
    ("context_create", "context_create", "context: u32, root: u32", "()", "()"),
    ("configure", "configure", "context: u32, size: usize", "bool", "true"),
    ("tick", "tick", "context: u32", "()", "()"),
    (
        "http_call_response",
        "http_call_response",
        "context: u32, token: u32, headers: usize, body: usize, trailers: usize",
        "()",
        "()",
    ),
    (
        "grpc_headers",
        "grpc_receive_initial_metadata",
        "context: u32, token: u32, headers: usize",
        "()",
        "()",
    ),
    ("grpc_message", "grpc_receive", "context: u32, token: u32, size: usize", "()", "()"),
    (
        "grpc_trailers",
        "grpc_receive_trailing_metadata",
        "context: u32, token: u32, trailers: usize",
        "()",
        "()",
    ),
    ("grpc_close", "grpc_close", "context: u32, token: u32, status: u32", "()", "()"),
    (
        "request_headers",
        "request_headers",
        "context: u32, count: usize, end_of_stream: bool",
        "u32",
        "0",
    ),
    (
        "response_headers",
        "response_headers",
        "context: u32, count: usize, end_of_stream: bool",
        "u32",
        "0",
    ),
    ("response_trailers", "response_trailers", "context: u32, count: usize", "u32", "0"),
    ("log", "log", "context: u32", "()", "()"),
    ("done", "done", "context: u32", "bool", "true"),
];

fn main() {
    let path = "../../filter/exports.json";
    println!("cargo::rerun-if-changed={path}");
    let exports = fs::read_to_string(path).expect("filter/exports.json");
    let mut source = String::new();
    let mut known = 0;
    for (name, export, arguments, result, otherwise) in CALLBACKS {
        let export = format!("spanmesh_on_{export}");
        if exports.contains(&format!("\"export\": \"{export}\"")) {
            known += 1;
            source += &format!(
                "unsafe extern \"C\" {{\n    #[link_name = \"{export}\"]\n    safe fn {name}({arguments}) -> {result};\n}}\n"
            );
        } else {
            source += &format!(
                "#[allow(unused_variables, reason = \"there is no such export\")]\nfn {name}({arguments}) -> {result} {{\n    {otherwise}\n}}\n"
            );
        }
    }
    let all = exports.matches("\"export\": \"spanmesh_on_").count();
    assert_eq!(known, all, "filter/exports.json has a callback that the fake host does not know");
    let out = env::var_os("OUT_DIR").expect("set by cargo");
    fs::write(Path::new(&out).join("exports.rs"), source).expect("written");
}
