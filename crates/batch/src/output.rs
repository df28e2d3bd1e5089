//! Other forms of the output: the line loop writes delimited text, and these
//! writers turn its rows into JSON lines or a workbook.

use std::io::{self, Write};

use rust_xlsxwriter::{Format, Workbook, XlsxError};

use crate::input::record::{Span, last_boundary, next_record, unescaped};

/// Rows a worksheet can hold.
pub const SHEET_ROWS: u32 = 1_048_576;

/// Gathers delimited UTF-8 text until whole rows are at hand.
struct Rows {
    delimiter: u8,
    held: Vec<u8>,
    fields: Vec<Span>,
}

impl Rows {
    const fn new(delimiter: u8) -> Self {
        Self {
            delimiter,
            held: Vec::new(),
            fields: Vec::new(),
        }
    }

    /// Calls `each` for every whole row.
    fn add(
        &mut self,
        bytes: &[u8],
        each: impl FnMut(Vec<String>) -> io::Result<()>,
    ) -> io::Result<()> {
        self.held.extend_from_slice(bytes);
        let end = last_boundary(&self.held, self.delimiter);
        self.take(end, each)
    }

    fn finish(&mut self, each: impl FnMut(Vec<String>) -> io::Result<()>) -> io::Result<()> {
        self.take(self.held.len(), each)
    }

    fn take(
        &mut self,
        end: usize,
        mut each: impl FnMut(Vec<String>) -> io::Result<()>,
    ) -> io::Result<()> {
        let whole = self.held.get(..end).unwrap_or_default();
        let mut at = 0;
        while let Some(record) = next_record(whole, at, self.delimiter, &mut self.fields) {
            at = record.next;
            let row = self
                .fields
                .iter()
                .map(|span| {
                    let raw = whole.get(span.start..span.end).unwrap_or_default();
                    let mut value = Vec::new();
                    if span.escaped {
                        unescaped(raw, &mut value);
                    } else {
                        value.extend_from_slice(raw);
                    }
                    String::from_utf8_lossy(&value).into_owned()
                })
                .collect();
            each(row)?;
        }
        self.held.drain(..end);
        Ok(())
    }
}

/// Where a writer of rows stands in the text of the line loop.
#[derive(Debug, Default)]
struct Heading {
    /// Rows still to pass before the headings.
    titles: usize,
    headings: Option<Vec<String>>,
}

/// Turns rows into JSON lines, one object for each.
pub struct JsonRows {
    rows: Rows,
    heading: Heading,
}

impl JsonRows {
    /// Rows below `titles` title rows, which are left out.
    pub const fn new(delimiter: u8, titles: usize) -> Self {
        Self {
            rows: Rows::new(delimiter),
            heading: Heading {
                titles,
                headings: None,
            },
        }
    }

    /// Appends the objects of the rows that are complete with `bytes`.
    ///
    /// # Errors
    /// Never in practice: writing to memory does not fail.
    pub fn convert(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        let heading = &mut self.heading;
        self.rows.add(bytes, |row| json_row(heading, row, out))
    }

    /// Appends the object of a last row without a line ending.
    ///
    /// # Errors
    /// See [`Self::convert`].
    pub fn finish(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        let heading = &mut self.heading;
        self.rows.finish(|row| json_row(heading, row, out))
    }
}

fn json_row(heading: &mut Heading, row: Vec<String>, out: &mut Vec<u8>) -> io::Result<()> {
    if heading.titles > 0 {
        heading.titles -= 1;
        return Ok(());
    }
    let Some(headings) = &heading.headings else {
        let names = row
            .into_iter()
            .map(|name| name.trim_start_matches('\u{feff}').trim().to_owned())
            .collect();
        heading.headings = Some(names);
        return Ok(());
    };
    let blank = row.iter().all(|cell| cell.trim().is_empty());
    if blank {
        return Ok(());
    }
    let mut object = serde_json::Map::new();
    for (name, cell) in headings.iter().zip(row) {
        object.insert(name.clone(), cell.into());
    }
    serde_json::to_writer(&mut *out, &object)?;
    out.push(b'\n');
    Ok(())
}

/// A workbook in the making: the lines on one sheet, a summary before it.
pub struct Sheets {
    rows: Rows,
    workbook: Workbook,
    next: u32,
}

/// A workbook whose lines are written and whose summary is not.
pub struct PendingWorkbook {
    sheets: Sheets,
    out: Box<dyn Write + Send>,
}

impl PendingWorkbook {
    /// The sheets, to be written to `out`.
    pub fn new(sheets: Sheets, out: Box<dyn Write + Send>) -> Self {
        Self { sheets, out }
    }

    /// Writes the summary and the whole workbook.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(self, summary: &[SummaryBlock]) -> io::Result<()> {
        self.sheets.finish(summary, self.out)
    }
}

impl std::fmt::Debug for PendingWorkbook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PendingWorkbook")
    }
}

/// One block of the summary sheet: a title and rows of cells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SummaryBlock {
    /// What the rows show.
    pub title: String,
    /// The cells; the first row holds headings.
    pub rows: Vec<Vec<String>>,
}

fn sheet_error(error: XlsxError) -> io::Error {
    io::Error::other(error.to_string())
}

impl Sheets {
    /// An empty workbook whose sheets carry these names.
    ///
    /// # Errors
    /// When a name is no sheet name.
    pub fn new(delimiter: u8, summary: &str, lines: &str) -> io::Result<Self> {
        let mut workbook = Workbook::new();
        workbook
            .add_worksheet()
            .set_name(summary)
            .map_err(sheet_error)?;
        // Constant memory: rows go to a temporary file as they are written.
        workbook
            .add_worksheet_with_constant_memory()
            .map_err(sheet_error)?
            .set_name(lines)
            .map_err(sheet_error)?;
        Ok(Self {
            rows: Rows::new(delimiter),
            workbook,
            next: 0,
        })
    }

    /// Adds delimited UTF-8 text. Every cell is written as text, which a
    /// spreadsheet never evaluates, and keeps its leading zeros.
    ///
    /// # Errors
    /// When the sheet is full or cannot be written.
    pub fn add(&mut self, bytes: &[u8]) -> io::Result<()> {
        let (workbook, next) = (&mut self.workbook, &mut self.next);
        self.rows.add(bytes, |row| sheet_row(workbook, next, row))
    }

    /// Writes the summary and the whole workbook.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self, summary: &[SummaryBlock], mut out: impl Write) -> io::Result<()> {
        let (workbook, next) = (&mut self.workbook, &mut self.next);
        self.rows.finish(|row| sheet_row(workbook, next, row))?;
        let bold = Format::new().set_bold();
        let sheet = workbook.worksheet_from_index(0).map_err(sheet_error)?;
        let mut at = 0;
        for block in summary {
            sheet
                .write_string_with_format(at, 0, &block.title, &bold)
                .map_err(sheet_error)?;
            at += 1;
            for row in &block.rows {
                for (column, cell) in (0_u16..).zip(row) {
                    // Counts can be reckoned with; all else stays as it is written.
                    match cell.parse::<u32>() {
                        Ok(number) if column > 0 => sheet.write_number(at, column, number),
                        _ => sheet.write_string(at, column, cell),
                    }
                    .map_err(sheet_error)?;
                }
                at += 1;
            }
            at += 1;
        }
        // Wide enough for the fingerprint of the tables and for an amount.
        for (column, width) in [(0, 68), (1, 12), (2, 24)] {
            sheet.set_column_width(column, width).map_err(sheet_error)?;
        }
        let bytes = workbook.save_to_buffer().map_err(sheet_error)?;
        out.write_all(&bytes)?;
        out.flush()
    }
}

fn sheet_row(workbook: &mut Workbook, next: &mut u32, row: Vec<String>) -> io::Result<()> {
    if *next >= SHEET_ROWS {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("a worksheet holds {SHEET_ROWS} rows: use --format csv or ndjson"),
        ));
    }
    let sheet = workbook.worksheet_from_index(1).map_err(sheet_error)?;
    for (column, cell) in (0_u16..).zip(row) {
        if !cell.is_empty() {
            let text = cell.trim_start_matches('\u{feff}');
            sheet
                .write_string(*next, column, text)
                .map_err(sheet_error)?;
        }
    }
    *next += 1;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_lines_hold_every_column_of_every_row() {
        let mut out = Vec::new();
        let mut rows = JsonRows::new(b',', 1);
        {
            for part in [
                &b"title\nhs,note\n61"[..],
                b"1012,\"a\nb\"\n\n01",
                b"02,\"c,d\"",
            ] {
                rows.convert(part, &mut out).unwrap();
            }
            rows.finish(&mut out).unwrap();
        }
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "{\"hs\":\"611012\",\"note\":\"a\\nb\"}\n{\"hs\":\"0102\",\"note\":\"c,d\"}\n"
        );
    }

    #[test]
    fn a_workbook_keeps_text_as_text() {
        let mut sheets = Sheets::new(b',', "summary", "lines").unwrap();
        sheets.add(b"hs,note\n0102,=1+1\n").unwrap();
        sheets.add(b"0103,x").unwrap();
        let mut bytes = Vec::new();
        let block = SummaryBlock {
            title: "Lines".to_owned(),
            rows: vec![vec!["all".to_owned(), "2".to_owned()]],
        };
        sheets.finish(&[block], &mut bytes).unwrap();
        let mut read: calamine::Xlsx<_> =
            calamine::open_workbook_from_rs(io::Cursor::new(bytes)).unwrap();
        let lines = calamine::Reader::worksheet_range(&mut read, "lines").unwrap();
        let cell = |row, column| lines.get_value((row, column)).unwrap().to_string();
        assert_eq!(
            (cell(1, 0), cell(1, 1), cell(2, 0)),
            ("0102".to_owned(), "=1+1".to_owned(), "0103".to_owned())
        );
        let summary = calamine::Reader::worksheet_range(&mut read, "summary").unwrap();
        assert_eq!(
            summary.get_value((1, 1)),
            Some(&calamine::Data::Float(2.0)),
            "a count is a number"
        );
    }
}
