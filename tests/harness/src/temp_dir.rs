//! A directory that is removed with the value, or by a later process when this one is killed.

use std::path::{Path, PathBuf};
use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs, process};

static NUMBER: AtomicU32 = AtomicU32::new(0);
static SWEEP: Once = Once::new();

/// A fresh directory below the system's temporary one.
#[derive(Debug)]
pub struct TempDir {
    path: PathBuf,
}

impl TempDir {
    /// Creates one, and removes what killed processes left.
    pub fn create() -> TempDir {
        SWEEP.call_once(remove_leftovers);
        loop {
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let path = env::temp_dir().join(format!("spanmesh-{}-{number}", process::id()));
            match fs::create_dir(&path) {
                Ok(()) => return TempDir { path },
                // Left by an earlier process with our id that was killed.
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => panic!("cannot create {}: {error}", path.display()),
            }
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Removes what processes left that are no more.
fn remove_leftovers() {
    for entry in fs::read_dir(env::temp_dir()).into_iter().flatten().flatten() {
        if owner(&entry.file_name().to_string_lossy()).is_some_and(is_gone) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// The process id in `spanmesh-<process>-<number>`.
fn owner(name: &str) -> Option<u32> {
    let (process, number) = name.strip_prefix("spanmesh-")?.split_once('-')?;
    number.parse::<u32>().ok()?;
    process.parse().ok()
}

fn is_gone(process: u32) -> bool {
    !Path::new("/proc").join(process.to_string()).exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leftovers_go_and_everything_else_stays() {
        let ours = TempDir::create();
        // No process has this id: it is above the kernel's limit.
        let left = env::temp_dir().join("spanmesh-4194305-0");
        fs::create_dir_all(&left).unwrap();
        remove_leftovers();
        assert!(!left.exists());
        assert!(ours.path().exists());

        let path = ours.path().to_owned();
        drop(ours);
        assert!(!path.exists());
    }

    #[test]
    fn only_names_of_this_form_have_an_owner() {
        assert_eq!(owner("spanmesh-12-3"), Some(12));
        for name in ["spanmesh-ports-0", "spanmesh-12", "spanmesh-12-x", "other-12-3"] {
            assert_eq!(owner(name), None, "{name}");
        }
    }
}
