//! Compiled images: a rule book stored so that it need not be read from its
//! tables again. An image is a copy that may be thrown away at any time; whatever
//! is wrong with it, the tables are read instead.

use std::path::{Path, PathBuf};

use originis_rules_engine::rulebook::RuleBook;
use thiserror::Error;

use crate::load::load;
use crate::problem::LoadError;
use crate::sources::Sources;

/// Numbers the layout of an image; it changes with the code that reads tables.
pub const FORMAT: &str = env!("ORIGINIS_IMAGE_FORMAT");

const MAGIC: &[u8; 16] = b"originis image\n\0";

/// Why an image cannot be used or written.
#[derive(Debug, Error)]
pub enum ImageError {
    /// The bytes are not an image of this format.
    #[error("the image was not written by this version of the program")]
    OtherFormat,
    /// The image is of other tables.
    #[error("the image is of tables with another fingerprint")]
    OtherTables,
    /// The image was cut short or changed.
    #[error("the image is damaged: its checksum does not fit")]
    Damaged,
    /// The rule book cannot be stored or restored.
    #[error("the image cannot be encoded or decoded: {0}")]
    Encoding(#[from] postcard::Error),
    /// The file cannot be read or written.
    #[error("the image file cannot be read or written: {0}")]
    File(#[from] std::io::Error),
}

/// The rule book as bytes: magic, format, fingerprint, checksum, content.
///
/// # Errors
/// [`ImageError::Encoding`].
pub fn to_bytes(book: &RuleBook) -> Result<Vec<u8>, ImageError> {
    let content = postcard::to_stdvec(book)?;
    let mut bytes = header(&book.fingerprint);
    bytes.extend_from_slice(blake3::hash(&content).as_bytes());
    bytes.extend_from_slice(&content);
    Ok(bytes)
}

/// The rule book of an image of the tables with this fingerprint.
///
/// # Errors
/// Every way in which the bytes are not exactly that image.
pub fn from_bytes(bytes: &[u8], fingerprint: &str) -> Result<RuleBook, ImageError> {
    let wanted = header(fingerprint);
    let rest = match bytes.strip_prefix(wanted.as_slice()) {
        Some(rest) => rest,
        None if bytes.starts_with(&header("")) => return Err(ImageError::OtherTables),
        None => return Err(ImageError::OtherFormat),
    };
    let (checksum, content) = rest
        .split_at_checked(blake3::OUT_LEN)
        .ok_or(ImageError::Damaged)?;
    if blake3::hash(content).as_bytes() != checksum {
        return Err(ImageError::Damaged);
    }
    Ok(postcard::from_bytes(content)?)
}

fn header(fingerprint: &str) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend_from_slice(FORMAT.as_bytes());
    bytes.extend_from_slice(fingerprint.as_bytes());
    bytes
}

/// Where images are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cache {
    directory: Option<PathBuf>,
}

impl Cache {
    /// No images: tables are read anew every time.
    pub const fn none() -> Self {
        Self { directory: None }
    }

    /// A directory of the caller's choice.
    pub const fn at(directory: PathBuf) -> Self {
        Self {
            directory: Some(directory),
        }
    }

    /// The user's cache directory: `$XDG_CACHE_HOME/originis`, otherwise
    /// `~/.cache/originis`; no images where neither is known.
    pub fn user() -> Self {
        let absolute = |name: &str| {
            std::env::var_os(name)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
        };
        Self {
            directory: absolute("XDG_CACHE_HOME")
                .or_else(|| absolute("HOME").map(|home| home.join(".cache")))
                .map(|cache| cache.join("originis")),
        }
    }

    /// The rule book of the tables, from its image when there is one. Otherwise
    /// the tables are read and an image is left for the next time, if possible.
    ///
    /// # Errors
    /// [`LoadError`] when a table is broken; never because of an image.
    pub fn load(&self, sources: &Sources) -> Result<RuleBook, LoadError> {
        let Some(directory) = &self.directory else {
            return load(sources);
        };
        let fingerprint = sources.fingerprint();
        let file = directory.join(format!("{FORMAT}-{}.image", short(&fingerprint)));
        if let Ok(book) = read(&file, &fingerprint) {
            return Ok(book);
        }
        let book = load(sources)?;
        if write(&file, &book).is_ok() {
            remove_others(directory, &file);
        }
        Ok(book)
    }
}

/// Reads an image file.
///
/// # Errors
/// Every way in which the file is not exactly the image of these tables.
pub fn read(file: &Path, fingerprint: &str) -> Result<RuleBook, ImageError> {
    from_bytes(&std::fs::read(file)?, fingerprint)
}

/// Writes an image file whole or not at all: another process never sees a part.
///
/// # Errors
/// The directory or file cannot be written.
pub fn write(file: &Path, book: &RuleBook) -> Result<(), ImageError> {
    let bytes = to_bytes(book)?;
    if let Some(directory) = file.parent() {
        std::fs::create_dir_all(directory)?;
    }
    let unfinished = file.with_extension(format!("{}.part", std::process::id()));
    let written =
        std::fs::write(&unfinished, bytes).and_then(|()| std::fs::rename(&unfinished, file));
    if written.is_err() {
        // Nothing more can be done about a file that cannot even be removed.
        let _ = std::fs::remove_file(&unfinished);
    }
    Ok(written?)
}

/// The first sixteen characters, which people are shown.
pub fn short(fingerprint: &str) -> &str {
    fingerprint.get(..16).unwrap_or(fingerprint)
}

/// How many images are kept: the one just written and a few of other tables or
/// versions in use beside it.
const KEPT: usize = 4;

/// Removes the oldest images so that the directory does not grow for ever.
fn remove_others(directory: &Path, newest: &Path) {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return;
    };
    let mut images: Vec<(std::time::SystemTime, PathBuf)> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path != newest && path.extension().is_some_and(|kind| kind == "image"))
        .filter_map(|path| Some((path.metadata().ok()?.modified().ok()?, path)))
        .collect();
    images.sort();
    let surplus = (images.len() + 1).saturating_sub(KEPT);
    for (_, path) in images.into_iter().take(surplus) {
        // An image that stays costs room and nothing else.
        let _ = std::fs::remove_file(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small_book() -> RuleBook {
        load(&Sources::shipped()).unwrap()
    }

    #[test]
    fn an_image_gives_the_same_book_back() {
        let book = small_book();
        let bytes = to_bytes(&book).unwrap();
        let again = from_bytes(&bytes, &book.fingerprint).unwrap();
        assert_eq!(to_bytes(&again).unwrap(), bytes);
        assert_eq!(format!("{:?}", again.tables), format!("{:?}", book.tables));
    }

    #[test]
    fn every_damage_is_noticed() {
        let book = small_book();
        let bytes = to_bytes(&book).unwrap();
        let other = "0".repeat(64);
        assert!(matches!(
            from_bytes(&bytes, &other),
            Err(ImageError::OtherTables)
        ));
        assert!(matches!(
            from_bytes(b"something else", &book.fingerprint),
            Err(ImageError::OtherFormat)
        ));
        let cut = bytes.get(..bytes.len() - 1).unwrap();
        assert!(matches!(
            from_bytes(cut, &book.fingerprint),
            Err(ImageError::Damaged)
        ));
        let mut changed = bytes.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert!(matches!(
            from_bytes(&changed, &book.fingerprint),
            Err(ImageError::Damaged)
        ));
    }

    #[test]
    fn a_damaged_image_is_replaced_and_old_ones_go() {
        let directory =
            std::env::temp_dir().join(format!("originis-image-test-{}", std::process::id()));
        let cache = Cache::at(directory.clone());
        let sources = Sources::shipped();
        let images = || {
            let mut names: Vec<_> = std::fs::read_dir(&directory)
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .collect();
            names.sort();
            names
        };
        let book = cache.load(&sources).unwrap();
        let file = images().pop().unwrap();
        std::fs::write(&file, "damaged").unwrap();
        assert_eq!(cache.load(&sources).unwrap().fingerprint, book.fingerprint);
        assert!(read(&file, &book.fingerprint).is_ok());
        for number in 0..6 {
            std::fs::write(directory.join(format!("{number}.image")), "old").unwrap();
        }
        std::fs::remove_file(&file).unwrap();
        cache.load(&sources).unwrap();
        assert_eq!(images().len(), KEPT);
        assert!(images().contains(&file));
        std::fs::remove_dir_all(&directory).unwrap();
    }
}
