//! Nothing lives here: the tests are in `e2e/`, `interop/` and `tidy/`, their machinery in `harness/`
//! and `foreign/`.
