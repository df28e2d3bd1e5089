//! What a learner has answered, kept on this computer only.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::PathBuf;

use originis_exchange::Lang;
use originis_exchange::wording::system;
use serde::{Deserialize, Serialize};

/// Whether each case was answered right at the last try.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Progress {
    answered: BTreeMap<String, bool>,
    #[serde(skip)]
    file: Option<PathBuf>,
}

impl Progress {
    /// Reads the progress of this user. A file that is absent or cannot be read
    /// means a new start.
    pub fn load() -> Self {
        let file = data_dir().map(|dir| dir.join("originis").join("progress.json"));
        let mut progress: Self = file
            .as_ref()
            .and_then(|file| fs::read_to_string(file).ok())
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default();
        progress.file = file;
        progress
    }

    /// Forgets everything.
    pub fn restart(&mut self) {
        self.answered.clear();
    }

    /// Whether a case was answered right.
    pub fn is_done(&self, case: &str) -> bool {
        self.answered.get(case) == Some(&true)
    }

    /// Notes an answer and keeps it; a disk that cannot be written to costs
    /// only the memory of it.
    pub fn note(&mut self, case: &str, right: bool, lang: Lang) {
        self.answered.insert(case.to_owned(), right);
        let Some(file) = &self.file else { return };
        let kept = file
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| {
                let text = serde_json::to_string(self)?;
                fs::write(file, text)
            });
        if let Err(error) = kept {
            let system = system(&error, lang);
            anstream::eprintln!(
                "{}{system}",
                lang.pick(
                    "originis: progress is not kept: ",
                    "originis：无法保存学习进度："
                )
            );
        }
    }
}

fn data_dir() -> Option<PathBuf> {
    env::var_os("XDG_DATA_HOME")
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
        .or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/share")))
}
