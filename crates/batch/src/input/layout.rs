//! What a file looks like before its first line: encoding, delimiter, title rows
//! and headings.

use std::io::{self, Read};

use thiserror::Error;

use super::encoding::{Decoding, Detected, Encoding, EncodingError, decode_lossy, detect};
use super::record::{next_record, unescaped};
use super::source::Source;
use crate::columns::{Headings, Mapping, normalised};

/// Bytes looked at before the first line is read.
const SAMPLE: usize = 256 * 1024;
/// Rows among which the headings are looked for.
const HEAD_ROWS: usize = 30;
/// The delimiters tried, in order of preference.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// Why a file cannot be read at all.
#[derive(Debug, Error)]
pub enum LayoutError {
    /// The bytes are in no known encoding.
    Encoding(#[from] EncodingError),
    /// The file cannot be read.
    Io(#[from] io::Error),
    /// There is nothing in it.
    Empty,
    /// No row looks like headings.
    NoHeadings {
        /// Rows looked at.
        rows: usize,
        /// The first row.
        first: String,
    },
}

/// The layout of a delimited file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// Its encoding.
    pub detected: Detected,
    /// Its delimiter.
    pub delimiter: u8,
    /// Title rows above the headings, as they stand (decoded to UTF-8 only
    /// where the line loop works on decoded text).
    pub titles: Vec<u8>,
    /// Number of title rows.
    pub title_rows: usize,
    /// The row of headings without its line ending.
    pub heading_row: Vec<u8>,
    /// The line ending of the headings, used for every row added.
    pub line_ending: &'static str,
    /// The headings, decoded.
    pub headings: Vec<String>,
    /// The encoding of the text the line loop sees.
    pub text_encoding: Encoding,
}

impl Layout {
    /// Bytes of the text before the first line.
    pub fn head_len(&self) -> u64 {
        (self.titles.len() + self.heading_row.len() + self.line_ending.len()) as u64
    }
}

/// Choices of the user that override detection.
#[derive(Debug, Clone, Default)]
pub struct LayoutChoices {
    /// The encoding.
    pub encoding: Option<Encoding>,
    /// The delimiter.
    pub delimiter: Option<u8>,
}

/// Detects the layout of a stream and returns it with the rest of the stream.
///
/// # Errors
/// [`LayoutError`] when the stream cannot be read as a table with headings.
pub fn open(
    mut reader: Box<dyn Read + Send>,
    choices: &LayoutChoices,
    known: &Headings,
    mappings: &[Mapping],
) -> Result<(Layout, Source), LayoutError> {
    let mut sample = Vec::new();
    reader
        .by_ref()
        .take(SAMPLE as u64)
        .read_to_end(&mut sample)?;
    let whole = sample.len() < SAMPLE;
    let detected = detect(&sample, whole, choices.encoding)?;
    sample.drain(..detected.mark);
    let mut text_encoding = detected.encoding;
    let decoded_stream = |sample: Vec<u8>, reader: Box<dyn Read + Send>| {
        let encoded = io::Cursor::new(sample).chain(reader);
        let mut stream: Box<dyn Read + Send> = Box::new(Decoding::new(encoded, detected.encoding));
        let mut text = Vec::new();
        stream
            .by_ref()
            .take(SAMPLE as u64)
            .read_to_end(&mut text)
            .map(|_| (text, stream))
    };
    if detected.encoding.is_utf16() {
        (sample, reader) = decoded_stream(sample, reader)?;
        text_encoding = Encoding::Utf8;
    }
    let mut found = find_headings(&sample, text_encoding, choices.delimiter, known, mappings)?;
    // In GB18030 the byte of `|` also occurs inside Chinese characters.
    if text_encoding == Encoding::Gb18030 && found.delimiter == b'|' {
        (sample, reader) = decoded_stream(sample, reader)?;
        text_encoding = Encoding::Utf8;
        found = find_headings(&sample, text_encoding, Some(b'|'), known, mappings)?;
    }
    let titles = sample.get(..found.start).unwrap_or_default().to_vec();
    let heading_row = sample
        .get(found.start..found.end)
        .unwrap_or_default()
        .to_vec();
    let line_ending = if found.next - found.end == 2 {
        "\r\n"
    } else {
        "\n"
    };
    let layout = Layout {
        detected,
        delimiter: found.delimiter,
        titles,
        title_rows: found.title_rows,
        heading_row,
        line_ending,
        headings: found.headings,
        text_encoding,
    };
    sample.drain(..found.next);
    let source = Source::new(sample, reader, found.delimiter, 0);
    Ok((layout, source))
}

struct HeadingRow {
    delimiter: u8,
    title_rows: usize,
    start: usize,
    end: usize,
    next: usize,
    headings: Vec<String>,
}

/// The row and delimiter by which most headings are understood; of equals the
/// earlier row.
fn find_headings(
    sample: &[u8],
    encoding: Encoding,
    delimiter: Option<u8>,
    known: &Headings,
    mappings: &[Mapping],
) -> Result<HeadingRow, LayoutError> {
    if sample.trim_ascii().is_empty() {
        return Err(LayoutError::Empty);
    }
    let tried: &[u8] = match &delimiter {
        Some(delimiter) => std::slice::from_ref(delimiter),
        None => &DELIMITERS,
    };
    let mapped: Vec<String> = mappings
        .iter()
        .map(|mapping| normalised(&mapping.heading))
        .collect();
    let mut best: Option<(usize, HeadingRow)> = None;
    let mut fields = Vec::new();
    for &delimiter in tried {
        let mut at = 0;
        for title_rows in 0..HEAD_ROWS {
            let Some(record) = next_record(sample, at, delimiter, &mut fields) else {
                break;
            };
            at = record.next;
            let headings: Vec<String> = fields
                .iter()
                .map(|span| {
                    let raw = sample.get(span.start..span.end).unwrap_or_default();
                    let mut value = Vec::new();
                    unescaped(raw, &mut value);
                    decode_lossy(encoding, if span.escaped { &value } else { raw })
                })
                .collect();
            let score = known.understood(headings.iter().map(String::as_str))
                + headings
                    .iter()
                    .filter(|heading| mapped.contains(&normalised(heading)))
                    .count();
            if score >= 2 && best.as_ref().is_none_or(|(most, _)| score > *most) {
                best = Some((
                    score,
                    HeadingRow {
                        delimiter,
                        title_rows,
                        start: record.start,
                        end: record.end,
                        next: record.next,
                        headings,
                    },
                ));
            }
        }
    }
    best.map(|(_, row)| row).ok_or_else(|| {
        let first = sample.split(|byte| *byte == b'\n').next();
        LayoutError::NoHeadings {
            rows: HEAD_ROWS,
            first: decode_lossy(encoding, first.unwrap_or_default())
                .chars()
                .take(120)
                .collect::<String>()
                .trim()
                .to_owned(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::encoding::encode_into;

    fn opened(bytes: Vec<u8>) -> Result<(Layout, Vec<u8>), LayoutError> {
        let (layout, mut source) = open(
            Box::new(io::Cursor::new(bytes)),
            &LayoutChoices::default(),
            &Headings::default(),
            &[],
        )?;
        let mut rest = Vec::new();
        let mut chunk = Vec::new();
        while source.next_chunk(&mut chunk).unwrap().is_some() {
            rest.extend_from_slice(&chunk);
        }
        Ok((layout, rest))
    }

    const TABLE: &str = "XX公司出口报关单明细\r\n\r\n项号|商品编号|原产国（地区）|总价\r\n1|6110121000|中国|100\r\n";

    #[test]
    fn delimiter_title_rows_and_headings_in_every_encoding() {
        for encoding in [
            Encoding::Utf8,
            Encoding::Gb18030,
            Encoding::Utf16Le,
            Encoding::Utf16Be,
        ] {
            for delimiter in [",", ";", "\t", "|"] {
                let mut bytes = Vec::new();
                let text = TABLE.replace('|', delimiter);
                let mark = if encoding.is_utf16() { "\u{feff}" } else { "" };
                encode_into(encoding, &format!("{mark}{text}"), &mut bytes);
                let (layout, rest) = opened(bytes).unwrap();
                assert_eq!(layout.detected.encoding, encoding);
                assert_eq!(layout.delimiter, delimiter.as_bytes()[0]);
                assert_eq!(layout.title_rows, 2);
                assert_eq!(layout.line_ending, "\r\n");
                assert_eq!(
                    layout.headings,
                    ["项号", "商品编号", "原产国（地区）", "总价"]
                );
                let line = decode_lossy(layout.text_encoding, &rest);
                assert_eq!(line, text.lines().last().unwrap().to_owned() + "\r\n");
            }
        }
    }

    #[test]
    fn a_file_without_headings_is_refused_with_its_first_row() {
        assert!(matches!(opened(b" \n\n".to_vec()), Err(LayoutError::Empty)));
        let error = opened(b"1,2,3\n4,5,6\n".to_vec()).unwrap_err();
        assert!(error.to_string().contains("row 1: 1,2,3"), "{error}");
    }
}
