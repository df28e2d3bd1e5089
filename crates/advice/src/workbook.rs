//! Reports as an XLSX workbook, one sheet each.

use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

use crate::document::{Block, Cell, Document, Table, display_width};

/// The widest a column is made, in characters; longer text wraps.
const WIDEST: usize = 60;
/// Height of a line of text, in points.
const LINE: u16 = 17;

/// The bytes of a workbook with one sheet for each report.
///
/// # Errors
/// When the workbook cannot be assembled, such as for a report too long for a
/// sheet.
pub fn workbook(documents: &[Document]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    for (index, document) in documents.iter().enumerate() {
        let sheet = book.add_worksheet();
        sheet.set_name(sheet_name(index, &document.title))?;
        sheet.set_paper_size(9);
        sheet.set_landscape();
        sheet.set_print_fit_to_pages(1, 0);
        write_document(sheet, document)?;
    }
    book.save_to_buffer()
}

/// Sheet names hold at most 31 characters and not every character; the number
/// keeps them apart.
fn sheet_name(index: usize, title: &str) -> String {
    let kept: String = title
        .chars()
        .filter(|character| !matches!(character, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\''))
        .take(26)
        .collect();
    format!("{} {}", index + 1, kept.trim())
}

struct Formats {
    title: Format,
    heading: Format,
    sentence: Format,
    head: Format,
    text: Format,
    number: Format,
}

fn formats() -> Formats {
    let boxed = || {
        Format::new()
            .set_border(FormatBorder::Thin)
            .set_align(FormatAlign::Top)
            .set_text_wrap()
    };
    Formats {
        title: Format::new().set_bold().set_font_size(14.0),
        heading: Format::new().set_bold(),
        sentence: Format::new().set_align(FormatAlign::Top),
        head: boxed().set_bold().set_background_color("#EEF1F5"),
        text: boxed(),
        number: boxed().set_align(FormatAlign::Right),
    }
}

fn write_document(sheet: &mut Worksheet, document: &Document) -> Result<(), XlsxError> {
    let formats = formats();
    let widths = column_widths(document);
    sheet.write_string_with_format(0, 0, &document.title, &formats.title)?;
    let mut row = 2;
    for block in &document.blocks {
        match block {
            Block::Heading(text) => {
                row += 1;
                sheet.write_string_with_format(row, 0, text, &formats.heading)?;
                row += 1;
            }
            Block::Text(text) => {
                sheet.write_string_with_format(row, 0, text, &formats.sentence)?;
                row += 1;
            }
            Block::List(points) => row = write_points(sheet, row, "• ", points, &formats)?,
            Block::Checklist(points) => row = write_points(sheet, row, "☐ ", points, &formats)?,
            Block::Table(table) => row = write_table(sheet, row, table, &widths, &formats)?,
        }
    }
    for (column, width) in (0_u16..).zip(widths) {
        // INVARIANT: at most `WIDEST` plus two.
        sheet.set_column_width(column, f64::from(u16::try_from(width).unwrap_or_default()))?;
    }
    Ok(())
}

fn write_points(
    sheet: &mut Worksheet,
    mut row: u32,
    mark: &str,
    points: &[String],
    formats: &Formats,
) -> Result<u32, XlsxError> {
    for point in points {
        sheet.write_string_with_format(row, 0, format!("{mark}{point}"), &formats.sentence)?;
        row += 1;
    }
    Ok(row)
}

fn write_table(
    sheet: &mut Worksheet,
    mut row: u32,
    table: &Table,
    widths: &[usize],
    formats: &Formats,
) -> Result<u32, XlsxError> {
    for (column, head) in (0_u16..).zip(&table.head) {
        sheet.write_string_with_format(row, column, head, &formats.head)?;
    }
    row += 1;
    for cells in &table.rows {
        for (column, cell) in (0_u16..).zip(cells) {
            match (cell, cell.as_str().parse::<f64>()) {
                (Cell::Number(text), Ok(value)) => {
                    let places = text.split_once('.').map_or(0, |(_, digits)| digits.len());
                    let pattern = if places == 0 {
                        "0".to_owned()
                    } else {
                        format!("0.{}", "0".repeat(places))
                    };
                    let format = formats.number.clone().set_num_format(pattern);
                    sheet.write_number_with_format(row, column, value, &format)?;
                }
                _ => {
                    sheet.write_string_with_format(row, column, cell.as_str(), &formats.text)?;
                }
            }
        }
        sheet.set_row_height(row, lines(cells, widths).saturating_mul(LINE))?;
        row += 1;
    }
    Ok(row + 1)
}

/// Lines the longest cell of a row takes when it wraps: not every program that
/// opens the workbook reckons the height of a row itself.
fn lines(cells: &[Cell], widths: &[usize]) -> u16 {
    cells
        .iter()
        .zip(widths)
        .map(|(cell, width)| display_width(cell.as_str()).div_ceil((*width).max(1)))
        .max()
        .and_then(|lines| u16::try_from(lines).ok())
        .unwrap_or(1)
        .max(1)
}

fn column_widths(document: &Document) -> Vec<usize> {
    let mut widths: Vec<usize> = Vec::new();
    let mut widen = |column: usize, text: &str| {
        if widths.len() <= column {
            widths.resize(column + 1, 8);
        }
        if let Some(width) = widths.get_mut(column) {
            *width = (*width).max(display_width(text).min(WIDEST) + 2);
        }
    };
    for block in &document.blocks {
        if let Block::Table(table) = block {
            for (column, head) in table.head.iter().enumerate() {
                widen(column, head);
            }
            for row in &table.rows {
                for (column, cell) in row.iter().enumerate() {
                    widen(column, cell.as_str());
                }
            }
        }
    }
    widths
}
