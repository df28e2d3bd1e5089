//! Files that supplement the lines: declaration headers by declaration number,
//! a product master by product code.

use std::collections::HashMap;
use std::io::{self, Read};

use crate::columns::{Columns, Field, Headings, MapError};
use crate::input::encoding::{Encoding, decode_lossy, encode_into};
use crate::input::layout::{LayoutChoices, LayoutError, open};
use crate::input::record::{Span, next_record, unescaped};
use crate::line::Cells;

/// Rows of another file, found by the key of a line.
#[derive(Debug)]
pub struct Extension {
    /// The field of the line that is looked up.
    pub key: Field,
    /// Its headings.
    pub headings: Vec<String>,
    rows: HashMap<Vec<u8>, Vec<Vec<u8>>>,
}

/// Why a supplementing file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ExtensionError {
    /// It cannot be read as a table.
    Layout {
        /// The file.
        file: String,
        /// Why.
        source: LayoutError,
    },
    /// Two columns mean the same.
    Columns {
        /// The file.
        file: String,
        /// Which.
        source: MapError,
    },
    /// It has no column for the key.
    NoKey {
        /// The file.
        file: String,
        /// The field.
        key: &'static str,
    },
    /// A key stands in two rows.
    Twice {
        /// The file.
        file: String,
        /// The second row.
        row: u64,
        /// The key.
        key: String,
    },
    /// It cannot be read.
    Io {
        /// The file.
        file: String,
        /// What the system says.
        source: io::Error,
    },
}

impl Extension {
    /// Reads a file whose rows are found by `key`. Cells are kept in `encoding`,
    /// that of the declaration file.
    ///
    /// # Errors
    /// [`ExtensionError`] with file and row.
    pub fn read(
        file: &str,
        reader: Box<dyn Read + Send>,
        key: Field,
        encoding: Encoding,
        known: &Headings,
    ) -> Result<Self, ExtensionError> {
        let (layout, mut source) =
            open(reader, &LayoutChoices::default(), known, &[]).map_err(|source| {
                ExtensionError::Layout {
                    file: file.to_owned(),
                    source,
                }
            })?;
        let columns = Columns::read(layout.headings.clone(), known, &[]).map_err(|source| {
            ExtensionError::Columns {
                file: file.to_owned(),
                source,
            }
        })?;
        let position = columns.position(key).ok_or_else(|| ExtensionError::NoKey {
            file: file.to_owned(),
            key: key.name(),
        })?;
        let mut rows = HashMap::new();
        let mut chunk = Vec::new();
        let mut fields = Vec::new();
        let mut row = layout.title_rows as u64 + 1;
        loop {
            let more = source
                .next_chunk(&mut chunk)
                .map_err(|source| ExtensionError::Io {
                    file: file.to_owned(),
                    source,
                })?;
            if more.is_none() {
                break;
            }
            let mut at = 0;
            while let Some(record) = next_record(&chunk, at, layout.delimiter, &mut fields) {
                at = record.next;
                row += 1;
                let cells = Cells {
                    text: &chunk,
                    fields: &fields,
                };
                let own_key = recoded(cells.at(position), layout.text_encoding, encoding);
                if own_key.is_empty() {
                    continue;
                }
                let values = (0..layout.headings.len())
                    .map(|column| {
                        let raw = cells.at(column);
                        let mut value = Vec::new();
                        unescaped(raw, &mut value);
                        recoded(&value, layout.text_encoding, encoding)
                    })
                    .collect();
                if rows.insert(own_key.clone(), values).is_some() {
                    return Err(ExtensionError::Twice {
                        file: file.to_owned(),
                        row,
                        key: decode_lossy(encoding, &own_key),
                    });
                }
            }
        }
        Ok(Self {
            key,
            headings: layout.headings,
            rows,
        })
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Puts the cells of the row with `key` behind those of a line; whether there
    /// was one. Without one the cells are empty.
    pub fn append(&self, key: &[u8], text: &mut Vec<u8>, fields: &mut Vec<Span>) -> bool {
        let row = self.rows.get(key);
        for column in 0..self.headings.len() {
            let start = text.len();
            if let Some(value) = row.and_then(|row| row.get(column)) {
                text.extend_from_slice(value);
            }
            fields.push(Span {
                start,
                end: text.len(),
                escaped: false,
                outer: start,
            });
        }
        row.is_some()
    }
}

fn recoded(bytes: &[u8], from: Encoding, to: Encoding) -> Vec<u8> {
    if from == to || bytes.is_ascii() {
        return bytes.to_vec();
    }
    let mut out = Vec::new();
    encode_into(to, &decode_lossy(from, bytes), &mut out);
    out
}
