//! Prints how many bytes of the module are whose. Arguments: the repository, the module.

use std::path::PathBuf;

use spanmesh_supply::linked::packages;
use spanmesh_supply::sizes::{C_LIBRARY, STANDARD_LIBRARY, crate_name, names_file, sizes};

fn main() {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let repository = arguments.next().expect("the repository");
    let module = arguments.next().expect("the module");
    let names = std::fs::read_to_string(names_file(&module)).expect("the names of functions");
    let sizes = sizes(&std::fs::read(&module).expect("the module"), &names);
    let mut rows: Vec<(String, usize)> = packages(&repository)
        .into_keys()
        .map(|name| (name.clone(), *sizes.code.get(&crate_name(&name)).unwrap_or(&0)))
        .collect();
    rows.extend([STANDARD_LIBRARY, C_LIBRARY].map(|name| (name.to_owned(), sizes.code[name])));
    rows.push(("constants".to_owned(), sizes.constants));
    rows.push(("the rest".to_owned(), sizes.rest));
    rows.sort_by_key(|(name, bytes)| (std::cmp::Reverse(*bytes), name.clone()));
    for (name, bytes) in rows {
        println!("{bytes:>8}  {name}");
    }
    println!("{:>8}  in all", sizes.total());
}
