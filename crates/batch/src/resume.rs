//! Going on after an interruption: the record of how far a run came, and its
//! outputs cut back to that place.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::results::ResultColumns;
use crate::run::Checkpoint;

/// What is kept of a run that was interrupted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interrupted {
    /// The name of the declaration file.
    pub input: String,
    /// Fingerprint of the tables it was decided from.
    pub fingerprint: String,
    /// The result columns it appends.
    pub results: ResultColumns,
    /// How far it came.
    pub checkpoint: Checkpoint,
}

impl Interrupted {
    /// Reads a record.
    ///
    /// # Errors
    /// When there is none, or the file is something else (`InvalidData`).
    pub fn read(path: &Path) -> io::Result<Self> {
        Ok(serde_json::from_slice(&fs::read(path)?)?)
    }

    /// Writes the record; it has its name only once it is on disk as a whole.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let mut part = path.as_os_str().to_owned();
        part.push(".partial");
        let part = PathBuf::from(part);
        let mut file = File::create(&part)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        file.sync_all()?;
        fs::rename(&part, path)
    }
}

/// An output: new, or continued after the bytes that are kept.
///
/// # Errors
/// When it cannot be opened; `UnexpectedEof` when it is shorter than `kept`.
pub fn output(path: &Path, kept: Option<u64>) -> io::Result<File> {
    let Some(kept) = kept else {
        return File::create(path);
    };
    let mut file = OpenOptions::new().write(true).open(path)?;
    if file.metadata()?.len() < kept {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    file.set_len(kept)?;
    file.seek(io::SeekFrom::End(0))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_as_it_was_written_and_an_output_is_cut_back_to_it() {
        let directory = tempfile::tempdir().unwrap();
        let (place, out) = (directory.path().join("place"), directory.path().join("out"));
        let record = Interrupted {
            input: "lines.csv".to_owned(),
            fingerprint: "f".to_owned(),
            results: ResultColumns::default(),
            checkpoint: Checkpoint {
                written: [3, 0, 0, 0],
                products_listed: ["P1".to_owned()].into(),
                ..Checkpoint::default()
            },
        };
        assert!(Interrupted::read(&place).is_err());
        record.write(&place).unwrap();
        assert_eq!(Interrupted::read(&place).unwrap(), record);
        fs::write(&out, "abcde").unwrap();
        output(&out, Some(3)).unwrap().write_all(b"X").unwrap();
        assert_eq!(fs::read(&out).unwrap(), b"abcX");
        let short = output(&out, Some(9)).unwrap_err();
        assert_eq!(short.kind(), io::ErrorKind::UnexpectedEof);
        assert_eq!(fs::read(&out).unwrap(), b"abcX");
    }
}
