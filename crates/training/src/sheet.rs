//! The workbooks of a session pack.

use originis_exchange::Lang;
use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Formula, Workbook, Worksheet, XlsxError};
use thiserror::Error;

use crate::pack::{Decided, Label, label};
use crate::question::{Facts, no_materials};

/// A workbook cannot be written.
#[derive(Debug, Error)]
#[error("the workbook cannot be written: {0}")]
pub struct SheetError(#[from] XlsxError);

/// Participants a results sheet has rows for.
const PARTICIPANTS: u32 = 40;

/// One sheet a case: its facts, its choices and room for the answer.
pub(crate) fn worksheet(decided: &[Decided<'_>], lang: Lang) -> Result<Vec<u8>, SheetError> {
    let mut workbook = new_workbook()?;
    let (bold, heading, wrap) = formats();
    let wrap_bold = bold.clone().set_text_wrap().set_align(FormatAlign::Top);
    for (number, one) in (1_u32..).zip(decided) {
        let sheet = workbook.add_worksheet();
        sheet.set_name(format!("{} {number}", label(lang, Label::Case)))?;
        sheet
            .set_landscape()
            .set_paper_size(9)
            .set_print_fit_to_pages(1, 0);
        for (column, width) in [(0, 34), (1, 14), (2, 10), (3, 16), (4, 12), (5, 12)] {
            sheet.set_column_width(column, width)?;
        }
        sheet.write_with_format(0, 0, &one.question.title, &bold)?;
        sheet.merge_range(1, 0, 1, 5, &one.question.story, &wrap)?;
        sheet.set_row_height(1, lines_high(&one.question.story, 98))?;
        let mut row = facts(sheet, 3, &one.question.facts, &heading, &wrap, lang)?;
        sheet.merge_range(row, 0, row, 5, &one.question.question, &wrap_bold)?;
        for (letter, choice) in ('A'..).zip(&one.question.choices) {
            row += 1;
            let text = format!("{letter}. {choice}");
            sheet.merge_range(row, 0, row, 5, &text, &wrap)?;
            sheet.set_row_height(row, lines_high(&text, 98))?;
        }
        row += 2;
        sheet.write_with_format(row, 0, label(lang, Label::YourAnswer), &heading)?;
        sheet.write_blank(row, 1, &heading)?;
        for change in &one.question.changes {
            row += 1;
            sheet.write_with_format(row, 0, change, &wrap)?;
            sheet.set_row_height(row, lines_high(change, 34))?;
            sheet.write_blank(row, 1, &heading)?;
        }
    }
    Ok(workbook.save_to_buffer()?)
}

/// One row a participant, one column a case, with the share of right answers.
pub(crate) fn results(decided: &[Decided<'_>], lang: Lang) -> Result<Vec<u8>, SheetError> {
    let mut workbook = new_workbook()?;
    let (_, heading, _) = formats();
    let heading = heading.set_align(FormatAlign::Top);
    let cell = Format::new().set_border(FormatBorder::Thin);
    let sheet = workbook.add_worksheet();
    sheet.set_name(label(lang, Label::Score))?;
    sheet
        .set_landscape()
        .set_paper_size(9)
        .set_print_fit_to_pages(1, 1);
    sheet.set_column_width(0, 22)?;
    // Room for headings of four lines; not every program makes it by itself.
    sheet.set_row_height(0, 64)?;
    sheet.write_with_format(0, 0, label(lang, Label::Participant), &heading)?;
    sheet.write_with_format(1, 0, label(lang, Label::Key), &heading)?;
    let mut last = 0;
    for (column, one) in (1_u16..).zip(decided) {
        let title = format!(
            "{} {column}: {}",
            label(lang, Label::Case),
            one.case.title.in_lang(lang)
        );
        sheet.write_with_format(0, column, title, &heading)?;
        sheet.set_column_width(column, 18)?;
        sheet.write_with_format(1, column, key_letter(&one.exercise.right), &heading)?;
        last = column;
    }
    let score = last + 1;
    sheet.write_with_format(0, score, label(lang, Label::Score), &heading)?;
    if last == 0 {
        return Ok(workbook.save_to_buffer()?);
    }
    let first_letter = rust_xlsxwriter::utility::column_number_to_name(1);
    let last_letter = rust_xlsxwriter::utility::column_number_to_name(last);
    for participant in 0..PARTICIPANTS {
        let row = participant + 2;
        let line = row + 1;
        for column in 0..=last {
            sheet.write_blank(row, column, &cell)?;
        }
        sheet.write_formula(
            row,
            score,
            Formula::new(format!(
                "SUMPRODUCT(--({first_letter}{line}:{last_letter}{line}={first_letter}$2:{last_letter}$2))"
            ))
            .set_result("0"),
        )?;
    }
    let share_row = PARTICIPANTS + 2;
    sheet.write_with_format(share_row, 0, label(lang, Label::Share), &heading)?;
    let percent = Format::new().set_num_format("0%");
    for column in 1..=last {
        let letter = rust_xlsxwriter::utility::column_number_to_name(column);
        let last_line = PARTICIPANTS + 2;
        sheet.write_formula_with_format(
            share_row,
            column,
            Formula::new(format!(
                "IF(COUNTA({letter}3:{letter}{last_line})=0,\"\",COUNTIF({letter}3:{letter}{last_line},{letter}2)/COUNTA({letter}3:{letter}{last_line}))"
            ))
            .set_result(""),
            &percent,
        )?;
    }
    sheet.set_freeze_panes(2, 1)?;
    Ok(workbook.save_to_buffer()?)
}

/// The letter of the choice that is right.
pub(crate) fn key_letter(right: &[bool]) -> String {
    ('A'..)
        .zip(right)
        .filter(|(_, right)| **right)
        .map(|(letter, _)| letter)
        .collect()
}

/// Fixed document dates keep the bytes the same from one run to the next.
fn new_workbook() -> Result<Workbook, XlsxError> {
    let mut workbook = Workbook::new();
    let created = rust_xlsxwriter::ExcelDateTime::from_ymd(2026, 1, 1)?;
    let properties = rust_xlsxwriter::DocProperties::new().set_creation_datetime(&created);
    workbook.set_properties(&properties);
    Ok(workbook)
}

/// The height in points of a row whose text wraps at `width` characters; a
/// Chinese character is as wide as two.
fn lines_high(text: &str, width: usize) -> u32 {
    let columns: usize = text
        .chars()
        .map(|letter| if letter.is_ascii() { 1 } else { 2 })
        .sum();
    let lines = columns.div_ceil(width).max(1);
    u32::try_from(lines).unwrap_or(1) * 16
}

fn formats() -> (Format, Format, Format) {
    (
        Format::new().set_bold(),
        Format::new()
            .set_bold()
            .set_text_wrap()
            .set_border(FormatBorder::Thin),
        Format::new().set_text_wrap().set_align(FormatAlign::Top),
    )
}

/// Writes the facts of a case and returns the row after them.
fn facts(
    sheet: &mut Worksheet,
    mut row: u32,
    facts: &Facts,
    heading: &Format,
    wrap: &Format,
    lang: Lang,
) -> Result<u32, XlsxError> {
    for line in &facts.lines {
        sheet.write_with_format(row, 0, &line.label, heading)?;
        sheet.merge_range(row, 1, row, 5, &line.text, wrap)?;
        row += 1;
    }
    row += 1;
    if let Some(nothing) = no_materials(facts, lang) {
        sheet.write(row, 0, nothing)?;
        return Ok(row + 2);
    }
    for (column, text) in (0..).zip(&facts.columns) {
        sheet.write_with_format(row, column, text, heading)?;
    }
    for material in facts.materials.iter().flatten() {
        row += 1;
        for (column, text) in (0..).zip(material.cells()) {
            sheet.write_with_format(row, column, text, wrap)?;
        }
    }
    Ok(row + 2)
}
