//! Nothing lives here: the tests are in `e2e/` and `tidy/`, their machinery in `harness/`.
