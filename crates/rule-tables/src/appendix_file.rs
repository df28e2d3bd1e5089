//! Lines with an additional domestic value condition (`<agreement>/appendix*.csv`,
//! RCEP Article 2.6.3).

use jiff::civil::{Date, date};
use originis_rules_engine::agreement::{AppendixTable, Party, Period};
use originis_rules_engine::country::Country;
use originis_rules_engine::hs::HsCode;
use originis_rules_engine::nomenclature::EditionCodes;

use crate::agreement_file::AgreementTerms;
use crate::bilingual::{Text, unread};
use crate::citations::Citations;
use crate::csv_rows::{self, Row};
use crate::nomenclature_file::{code, unknown_code};
use crate::problem::Problem;
use crate::sidecar::Described;

/// The heading of the table. Years are years of tariff commitments; `last_year`
/// is empty for a line without an end, and both are `unread` where the period
/// could not be read.
pub const HEADING: [&str; 5] = ["importer", "code", "first_year", "last_year", "source"];

/// Marks a period that could not be read.
pub const UNREAD: &str = "unread";

/// Reads the lines, one table for each importing Party in the file.
pub fn read(
    file: &str,
    text: &str,
    described: &Described,
    edition: &EditionCodes,
    terms: &AgreementTerms,
    citations: &mut Citations,
    problems: &mut Vec<Problem>,
) -> Vec<AppendixTable> {
    let mut tables: Vec<AppendixTable> = Vec::new();
    for row in csv_rows::read(file, text, &HEADING, problems) {
        let Some((importer, line, period)) = read_row(file, &row, edition, terms, problems) else {
            continue;
        };
        let position = match tables.iter().position(|table| table.importer == importer) {
            Some(position) => position,
            None => {
                tables.push(AppendixTable {
                    importer,
                    edition: edition.edition(),
                    lines: Vec::new(),
                    status: described.info.status,
                    citation: citations.number(&described.citation),
                });
                tables.len() - 1
            }
        };
        let Some(table) = tables.get_mut(position) else {
            continue;
        };
        if table.lines.iter().any(|(known, _)| *known == line) {
            problems.push(
                Problem::in_file(
                    file,
                    Text::new(
                        format!("{line} is listed twice for {importer}: remove one of the rows"),
                        format!("{line} 在 {importer} 名下重复列出：请删去其中一行"),
                    ),
                )
                .at_row(row.line)
                .at_column("code"),
            );
        } else {
            table.lines.push((line, period));
        }
    }
    for table in &mut tables {
        table.lines.sort_unstable_by_key(|(line, _)| *line);
    }
    tables
}

fn read_row(
    file: &str,
    row: &Row,
    edition: &EditionCodes,
    terms: &AgreementTerms,
    problems: &mut Vec<Problem>,
) -> Option<(Country, HsCode, Option<Period>)> {
    let at = |column: &str, message: Text| {
        Problem::in_file(file, message)
            .at_row(row.line)
            .at_column(column)
    };
    let line = code(file, row.line, "code", row.cell(1), problems)?;
    if line
        .subheading()
        .is_none_or(|subheading| edition.ordinal(subheading).is_none())
    {
        problems.push(unknown_code(
            file,
            row.line,
            "code",
            line,
            edition.edition(),
        ));
    }
    if row.cell(4).is_empty() {
        problems.push(at(
            "source",
            Text::new(
                "the row has no source: name where the line was read",
                "该行没有来源：请写明税目出自何处",
            ),
        ));
    }
    let importer = match row.cell(0).parse::<Country>() {
        Ok(importer) => importer,
        Err(error) => {
            problems.push(at("importer", unread(error)));
            return None;
        }
    };
    let Some(party) = terms.book.party(importer) else {
        problems.push(at(
            "importer",
            Text::new(
                format!("{importer} is no Party of the agreement: correct the code"),
                format!("{importer} 不是该协定的缔约方：请更正代码"),
            ),
        ));
        return None;
    };
    match row_period(party, terms.first_year, row.cell(2), row.cell(3)) {
        Ok(period) => Some((importer, line, period)),
        Err((column, message)) => {
            problems.push(at(column, message));
            None
        }
    }
}

fn row_period(
    party: &Party,
    first_year: Option<i16>,
    from: &str,
    to: &str,
) -> Result<Option<Period>, (&'static str, Text)> {
    if from == UNREAD && to == UNREAD {
        return Ok(None);
    }
    let first_year = first_year.ok_or((
        "first_year",
        Text::new("the agreement does not say which calendar year is year 1: set first_year in agreement.toml", "协定未写明第 1 年是哪个日历年：请在 agreement.toml 中设置 first_year"),
    ))?;
    let year = |column: &'static str, text: &str| {
        text.parse::<i16>()
            .ok()
            .filter(|year| (1..=100).contains(year))
            .ok_or_else(|| {
                (
                    column,
                    Text::new(format!("`{text}` is not a year of tariff commitments: expected 1 to 100, or `unread` in both columns"), format!("`{text}` 不是关税承诺的年次：应为 1 至 100，或两列均写 `unread`")),
                )
            })
    };
    let first = year("first_year", from)?;
    let last = if to.is_empty() {
        None
    } else {
        Some(year("last_year", to)?)
    };
    if last.is_some_and(|last| last < first) {
        return Err((
            "last_year",
            Text::new(
                "the line ends before it begins: correct the years",
                "税目的截止年次早于起始年次：请更正年次",
            ),
        ));
    }
    let start = year_start(party, first_year, first);
    // A Party that joined later cannot apply its appendix before it is bound.
    let from = start.max(party.membership.period.from);
    let to = last.and_then(|last| {
        year_start(party, first_year, last + 1).and_then(|next| next.yesterday().ok())
    });
    Ok(Some(Period { from, to }))
}

/// The first day of a year of tariff commitments. Year 1 begins on 1 January of
/// the first year for every Party; a Party whose years begin in April enters
/// year 2 in April of that same year.
pub fn year_start(party: &Party, first_year: i16, year: i16) -> Option<Date> {
    let month = i8::try_from(party.year_starts_in_month).ok()?;
    if year <= 1 {
        return Some(date(first_year, 1, 1));
    }
    let steps = if month == 1 { year - 1 } else { year - 2 };
    Date::new(first_year.checked_add(steps)?, month, 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use originis_rules_engine::agreement::{CitationId, Dated, Status};

    fn party(month: u8, bound_from: Date) -> Party {
        Party {
            country: "PH".parse().unwrap(),
            membership: Dated {
                value: (),
                period: Period {
                    from: Some(bound_from),
                    to: None,
                },
                citation: CitationId(0),
                status: Status::Secondary,
            },
            year_starts_in_month: month,
            tariff_differentials: true,
            least_developed: Vec::new(),
        }
    }

    #[test]
    fn years_step_in_january_or_april() {
        let january = party(1, date(2022, 1, 1));
        let april = party(4, date(2022, 1, 1));
        // 2026 is year 5; for April Parties year 6 begins in April 2026.
        assert_eq!(year_start(&january, 2022, 5), Some(date(2026, 1, 1)));
        assert_eq!(year_start(&april, 2022, 6), Some(date(2026, 4, 1)));
        assert_eq!(year_start(&april, 2022, 1), Some(date(2022, 1, 1)));
        assert_eq!(year_start(&april, 2022, 2), Some(date(2022, 4, 1)));
    }

    #[test]
    fn a_line_never_holds_before_its_party_is_bound() {
        let late = party(4, date(2023, 6, 2));
        let period = |from, to| row_period(&late, Some(2022), from, to).unwrap();
        assert_eq!(
            period("1", "14"),
            Some(Period {
                from: Some(date(2023, 6, 2)),
                to: Some(date(2035, 3, 31)),
            })
        );
        assert_eq!(period("1", "").unwrap().to, None);
        assert_eq!(period(UNREAD, UNREAD), None);
    }
}
