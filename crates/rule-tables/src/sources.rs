//! Where table files come from: the copy inside the program and directories.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use include_dir::{Dir, DirEntry, include_dir};

use crate::bilingual::{self, Text};
use crate::problem::{LoadError, Problem};

static SHIPPED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../rules");

/// Table files by their path under the table directory, such as
/// `rcep/psr.hs2022.csv`. Only `.csv` and `.toml` files are tables.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: BTreeMap<String, Cow<'static, str>>,
}

impl Sources {
    /// The tables inside the program.
    pub fn shipped() -> Self {
        let mut sources = Self::default();
        let mut open = vec![&SHIPPED];
        while let Some(directory) = open.pop() {
            for entry in directory.entries() {
                match entry {
                    DirEntry::Dir(inner) => open.push(inner),
                    DirEntry::File(file) => {
                        if let (Some(path), Some(text)) =
                            (table_path(file.path()), file.contents_utf8())
                        {
                            sources.files.insert(path, Cow::Borrowed(text));
                        }
                    }
                }
            }
        }
        sources
    }

    /// The tables inside the program and those of further directories.
    ///
    /// # Errors
    /// Directories that cannot be read, and paths that are there twice.
    pub fn with_overlays(directories: &[PathBuf]) -> Result<Self, LoadError> {
        let mut sources = Self::shipped();
        let mut problems = Vec::new();
        for directory in directories {
            let added = Self::directory(directory).and_then(|overlay| sources.overlay(overlay));
            if let Err(found) = added {
                problems.extend(found);
            }
        }
        if problems.is_empty() {
            Ok(sources)
        } else {
            Err(LoadError::new(problems))
        }
    }

    /// The tables of one directory and its subdirectories.
    ///
    /// # Errors
    /// A directory or file that cannot be read or is not UTF-8, and a directory
    /// without any table.
    pub fn directory(root: &Path) -> Result<Self, Vec<Problem>> {
        let mut sources = Self::default();
        let mut problems = Vec::new();
        sources.read_directory(root, root, &mut problems);
        if sources.files.is_empty() && problems.is_empty() {
            problems.push(Problem::in_file(
                root.display().to_string(),
                Text::new("the directory holds no .csv or .toml file: name a directory laid out like rules/", "目录中没有 .csv 或 .toml 文件：请指定按 rules/ 布局的目录"),
            ));
        }
        if problems.is_empty() {
            Ok(sources)
        } else {
            Err(problems)
        }
    }

    fn read_directory(&mut self, root: &Path, directory: &Path, problems: &mut Vec<Problem>) {
        let mut fail = |path: &Path, error: std::io::Error| {
            let message = bilingual::system(
                &error,
                |said| format!("cannot be read ({said}): check the path and its permissions"),
                |said| format!("无法读取：{said}；请检查路径和访问权限"),
            );
            problems.push(Problem::in_file(path.display().to_string(), message));
        };
        let entries = match std::fs::read_dir(directory) {
            Ok(entries) => entries,
            Err(error) => return fail(directory, error),
        };
        let mut inner = Vec::new();
        for entry in entries {
            let path = match entry {
                Ok(entry) => entry.path(),
                Err(error) => {
                    fail(directory, error);
                    continue;
                }
            };
            if path.is_dir() {
                inner.push(path);
                continue;
            }
            let Some(name) = path.strip_prefix(root).ok().and_then(table_path) else {
                continue;
            };
            match std::fs::read_to_string(&path) {
                Ok(text) => {
                    self.files.insert(name, Cow::Owned(text));
                }
                Err(error) => fail(&path, error),
            }
        }
        for directory in inner {
            self.read_directory(root, &directory, problems);
        }
    }

    /// Adds the tables of `other`. A table whose sidecar states `replaces` takes
    /// the place of the table it names.
    ///
    /// # Errors
    /// A path that both have, and a replaced table that is not there: an overlay
    /// hides no table unless it says so.
    pub fn overlay(&mut self, other: Self) -> Result<(), Vec<Problem>> {
        let mut problems = Vec::new();
        for (path, text) in other.iter() {
            let Some(replaced) = replaced_table(text) else {
                continue;
            };
            if replaced.starts_with("tariffs/") {
                problems.push(
                    Problem::in_file(
                        path,
                        Text::new("a tariff is superseded rather than replaced, so that it still answers for other days and columns: state `supersedes` instead", "税率表不能替换，只能取代，以便原表对其他日期和列仍然有效：请改写 `supersedes`"),
                    )
                    .at_column("replaces"),
                );
            } else if self.files.remove(&replaced).is_none() {
                problems.push(
                    Problem::in_file(
                        path,
                        Text::new(format!("`{replaced}` is no loaded table: name the path of the table this one replaces"), format!("`{replaced}` 不是已载入的表：请写明本表所替换的表的路径")),
                    )
                    .at_column("replaces"),
                );
            } else if let Some(stem) = replaced.strip_suffix(".csv") {
                self.files.remove(&format!("{stem}.toml"));
            }
        }
        problems.extend(
            other
                .files
                .keys()
                .filter(|path| self.files.contains_key(*path))
                .map(|path| {
                    Problem::in_file(
                        path,
                        Text::new(format!("a table of this path is already loaded: give the added table another name, or state replaces = \"{path}\" in its [table] section"), format!("该路径的表已经载入：请为新增的表另取名称，或在其 [table] 部分写明 replaces = \"{path}\"")),
                    )
                }),
        );
        if !problems.is_empty() {
            return Err(problems);
        }
        self.files.extend(other.files);
        Ok(())
    }

    /// Puts a file, for tables that are not in a directory.
    pub fn insert(&mut self, path: impl Into<String>, text: impl Into<String>) {
        self.files.insert(path.into(), Cow::Owned(text.into()));
    }

    /// The text of a file.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(AsRef::as_ref)
    }

    /// Paths and texts in the order of paths.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_ref()))
    }

    /// BLAKE3 hash of every path and text, in hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for (path, text) in self.iter() {
            // Lengths keep (path, text) pairs apart from each other.
            for part in [path, text] {
                hasher.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
                hasher.update(part.as_bytes());
            }
        }
        hasher.finalize().to_hex().to_string()
    }
}

/// The table a sidecar says it replaces. A sidecar that cannot be read is reported
/// when it is loaded.
fn replaced_table(text: &str) -> Option<String> {
    let sidecar: toml::Table = text
        .contains("replaces")
        .then(|| toml::from_str(text).ok())??;
    let replaced = sidecar.get("table")?.get("replaces")?.as_str()?;
    Some(replaced.to_owned())
}

/// The path with `/` between its parts, or `None` when it is no table.
fn table_path(path: &Path) -> Option<String> {
    let is_table = path
        .extension()
        .is_some_and(|extension| extension == "csv" || extension == "toml");
    is_table.then(|| {
        path.components()
            .map(|part| part.as_os_str().to_string_lossy())
            .collect::<Vec<_>>()
            .join("/")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shipped_directory() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules")
    }

    #[test]
    fn the_directory_and_the_copy_in_the_program_are_the_same_tables() {
        let directory = Sources::directory(&shipped_directory()).unwrap();
        let shipped = Sources::shipped();
        assert_eq!(
            directory.iter().map(|(path, _)| path).collect::<Vec<_>>(),
            shipped.iter().map(|(path, _)| path).collect::<Vec<_>>()
        );
        assert_eq!(directory.fingerprint(), shipped.fingerprint());
    }

    #[test]
    fn an_overlay_that_is_not_there_or_is_there_twice_is_refused_by_name() {
        let absent = shipped_directory().join("no-such-directory");
        let error = Sources::with_overlays(std::slice::from_ref(&absent)).unwrap_err();
        assert_eq!(error.problems.len(), 1);
        assert_eq!(error.problems[0].file, absent.display().to_string());
        let error = Sources::with_overlays(&[shipped_directory()]).unwrap_err();
        assert_eq!(error.problems.len(), Sources::shipped().iter().count());
        assert!(
            error
                .to_string()
                .contains("rcep/psr.hs2022.csv: a table of this path")
        );
    }
}
