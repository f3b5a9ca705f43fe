//! The built module: its size, and its contract with the host.

use std::collections::BTreeSet;

use spanmesh_harness::paths;
use wasmparser::{Parser, Payload};

/// Largest module that is shipped, in bytes.
const MAX_SIZE: usize = 400 * 1024;

/// Exports that Envoy calls. Every further callback costs each request about a microsecond.
const EXPORTS: [&str; 17] = [
    "_initialize",
    "memory",
    "proxy_abi_version_0_2_1",
    "proxy_on_configure",
    "proxy_on_context_create",
    "proxy_on_done",
    "proxy_on_grpc_close",
    "proxy_on_grpc_receive",
    "proxy_on_grpc_receive_initial_metadata",
    "proxy_on_grpc_receive_trailing_metadata",
    "proxy_on_http_call_response",
    "proxy_on_log",
    "proxy_on_memory_allocate",
    "proxy_on_request_headers",
    "proxy_on_response_headers",
    "proxy_on_response_trailers",
    "proxy_on_tick",
];

/// Host calls of proxy-wasm ABI 0.2.1, all of which Envoy 1.36 offers.
const HOST_CALLS: [&str; 39] = [
    "proxy_add_header_map_value",
    "proxy_call_foreign_function",
    "proxy_close_stream",
    "proxy_continue_stream",
    "proxy_define_metric",
    "proxy_dequeue_shared_queue",
    "proxy_done",
    "proxy_enqueue_shared_queue",
    "proxy_get_buffer_bytes",
    "proxy_get_buffer_status",
    "proxy_get_current_time_nanoseconds",
    "proxy_get_header_map_pairs",
    "proxy_get_header_map_size",
    "proxy_get_header_map_value",
    "proxy_get_log_level",
    "proxy_get_metric",
    "proxy_get_property",
    "proxy_get_shared_data",
    "proxy_get_status",
    "proxy_grpc_call",
    "proxy_grpc_cancel",
    "proxy_grpc_close",
    "proxy_grpc_send",
    "proxy_grpc_stream",
    "proxy_http_call",
    "proxy_increment_metric",
    "proxy_log",
    "proxy_record_metric",
    "proxy_register_shared_queue",
    "proxy_remove_header_map_value",
    "proxy_replace_header_map_value",
    "proxy_resolve_shared_queue",
    "proxy_send_local_response",
    "proxy_set_buffer_bytes",
    "proxy_set_effective_context",
    "proxy_set_header_map_pairs",
    "proxy_set_property",
    "proxy_set_shared_data",
    "proxy_set_tick_period_milliseconds",
];

/// WASI calls that every supported Envoy has (also as stubs). Any other import keeps an older
/// Envoy from loading the module.
const WASI_CALLS: [&str; 17] = [
    "args_get",
    "args_sizes_get",
    "clock_time_get",
    "environ_get",
    "environ_sizes_get",
    "fd_close",
    "fd_fdstat_get",
    "fd_prestat_dir_name",
    "fd_prestat_get",
    "fd_read",
    "fd_seek",
    "fd_write",
    "path_open",
    "poll_oneoff",
    "proc_exit",
    "random_get",
    "sched_yield",
];

fn payloads(module: &[u8]) -> impl Iterator<Item = Payload<'_>> {
    Parser::new(0).parse_all(module).map(|payload| payload.expect("a valid module"))
}

#[test]
fn the_module_is_small() {
    let size = std::fs::read(paths::module()).unwrap().len();
    assert!(size <= MAX_SIZE, "{size} bytes");
}

#[test]
fn every_import_exists_in_the_oldest_supported_envoy() {
    let module = std::fs::read(paths::module()).unwrap();
    let imports: BTreeSet<(String, String)> = payloads(&module)
        .filter_map(|payload| match payload {
            Payload::ImportSection(imports) => Some(imports.into_imports()),
            _ => None,
        })
        .flatten()
        .map(|import| import.expect("a valid import"))
        .map(|import| (import.module.to_owned(), import.name.to_owned()))
        .collect();
    assert!(imports.len() > 5, "{imports:?}");
    for (namespace, name) in &imports {
        let known: &[&str] = match namespace.as_str() {
            "env" => &HOST_CALLS,
            "wasi_snapshot_preview1" => &WASI_CALLS,
            _ => &[],
        };
        assert!(known.contains(&name.as_str()), "{namespace}.{name}");
    }
}

#[test]
fn the_exports_are_those_that_the_host_needs_and_no_others() {
    let module = std::fs::read(paths::module()).unwrap();
    let exports: BTreeSet<String> = payloads(&module)
        .filter_map(|payload| match payload {
            Payload::ExportSection(exports) => Some(exports),
            _ => None,
        })
        .flatten()
        .map(|export| export.expect("a valid export").name.to_owned())
        .collect();
    assert_eq!(exports, EXPORTS.map(str::to_owned).into());
}
