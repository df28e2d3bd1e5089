//! Rows of cells from a CSV file (UTF-8 or GB18030) or a spreadsheet.

use std::io::Cursor;

use calamine::{Data, Reader, open_workbook_auto_from_rs};
use encoding_rs::{GB18030, UTF_8, UTF_16BE, UTF_16LE};

use crate::bilingual::Text;
use crate::csv_rows;
use crate::problem::Problem;

/// A cell as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Its text, without surrounding spaces.
    pub text: String,
    /// Whether the spreadsheet holds it as a number, which drops leading zeros.
    pub is_number: bool,
}

/// Rows of a file with their numbers in it, from 1.
pub type SheetRows = Vec<(usize, Vec<Cell>)>;

/// Reads a file by its content: a spreadsheet (XLSX, XLS, ODS) or text.
///
/// # Errors
/// A file that is neither, and a sheet that does not exist.
pub fn read(file: &str, bytes: &[u8], sheet: Option<&str>) -> Result<SheetRows, Problem> {
    // ZIP archives (XLSX, ODS) and OLE files (XLS) begin with these bytes.
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        spreadsheet(file, bytes, sheet)
    } else {
        text(file, bytes)
    }
}

fn spreadsheet(file: &str, bytes: &[u8], sheet: Option<&str>) -> Result<SheetRows, Problem> {
    let mut workbook = open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(|error| {
        Problem::in_file(
            file,
            Text::new(
                format!("cannot be read as a spreadsheet ({error}): save it as XLSX or CSV"),
                "不能作为电子表格读取：请另存为 XLSX 或 CSV",
            ),
        )
    })?;
    let names = workbook.sheet_names();
    let name = match sheet {
        Some(name) => name.to_owned(),
        None => names.first().cloned().unwrap_or_default(),
    };
    let range = workbook.worksheet_range(&name).map_err(|_| {
        Problem::in_file(
            file,
            Text::new(
                format!(
                    "there is no sheet `{name}`: expected one of {}",
                    names.join(", ")
                ),
                format!("没有工作表 `{name}`：应为 {} 之一", names.join("、")),
            ),
        )
    })?;
    let (first_row, first_column) = range.start().unwrap_or_default();
    let number = |index: usize| {
        usize::try_from(first_row)
            .unwrap_or_default()
            .saturating_add(index)
            .saturating_add(1)
    };
    let leading = usize::try_from(first_column).unwrap_or_default();
    let empty = Cell {
        text: String::new(),
        is_number: false,
    };
    Ok(range
        .rows()
        .enumerate()
        .map(|(index, row)| {
            let cells = std::iter::repeat_n(empty.clone(), leading)
                .chain(row.iter().map(cell))
                .collect();
            (number(index), cells)
        })
        .collect())
}

fn cell(data: &Data) -> Cell {
    Cell {
        text: data.to_string().trim().to_owned(),
        is_number: matches!(data, Data::Int(_) | Data::Float(_)),
    }
}

fn text(file: &str, bytes: &[u8]) -> Result<SheetRows, Problem> {
    let text = decoded(bytes).ok_or_else(|| {
        Problem::in_file(
            file,
            Text::new("is neither a spreadsheet nor text in UTF-8, UTF-16 or GB18030: save it as XLSX or as CSV in UTF-8", "既不是电子表格，也不是 UTF-8、UTF-16 或 GB18030 文本：请另存为 XLSX 或 UTF-8 编码的 CSV"),
        )
    })?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(&text))
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| csv_rows::unreadable(file, &error))?;
        let row = record
            .position()
            .and_then(|position| usize::try_from(position.line()).ok())
            .unwrap_or_default();
        let cells = record
            .iter()
            .map(|cell| Cell {
                text: cell.trim().to_owned(),
                is_number: false,
            })
            .collect();
        rows.push((row, cells));
    }
    Ok(rows)
}

fn decoded(bytes: &[u8]) -> Option<String> {
    let encodings = if bytes.starts_with(&[0xff, 0xfe]) {
        [UTF_16LE, UTF_16LE]
    } else if bytes.starts_with(&[0xfe, 0xff]) {
        [UTF_16BE, UTF_16BE]
    } else {
        [UTF_8, GB18030]
    };
    encodings.into_iter().find_map(|encoding| {
        let (text, malformed) = encoding.decode_with_bom_removal(bytes);
        (!malformed && !text.contains('\0')).then(|| text.into_owned())
    })
}

/// The separator that occurs most often in the first lines.
fn delimiter(text: &str) -> u8 {
    let count = |wanted: u8| {
        text.lines()
            .take(20)
            .flat_map(str::bytes)
            .filter(|byte| *byte == wanted)
            .count()
    };
    // The last of equal counts wins, so that the comma does.
    [b'\t', b';', b',']
        .into_iter()
        .max_by_key(|candidate| count(*candidate))
        .unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::testing::told;

    fn texts(bytes: &[u8]) -> Vec<(usize, Vec<String>)> {
        read("t.csv", bytes, None)
            .unwrap()
            .into_iter()
            .map(|(row, cells)| (row, cells.into_iter().map(|cell| cell.text).collect()))
            .collect()
    }

    #[test]
    fn text_is_read_in_the_encodings_of_the_trade() {
        let expected = vec![
            (1, vec!["税则号列".to_owned(), "协定税率".to_owned()]),
            (2, vec!["61101200".to_owned(), "5%".to_owned()]),
        ];
        let text = "税则号列,协定税率\n61101200, 5%\n";
        let (gb18030, _, _) = GB18030.encode(text);
        let utf16: Vec<u8> = [0xff, 0xfe]
            .into_iter()
            .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        assert_eq!(texts(text.as_bytes()), expected);
        assert_eq!(texts(format!("\u{feff}{text}").as_bytes()), expected);
        assert_eq!(texts(&gb18030), expected);
        assert_eq!(texts(&utf16), expected);
        assert_eq!(texts(text.replace(',', ";").as_bytes()), expected);
        assert_eq!(texts(text.replace(',', "\t").as_bytes()), expected);
    }

    #[test]
    fn what_is_no_table_is_refused() {
        for bytes in [&b"\x81"[..], b"a\0b\0", b"PK\x03\x04nothing"] {
            told(&[read("t", bytes, None).unwrap_err()]);
        }
    }
}
