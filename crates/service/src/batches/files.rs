//! The files of a batch and how they are sent.

use std::path::Path;

use bytes::Bytes;
use futures_util::stream;
use http::header::CONTENT_LENGTH;
use originis_exchange::Lang;
use tokio::fs::File;
use tokio::io::AsyncReadExt;
use warp::Reply;
use warp::reply::Response;

use crate::call::insert;
use crate::problem::Problem;

/// The declaration file as it came.
pub const LINES: &str = "lines";
/// The bill of materials as it came.
pub const MATERIALS: &str = "materials";
/// How far the batch has come, for going on after an interruption.
pub const PLACE: &str = "place";

/// A table a batch gives back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// The lines with their results.
    Result,
    /// Rows that could not be used, or only in part, with reasons.
    Rejects,
    /// Lines that need facts, to be completed and uploaded again.
    MissingFacts,
    /// Materials that are missing for them, to be uploaded with them.
    MissingMaterials,
}

impl Table {
    /// In the order of [`originis_batch::run::Checkpoint::written`].
    pub const ALL: [Self; 4] = [
        Self::Result,
        Self::Rejects,
        Self::MissingFacts,
        Self::MissingMaterials,
    ];

    /// Its name in addresses, in answers and on disk.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Result => "result",
            Self::Rejects => "rejects",
            Self::MissingFacts => "missing-facts",
            Self::MissingMaterials => "missing-materials",
        }
    }

    /// What is added to the name of the upload.
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Result => "originis",
            other => other.name(),
        }
    }
}

/// The report in a language.
pub const fn report(lang: Lang) -> &'static str {
    match lang {
        Lang::En => "report.en.html",
        Lang::Zh => "report.zh.html",
    }
}

/// Bytes read and sent at a time.
const PIECE: usize = 64 * 1024;

/// A response that sends a file piece by piece.
pub async fn response(path: &Path) -> Result<Response, Problem> {
    let file = File::open(path).await.map_err(|_| Problem::not_found())?;
    let length = file
        .metadata()
        .await
        .map_err(|error| Problem::internal(&error))?
        .len();
    let pieces = stream::unfold(file, |mut file| async move {
        let mut piece = vec![0; PIECE];
        match file.read(&mut piece).await {
            Ok(0) => None,
            Ok(read) => {
                piece.truncate(read);
                Some((Ok(Bytes::from(piece)), file))
            }
            Err(error) => Some((Err(error), file)),
        }
    });
    let mut response = warp::reply::stream(pieces).into_response();
    insert(response.headers_mut(), CONTENT_LENGTH, &length.to_string());
    Ok(response)
}

/// `Content-Disposition` for a name in any script (RFC 6266).
pub fn attachment(name: &str) -> String {
    let mut plain = String::new();
    let mut encoded = String::new();
    for character in name.chars() {
        let is_safe = character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | '_');
        plain.push(if is_safe { character } else { '_' });
        if is_safe {
            encoded.push(character);
        } else {
            let mut buffer = [0; 4];
            for byte in character.encode_utf8(&mut buffer).bytes() {
                encoded.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_break_out_of_its_header() {
        assert_eq!(
            attachment("报关单\"\r\n.csv"),
            "attachment; filename=\"______.csv\"; \
             filename*=UTF-8''%E6%8A%A5%E5%85%B3%E5%8D%95%22%0D%0A.csv"
        );
    }
}
