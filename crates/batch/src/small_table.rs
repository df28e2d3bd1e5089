//! A small file read whole into rows of known fields: product lists and the
//! like, in every encoding and layout a declaration file may have.

use std::io::{self, Cursor};

use thiserror::Error;

use crate::columns::{Columns, Field, Headings, MapError};
use crate::input::encoding::decode_lossy;
use crate::input::layout::{LayoutChoices, LayoutError, open};
use crate::input::record::{next_record, unescaped};
use crate::input::sheet::{SheetError, as_text};
use crate::number::trimmed;

/// Why a file cannot be read as a table.
#[derive(Debug, Error)]
pub enum TableError {
    /// Its encoding or headings are not understood.
    Layout(#[from] LayoutError),
    /// It is a workbook or JSON that cannot be read.
    Sheet(#[from] SheetError),
    /// Two columns mean the same.
    Columns(#[from] MapError),
    /// Reading failed.
    Io(#[from] io::Error),
}

/// One row with the cells of the fields that are understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its number among the rows below the headings, from 1.
    pub number: u64,
    cells: Vec<(Field, String)>,
}

impl Row {
    /// The cell of a field; empty when there is none.
    pub fn get(&self, field: Field) -> &str {
        self.cells
            .iter()
            .find(|(of, _)| *of == field)
            .map_or("", |(_, cell)| cell)
    }
}

/// Reads all rows; empty rows are passed over.
///
/// # Errors
/// [`TableError`] when the file is no table with headings that are understood.
pub fn read(bytes: Vec<u8>) -> Result<Vec<Row>, TableError> {
    let (text, _) = as_text(Cursor::new(bytes))?;
    let known = Headings::default();
    let (layout, mut source) = open(text, &LayoutChoices::default(), &known, &[])?;
    let columns = Columns::read(layout.headings.clone(), &known, &[])?;
    let wanted: Vec<(Field, usize)> = Field::ALL
        .into_iter()
        .filter_map(|field| Some((field, columns.position(field)?)))
        .collect();
    let mut rows = Vec::new();
    let mut chunk = Vec::new();
    let mut fields = Vec::new();
    let mut plain = Vec::new();
    let mut number = 0;
    while source.next_chunk(&mut chunk)?.is_some() {
        let mut at = 0;
        while let Some(record) = next_record(&chunk, at, layout.delimiter, &mut fields) {
            at = record.next;
            number += 1;
            let cells: Vec<(Field, String)> = wanted
                .iter()
                .filter_map(|(field, position)| {
                    let span = fields.get(*position)?;
                    let raw = chunk.get(span.start..span.end)?;
                    unescaped(raw, &mut plain);
                    let cell = decode_lossy(layout.text_encoding, trimmed(&plain));
                    (!cell.is_empty()).then_some((*field, cell))
                })
                .collect();
            if !cells.is_empty() {
                rows.push(Row { number, cells });
            }
        }
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::encoding::{Encoding, encode_into};

    #[test]
    fn a_chinese_list_reads_the_same_in_every_encoding() {
        let text = "商品名称,商品编号,原产国,最终目的国,总价\r\n羊绒衫,6110120000,中国,日本,\"1,200\"\r\n,,,,\r\n炭黑,2803000000,中国,日本,900\r\n";
        for encoding in [Encoding::Utf8, Encoding::Gb18030] {
            let mut bytes = Vec::new();
            encode_into(encoding, text, &mut bytes);
            let rows = read(bytes).unwrap();
            let seen: Vec<(u64, &str, &str)> = rows
                .iter()
                .map(|row| (row.number, row.get(Field::Name), row.get(Field::Total)))
                .collect();
            assert_eq!(seen, [(1, "羊绒衫", "1,200"), (3, "炭黑", "900")]);
        }
    }

    #[test]
    fn a_file_without_headings_is_refused() {
        assert!(matches!(
            read(b"1,2,3\n4,5,6\n".to_vec()),
            Err(TableError::Layout(LayoutError::NoHeadings { .. }))
        ));
    }
}
