;; A filter that enters the VM as often as spanmesh and makes its host calls, and does nothing else: what
;; no filter with the same features can be cheaper than. The plugin configuration says which
;; calls: those of a request that is `kept`, or those of a new trace that is `dropped`.
(module
  (import "env" "proxy_get_header_map_pairs" (func $pairs (param i32 i32 i32) (result i32)))
  (import "env" "proxy_get_header_map_value"
    (func $header (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_add_header_map_value" (func $add (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_remove_header_map_value" (func $remove (param i32 i32 i32) (result i32)))
  (import "env" "proxy_get_property" (func $property (param i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_get_current_time_nanoseconds" (func $now (param i32) (result i32)))

  (memory (export "memory") 1)
  ;; Where results go, and below them where they and their sizes are told.
  (global $scratch i32 (i32.const 4096))
  (global $data i32 (i32.const 1024))
  (global $size i32 (i32.const 1028))
  (global $time i32 (i32.const 1032))
  (data (i32.const 0) "traceparent")
  ;; Not sampled, so that nobody waits for its span.
  (data (i32.const 64) "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00")
  (data (i32.const 128) ":status")
  (data (i32.const 192) "response\00flags")
  (data (i32.const 256) "spanmesh.connection.0")
  (data (i32.const 320) "tracestate")
  (global $kept (mut i32) (i32.const 0))

  (func (export "proxy_abi_version_0_2_1"))
  (func (export "_initialize"))
  (func (export "proxy_on_memory_allocate") (param i32) (result i32) (global.get $scratch))
  (func (export "proxy_on_context_create") (param i32 i32))
  (func (export "proxy_on_configure") (param i32 i32) (result i32)
    (global.set $kept (i32.eq (local.get 1) (i32.const 4))) ;; the length of `kept`
    (i32.const 1))

  (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32)
    (if (global.get $kept)
      (then
        (drop (call $pairs (i32.const 0) (global.get $data) (global.get $size)))
        (drop (call $now (global.get $time))))
      (else
        (drop (call $header (i32.const 0) (i32.const 0) (i32.const 11)
          (global.get $data) (global.get $size)))
        (drop (call $remove (i32.const 0) (i32.const 320) (i32.const 10)))))
    (drop (call $add (i32.const 0) (i32.const 0) (i32.const 11) (i32.const 64) (i32.const 55)))
    (i32.const 0))
  (func (export "proxy_on_response_headers") (param i32 i32 i32) (result i32) (i32.const 0))
  (func (export "proxy_on_log") (param i32)
    (if (global.get $kept)
      (then
        (drop (call $now (global.get $time)))
        (drop (call $header (i32.const 2) (i32.const 128) (i32.const 7)
          (global.get $data) (global.get $size)))
        (drop (call $property (i32.const 256) (i32.const 21)
          (global.get $data) (global.get $size)))
        (drop (call $property (i32.const 192) (i32.const 14)
          (global.get $data) (global.get $size))))))
  (func (export "proxy_on_done") (param i32) (result i32) (i32.const 1)))
