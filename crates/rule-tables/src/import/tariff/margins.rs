//! Lists of margins of preference whose entries name codes, ranges of codes and
//! exceptions: `serial,part,hs_spec,mop_percent,valid_from,note`.
//!
//! The national lines of the importing country are not known here. An entry
//! becomes the groups of the Harmonized System it covers wholly and the national
//! codes it prints; a subheading of which it covers only a part becomes a
//! conditional line.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use originis_rules_engine::hs::HsCode;
use originis_rules_engine::nomenclature::EditionCodes;
use originis_rules_engine::quantity::QuantityError;
use originis_rules_engine::rate::Rate;

use super::{Published, TableBuilder};
use crate::bilingual::{Text, unread};
use crate::problem::Problem;
use crate::tariff_file::TariffSidecar;

/// Marks an entry that covers only some goods of its codes.
const EX: &str = "ex";

pub(super) fn read(
    file: &str,
    text: &str,
    sidecar: &TariffSidecar,
    codes: &EditionCodes,
    left_out: &mut Vec<Problem>,
) -> Result<TableBuilder, Vec<Problem>> {
    let published = Published::read(
        file,
        text,
        &["serial", "hs_spec", "mop_percent", "valid_from", "note"],
    )?;
    let mut builder = TableBuilder::new(sidecar.columns.len());
    let mut problems = Vec::new();
    for (row, record) in &published.rows {
        let cell = |name: &str| published.cell(record, name);
        let entry = entry(&published, *row, cell("hs_spec"), codes, left_out);
        let percent = cell("mop_percent").parse().map_err(|error| {
            published.problem(*row, "mop_percent", unread::<QuantityError>(error))
        });
        let since = since(cell("valid_from"), cell("note")).ok_or_else(|| {
            published.problem(
                *row,
                "valid_from",
                Text::new(
                    "is not a date: expected YYYY-MM-DD",
                    "不是日期：应为 YYYY-MM-DD",
                ),
            )
        });
        let (mut covered, percent, since) = match (entry, percent, since) {
            (Ok(covered), Ok(percent), Ok(since)) => (covered, percent, since),
            (entry, percent, since) => {
                problems.extend(entry.err());
                problems.extend(percent.err());
                problems.extend(since.err());
                continue;
            }
        };
        if cell("note").split([';', ' ']).next() == Some(EX) {
            covered.values_mut().for_each(|part| {
                if *part == Part::Whole {
                    *part = Part::Some;
                }
            });
        }
        for (code, part) in covered {
            let added = add(
                &mut builder,
                sidecar,
                code,
                part,
                since,
                &Rate::AdValorem(percent),
            );
            problems.extend(
                added
                    .map_err(|message| published.problem(*row, "hs_spec", message))
                    .err(),
            );
        }
    }
    if problems.is_empty() {
        Ok(builder)
    } else {
        Err(problems)
    }
}

/// How much of a code an entry covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Whole,
    Some,
    Nothing,
}

/// The day an entry has its present wording: the date of its last amendment.
fn since(valid_from: &str, note: &str) -> Option<Date> {
    let amended = note
        .split([' ', ',', ';'])
        .filter_map(|word| word.parse::<Date>().ok())
        .max();
    let valid_from: Date = valid_from.parse().ok()?;
    Some(amended.map_or(valid_from, |date| date.max(valid_from)))
}

/// Writes an entry into every column that begins on or after its first day.
fn add(
    builder: &mut TableBuilder,
    sidecar: &TariffSidecar,
    code: HsCode,
    part: Part,
    since: Date,
    margin: &Rate,
) -> Result<(), Text> {
    for (index, column) in sidecar.columns.iter().enumerate() {
        if column.period.from.is_some_and(|from| from < since) {
            continue;
        }
        let stated = if part == Part::Nothing {
            Rate::Excluded
        } else {
            margin.clone()
        };
        let rate = match builder.get(code, index) {
            // What one entry leaves out another may take in.
            None | Some(Rate::Excluded) => stated,
            Some(_) if stated == Rate::Excluded => continue,
            // Two entries on one code: it depends on the product which.
            Some(earlier) => Rate::one_of([earlier.clone(), stated]),
        };
        builder
            .replace(code, None, index, rate)
            .map_err(|error| error.message())?;
    }
    builder.add_line(code, None);
    if part == Part::Some {
        builder.mark_conditional(code, None);
    }
    Ok(())
}

/// The codes an entry covers.
fn entry(
    published: &Published<'_>,
    row: usize,
    text: &str,
    codes: &EditionCodes,
    left_out: &mut Vec<Problem>,
) -> Result<BTreeMap<HsCode, Part>, Problem> {
    let (included, excepted) = match text.split_once("(except") {
        Some((included, excepted)) => (included, excepted.trim_end().trim_end_matches(')')),
        None => (text, ""),
    };
    let spans = |list: &str| -> Result<Vec<(HsCode, HsCode)>, Problem> {
        list.split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .map(|item| {
                span(item).ok_or_else(|| {
                    published.problem(
                        row,
                        "hs_spec",
                        Text::new(
                            format!("`{item}` is neither a code nor a range of codes"),
                            format!("`{item}` 既不是编码，也不是编码范围"),
                        ),
                    )
                })
            })
            .collect()
    };
    let mut covered = BTreeMap::new();
    for (from, to) in spans(included)? {
        let before = covered.len();
        include(&mut covered, codes, from, to);
        if covered.len() == before {
            left_out.push(published.problem(
                row,
                "hs_spec",
                Text::new(
                    format!(
                        "{from} to {to} names no code of HS {}: the entry is not loaded for it",
                        codes.edition()
                    ),
                    format!(
                        "{from} 至 {to} 不含 HS {} 的任何编码：该条目的此部分未载入",
                        codes.edition()
                    ),
                ),
            ));
        }
    }
    for (from, to) in spans(excepted)? {
        except(&mut covered, codes, from, to);
    }
    Ok(covered)
}

/// `0101`, `0101 to 0102`; the printed list also has `t0` for `to`.
fn span(item: &str) -> Option<(HsCode, HsCode)> {
    let item = item.replace(" t0 ", " to ");
    let (from, to) = item.split_once(" to ").unwrap_or((&item, &item));
    let (from, to): (HsCode, HsCode) = (from.parse().ok()?, to.parse().ok()?);
    // One exception is printed with its ends exchanged.
    Some(if from <= to { (from, to) } else { (to, from) })
}

fn subheadings_within(codes: &EditionCodes, from: HsCode, to: HsCode) -> Vec<HsCode> {
    codes
        .codes()
        .iter()
        .map(|subheading| subheading.code())
        .filter(|code| {
            (*code >= from || code.is_within(from)) && (*code <= to || code.is_within(to))
        })
        .collect()
}

/// The groups of the length of the ends, from one end to the other.
fn include(covered: &mut BTreeMap<HsCode, Part>, codes: &EditionCodes, from: HsCode, to: HsCode) {
    let length = from.digit_count().min(to.digit_count());
    if length <= 6 {
        let groups: BTreeSet<HsCode> = subheadings_within(codes, from, to)
            .into_iter()
            .filter_map(|code| code.prefix(length))
            .collect();
        covered.extend(groups.into_iter().map(|group| (group, Part::Whole)));
        return;
    }
    let (Some(first), Some(last)) = (from.prefix(6), to.prefix(6)) else {
        return;
    };
    for group in subheadings_within(codes, first, last) {
        let is_whole =
            (group != first || from.is_undivided()) && (group != last || to.is_undivided());
        if is_whole {
            covered.insert(group, Part::Whole);
            continue;
        }
        // Between two printed ends there may be lines that are not printed.
        if from != to {
            covered.insert(group, Part::Some);
        }
        for end in [from, to] {
            if end.is_within(group) {
                covered.insert(end, Part::Whole);
            }
        }
    }
}

/// Takes codes out again; groups that lose a part are broken up.
fn except(covered: &mut BTreeMap<HsCode, Part>, codes: &EditionCodes, from: HsCode, to: HsCode) {
    let ends = |code: HsCode| code.prefix(6).unwrap_or(code);
    let touched = subheadings_within(codes, ends(from), ends(to));
    let broken: Vec<HsCode> = covered
        .keys()
        .copied()
        .filter(|group| {
            group.digit_count() < 6 && touched.iter().any(|code| code.is_within(*group))
        })
        .collect();
    for group in broken {
        covered.remove(&group);
        for code in subheadings_within(codes, group, group) {
            covered.entry(code).or_insert(Part::Whole);
        }
    }
    for code in touched {
        let is_first = code == ends(from);
        let is_last = code == ends(to);
        let is_gone = (!is_first || from.digit_count() <= 6 || from.is_undivided())
            && (!is_last || to.digit_count() <= 6 || to.is_undivided());
        if is_gone {
            covered.insert(code, Part::Nothing);
        } else {
            covered.insert(code, Part::Some);
        }
    }
    for end in [from, to] {
        if end.digit_count() > 6 && !end.is_undivided() {
            covered.insert(end, Part::Nothing);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::testing::told;
    use originis_rules_engine::hs::{HsEdition, Subheading};

    fn covered(text: &str) -> Vec<(String, Part)> {
        let list = [
            10_121, 10_129, 10_221, 10_229, 30_247, 50_800, 250_510, 250_590, 252_210, 252_220,
            252_230, 20_810, 20_830, 20_890,
        ];
        let codes = EditionCodes::new(
            HsEdition::Hs2022,
            list.into_iter().filter_map(Subheading::new).collect(),
        );
        let published = Published {
            file: "list.csv",
            heading: Vec::new(),
            rows: Vec::new(),
        };
        let mut left_out = Vec::new();
        let covered = entry(&published, 2, text, &codes, &mut left_out).unwrap();
        told(&left_out);
        assert_eq!(left_out.is_empty(), !covered.is_empty(), "{text}");
        covered
            .into_iter()
            .map(|(code, part)| (code.compact(), part))
            .collect()
    }

    fn listed(expected: &[(&str, Part)]) -> Vec<(String, Part)> {
        expected
            .iter()
            .map(|(code, part)| ((*code).to_owned(), *part))
            .collect()
    }

    #[test]
    fn ranges_become_groups_of_their_own_length() {
        use Part::{Some, Whole};
        assert_eq!(
            covered("0101 to 0102"),
            listed(&[("0101", Whole), ("0102", Whole)])
        );
        assert_eq!(
            covered("0101 21 to 0102 21"),
            listed(&[("010121", Whole), ("010129", Whole), ("010221", Whole)])
        );
        assert_eq!(
            covered("0208 10 00 to 0208 90 10"),
            listed(&[
                ("020810", Whole),
                ("020830", Whole),
                ("020890", Some),
                ("02089010", Whole)
            ])
        );
        assert_eq!(
            covered("0508 00 20, 0508 00 30"),
            listed(&[("05080020", Whole), ("05080030", Whole)])
        );
        assert_eq!(covered("0302 47 00"), listed(&[("030247", Whole)]));
    }

    #[test]
    fn exceptions_leave_a_condition_behind() {
        use Part::{Nothing, Some, Whole};
        assert_eq!(
            covered("2522 (except 2522 30 00)"),
            listed(&[("252210", Whole), ("252220", Whole), ("252230", Nothing)])
        );
        assert_eq!(
            covered("2505 10 (except 2505 10 90)"),
            listed(&[("250510", Some), ("25051090", Nothing)])
        );
    }

    #[test]
    fn an_entry_of_unknown_codes_is_left_out_and_said() {
        assert_eq!(covered("9999"), listed(&[]));
    }

    #[test]
    fn an_entry_holds_from_its_last_amendment() {
        assert_eq!(
            since("2018-07-01", "ex; replaced 60/2021 2021-12-30")
                .unwrap()
                .to_string(),
            "2021-12-30"
        );
        assert_eq!(since("2022-05-01", "").unwrap().to_string(), "2022-05-01");
        assert_eq!(since("May", ""), None);
    }
}
