//! How many bytes of the module are whose.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use wasmparser::{Parser, Payload, TypeRef};

use crate::symbols::crate_of;

pub use crate::symbols::{C_LIBRARY, STANDARD_LIBRARY};

/// Bytes of a module.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// Code by crate, as Rust writes its name.
    pub code: BTreeMap<String, usize>,
    /// Constants: texts, tables. The linker merges them, so that nobody can say whose they are.
    pub constants: usize,
    /// Types, imports, exports, the table of functions that are called by pointer.
    pub rest: usize,
}

impl Sizes {
    /// All bytes.
    pub fn total(&self) -> usize {
        self.code.values().sum::<usize>() + self.constants + self.rest
    }
}

/// Where the build leaves the names of the module's functions.
pub fn names_file(module: &Path) -> PathBuf {
    module.with_extension("wasm.names")
}

/// The sizes in a module; `names` has a line `number:symbol` for each of its functions. Panics where
/// they are not of this module.
pub fn sizes(module: &[u8], names: &str) -> Sizes {
    let names: BTreeMap<usize, &str> = names
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(number, symbol)| (number.parse().expect("a number"), symbol))
        .collect();
    let mut sizes = Sizes::default();
    let mut function = 0;
    for payload in Parser::new(0).parse_all(module) {
        match payload.expect("a valid module") {
            Payload::ImportSection(imports) => {
                let imports =
                    imports.into_imports().map(|import| import.expect("a valid import").ty);
                function = imports.filter(|ty| matches!(ty, TypeRef::Func(_))).count();
            }
            Payload::CodeSectionEntry(body) => {
                let symbol = names.get(&function).expect("the names are of this module");
                *sizes.code.entry(crate_of(symbol)).or_default() += length(body.range());
                function += 1;
            }
            Payload::DataSection(data) => sizes.constants += length(data.range()),
            _ => {}
        }
    }
    assert_eq!(function, names.len(), "the names are of another module");
    sizes.rest = module.len() - sizes.total();
    sizes
}

fn length(range: std::ops::Range<u64>) -> usize {
    (range.end - range.start) as usize
}

/// What a package is called in symbols.
pub fn crate_name(package: &str) -> String {
    match package {
        "spanmesh-filter" => "spanmesh".to_owned(),
        name => name.replace('-', "_"),
    }
}
