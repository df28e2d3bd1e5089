//! Workbooks and JSON lines, turned into delimited text so that one line loop
//! reads everything.

use std::io::{self, Cursor, Read};

use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};
use thiserror::Error;

use crate::text::push_field;

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

/// The first sheet with cells as comma-separated UTF-8. A code stored as a
/// number arrives without its leading zeros, exactly as the workbook holds it.
///
/// # Errors
/// [`SheetError`] when it is no workbook or is empty.
pub fn workbook_text(mut reader: impl Read) -> Result<Vec<u8>, SheetError> {
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes)?;
    let mut workbook: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes))
        .map_err(|error: calamine::XlsxError| SheetError::Workbook(error.to_string()))?;
    for name in workbook.sheet_names() {
        let range = workbook
            .worksheet_range(&name)
            .map_err(|error| SheetError::Workbook(error.to_string()))?;
        if range.is_empty() {
            continue;
        }
        let mut out = Vec::new();
        for row in range.rows() {
            for (index, cell) in row.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                push_field(&mut out, cell_text(cell).as_bytes(), b',');
            }
            out.push(b'\n');
        }
        return Ok(out);
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
pub fn json_text(mut reader: impl Read) -> Result<Vec<u8>, SheetError> {
    let mut text = String::new();
    reader.read_to_string(&mut text)?;
    let mut headings: Vec<String> = Vec::new();
    let mut rows: Vec<Vec<String>> = Vec::new();
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let error = |problem: String| SheetError::Json {
            line: index + 1,
            problem,
        };
        let object: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(line).map_err(|problem| error(problem.to_string()))?;
        let mut row = vec![String::new(); headings.len()];
        for (key, value) in flat(object, "").map_err(error)? {
            let position = match headings.iter().position(|known| *known == key) {
                Some(position) => position,
                None => {
                    headings.push(key);
                    row.push(String::new());
                    headings.len() - 1
                }
            };
            if let Some(cell) = row.get_mut(position) {
                *cell = value;
            }
        }
        rows.push(row);
    }
    let mut out = Vec::new();
    let width = headings.len();
    for row in std::iter::once(headings).chain(rows) {
        for index in 0..width {
            if index > 0 {
                out.push(b',');
            }
            let cell = row.get(index).map_or("", String::as_str);
            push_field(&mut out, cell.as_bytes(), b',');
        }
        out.push(b'\n');
    }
    Ok(out)
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

    #[test]
    fn json_lines_become_rows_with_all_keys() {
        let text = json_text(
            "{\"hs\":\"611012\",\"fob\":12.50}\n\n{\"hs\":\"0102\",\"note\":\"a,b\",\"direct\":true}\n"
                .as_bytes(),
        )
        .unwrap();
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "hs,fob,note,direct\n611012,12.5,,\n0102,,\"a,b\",yes\n"
        );
    }

    #[test]
    fn a_request_is_read_as_columns() {
        let text = json_text(
            "{\"from\":\"CN\",\"good\":{\"hs\":\"611012\"},\"proof\":{\"type\":\"certificate\"},\"operations\":[\"knitting\",\"linking\"]}"
                .as_bytes(),
        )
        .unwrap();
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "from,hs,proof_type,operations\nCN,611012,certificate,knitting;linking\n"
        );
    }

    #[test]
    fn what_is_no_object_is_named_by_its_line() {
        for text in ["{}\n[1]\n", "{}\n{\"hs\":{\"a\":1}}\n"] {
            let error = json_text(text.as_bytes()).unwrap_err();
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
        let text = workbook_text(Cursor::new(bytes)).unwrap();
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "商品编号,总价\n102211000,1200.55\n0102211000,\n"
        );
        assert!(matches!(
            workbook_text(Cursor::new(b"PK\x03\x04".to_vec())),
            Err(SheetError::Workbook(_))
        ));
    }
}
