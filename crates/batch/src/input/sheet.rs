//! Workbooks and JSON lines, turned into delimited text so that one line loop
//! reads everything.

use std::collections::HashMap;
use std::io::{self, BufRead, Cursor, Read};

use calamine::{Data, Reader, Xlsx, XlsxError, open_workbook_from_rs};
use thiserror::Error;

use super::rows::{Rows, Text};

/// Why a workbook cannot be read.
#[derive(Debug, Error)]
pub enum SheetError {
    /// The system cannot read it.
    Io(#[from] io::Error),
    /// It is no workbook.
    Workbook(String),
    /// It has no sheet with cells.
    Empty,
    /// A JSON line is no object.
    Json {
        /// The line.
        line: usize,
        /// What is wrong.
        problem: String,
    },
}

/// What a stream holds, told from its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Delimited text.
    Delimited,
    /// An XLSX workbook.
    Workbook,
    /// JSON lines.
    JsonLines,
}

/// Tells the content from its first bytes.
pub fn content(head: &[u8]) -> Content {
    if head.starts_with(b"PK\x03\x04") {
        return Content::Workbook;
    }
    let text = head.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(head);
    if text.trim_ascii_start().first() == Some(&b'{') {
        Content::JsonLines
    } else {
        Content::Delimited
    }
}

/// A stream as delimited text, whatever it holds, and what it held. Memory does
/// not grow with the number of rows.
///
/// # Errors
/// [`SheetError`] when it is a workbook or JSON that cannot be read.
pub fn as_text(
    mut reader: impl BufRead + Send + 'static,
) -> Result<(Box<dyn Read + Send>, Content), SheetError> {
    let content = content(reader.fill_buf()?);
    Ok(match content {
        Content::Delimited => (Box::new(reader), content),
        Content::Workbook => (Box::new(workbook_text(reader)?), content),
        Content::JsonLines => (Box::new(json_text(reader)?), content),
    })
}

/// The first sheet with cells as comma-separated UTF-8, from its first row and
/// column with a cell on. A code stored as a number arrives without its leading
/// zeros, exactly as the workbook holds it.
///
/// # Errors
/// [`SheetError`] when it is no workbook or is empty.
fn workbook_text(mut reader: impl Read) -> Result<Text, SheetError> {
    let unusable = |error: XlsxError| SheetError::Workbook(error.to_string());
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes)?;
    let mut workbook: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).map_err(unusable)?;
    for name in workbook.sheet_names() {
        let mut cells = match workbook.worksheet_cells_reader(&name) {
            Ok(cells) => cells,
            // A sheet that is a chart.
            Err(XlsxError::NotAWorksheet(_)) => continue,
            Err(error) => return Err(unusable(error)),
        };
        let mut rows = Rows::default();
        let mut row: Vec<String> = Vec::new();
        let mut number = None;
        let mut first_column = usize::MAX;
        while let Some(cell) = cells.next_cell().map_err(unusable)? {
            let (at, column) = cell.get_position();
            let value = Data::from(cell.get_value().clone());
            if value == Data::Empty {
                continue;
            }
            let before = *number.get_or_insert(at);
            for _ in before..at {
                rows.push(row.iter().map(String::as_str))?;
                row.clear();
            }
            number = Some(at);
            let column = column as usize;
            first_column = first_column.min(column);
            if row.len() <= column {
                row.resize(column + 1, String::new());
            }
            if let Some(place) = row.get_mut(column) {
                *place = cell_text(&value);
            }
        }
        if number.is_some() {
            rows.push(row.iter().map(String::as_str))?;
            return Ok(rows.text(None, first_column)?);
        }
    }
    Err(SheetError::Empty)
}

fn cell_text(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Int(value) => value.to_string(),
        // Binary fractions print their last digits as noise; ten decimals are
        // more than any declaration field holds.
        Data::Float(value) => {
            let text = format!("{value:.10}");
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        Data::Bool(value) => (if *value { "yes" } else { "no" }).to_owned(),
        Data::DateTime(moment) => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        Data::Error(_) => String::new(),
    }
}

/// JSON lines as comma-separated UTF-8: the keys of the first object are the
/// headings, keys of later objects that it lacks are added behind.
///
/// # Errors
/// [`SheetError::Json`] names the line.
fn json_text(mut reader: impl BufRead) -> Result<Text, SheetError> {
    let mut headings: Vec<String> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut rows = Rows::default();
    let mut row: Vec<String> = Vec::new();
    let mut line = String::new();
    for number in 1.. {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            break;
        }
        let text = line.trim_start_matches('\u{feff}').trim();
        if text.is_empty() {
            continue;
        }
        let error = |problem: String| SheetError::Json {
            line: number,
            problem,
        };
        let object: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(text).map_err(|problem| error(problem.to_string()))?;
        row.clear();
        row.resize(headings.len(), String::new());
        for (key, value) in flat(object, "").map_err(error)? {
            let position = match places.get(&key) {
                Some(position) => *position,
                None => {
                    places.insert(key.clone(), headings.len());
                    headings.push(key);
                    row.push(String::new());
                    headings.len() - 1
                }
            };
            if let Some(cell) = row.get_mut(position) {
                *cell = value;
            }
        }
        rows.push(row.iter().map(String::as_str))?;
    }
    Ok(rows.text(Some(&headings), 0)?)
}

/// Plain values of an object; the fields of `good`, `costs`, `proof` and
/// `transport` of a request are read as columns of the same names.
fn flat(
    object: serde_json::Map<String, serde_json::Value>,
    within: &str,
) -> Result<Vec<(String, String)>, String> {
    use serde_json::Value;
    let mut fields = Vec::new();
    for (key, value) in object {
        let name = match (within, key.as_str()) {
            ("proof", "type") => "proof_type".to_owned(),
            ("proof", "issued") => "proof_issued".to_owned(),
            ("costs", "other") => "other_cost".to_owned(),
            _ => key.clone(),
        };
        match value {
            Value::Null => fields.push((name, String::new())),
            Value::Bool(value) => {
                fields.push((name, (if value { "yes" } else { "no" }).to_owned()));
            }
            Value::Number(value) => fields.push((name, value.to_string())),
            Value::String(value) => fields.push((name, value)),
            Value::Array(words) if key == "operations" => {
                let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
                fields.push((name, words.join(";")));
            }
            Value::Array(list) if key == "via" && list.is_empty() => {}
            Value::Object(inner)
                if within.is_empty()
                    && matches!(key.as_str(), "good" | "costs" | "proof" | "transport") =>
            {
                fields.extend(flat(inner, &key)?);
            }
            _ => return Err(format!("`{key}` holds a list or an object")),
        }
    }
    Ok(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(bytes: impl AsRef<[u8]>) -> Result<String, SheetError> {
        let (mut reader, _) = as_text(Cursor::new(bytes.as_ref().to_vec()))?;
        let mut text = String::new();
        reader.read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn json_lines_become_rows_with_all_keys() {
        let text = text_of(
            "{\"hs\":\"611012\",\"fob\":12.50}\n\n{\"hs\":\"0102\",\"note\":\"a,b\",\"direct\":true}\n",
        )
        .unwrap();
        assert_eq!(
            text,
            "hs,fob,note,direct\n611012,12.5,,\n0102,,\"a,b\",yes\n"
        );
    }

    #[test]
    fn a_request_is_read_as_columns() {
        let text = text_of(
            "{\"from\":\"CN\",\"good\":{\"hs\":\"611012\"},\"proof\":{\"type\":\"certificate\"},\"operations\":[\"knitting\",\"linking\"]}",
        )
        .unwrap();
        assert_eq!(
            text,
            "from,hs,proof_type,operations\nCN,611012,certificate,knitting;linking\n"
        );
    }

    #[test]
    fn what_is_no_object_is_named_by_its_line() {
        for text in ["{}\n[1]\n", "{}\n{\"hs\":{\"a\":1}}\n"] {
            let error = text_of(text).unwrap_err();
            assert!(error.to_string().starts_with("line 2 "), "{error}");
        }
    }

    #[test]
    fn content_is_told_from_the_first_bytes() {
        assert_eq!(content(b"PK\x03\x04rest"), Content::Workbook);
        assert_eq!(content("\u{feff} {\"hs\"".as_bytes()), Content::JsonLines);
        assert_eq!(content(b"hs,from\n"), Content::Delimited);
    }

    #[test]
    fn a_workbook_gives_its_first_sheet_as_it_stands() {
        let mut workbook = rust_xlsxwriter::Workbook::new();
        let sheet = workbook.add_worksheet();
        sheet.write_string(0, 0, "商品编号").unwrap();
        sheet.write_string(0, 1, "总价").unwrap();
        sheet.write_number(1, 0, 102_211_000_f64).unwrap();
        sheet.write_number(1, 1, 1200.55_f64).unwrap();
        sheet.write_string(2, 0, "0102211000").unwrap();
        let bytes = workbook.save_to_buffer().unwrap();
        let text = text_of(bytes).unwrap();
        assert_eq!(text, "商品编号,总价\n102211000,1200.55\n0102211000,\n");
        assert!(matches!(
            text_of(b"PK\x03\x04"),
            Err(SheetError::Workbook(_))
        ));
    }

    #[test]
    fn a_table_within_a_sheet_keeps_its_empty_rows_and_cells() {
        let mut workbook = rust_xlsxwriter::Workbook::new();
        workbook.add_worksheet();
        let sheet = workbook.add_worksheet();
        for (row, column, text) in [(2, 1, "hs"), (2, 3, "from"), (4, 1, "611012"), (5, 2, "x")] {
            sheet.write_string(row, column, text).unwrap();
        }
        let text = text_of(workbook.save_to_buffer().unwrap()).unwrap();
        assert_eq!(text, "hs,,from\n,,\n611012,,\n,x,\n");
    }

    #[test]
    fn many_json_lines_keep_order_and_number_and_get_later_columns() {
        let mut lines = String::new();
        for number in 0..30_000 {
            lines.push_str(&format!(
                "{{\"hs\":\"{number:06}\",\"note\":\"{}\"",
                "n".repeat(200)
            ));
            lines.push_str(if number < 29_999 {
                "}\n"
            } else {
                ",\"late\":1}"
            });
        }
        let text = text_of(lines).unwrap();
        assert_eq!(text.lines().count(), 30_001);
        assert_eq!(text.lines().next(), Some("hs,note,late"));
        for (number, line) in text.lines().skip(1).enumerate() {
            assert!(line.starts_with(&format!("{number:06},n")), "{line}");
            assert!(
                line.ends_with(if number < 29_999 { "n," } else { "n,1" }),
                "{line}"
            );
        }
    }
}
