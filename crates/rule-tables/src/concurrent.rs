//! Tables that would answer the same question, or none at all: the engine takes
//! the first answer it finds, so a second one is refused here, never ignored.

use originis_rules_engine::agreement::{AgreementBook, AppendixTable, ProductRuleTable};
use originis_rules_engine::tariff::ColumnKind;

use crate::bilingual::Text;
use crate::load::sidecar_path;
use crate::problem::Problem;
use crate::tariff_file::Loaded;

/// A table with the path of its sidecar.
#[derive(Debug)]
pub struct Placed<T> {
    /// Path of the sidecar.
    pub sidecar: String,
    /// The table.
    pub table: T,
}

/// Every pair of an earlier and a later table.
fn pairs<T>(tables: &[Placed<T>]) -> impl Iterator<Item = (&Placed<T>, &Placed<T>)> {
    tables.iter().enumerate().flat_map(|(index, later)| {
        tables
            .iter()
            .take(index)
            .map(move |earlier| (earlier, later))
    })
}

/// Two tables of product rules of one agreement on the same days.
pub fn product_rules(tables: &[Placed<ProductRuleTable>], problems: &mut Vec<Problem>) {
    for (earlier, later) in pairs(tables) {
        if earlier.table.period.overlaps(&later.table.period) {
            problems.push(
                Problem::in_file(
                    &later.sidecar,
                    Text::new(format!("the product rules hold on the same days as those of {}: end one table with valid_to before the other begins, or state replaces = \"{}\"",
                        earlier.sidecar,
                        table_of(&earlier.sidecar)), format!("产品特定规则与 {} 中的规则适用日期重叠：请用 valid_to 使一个表在另一个表开始之前结束，或写明 replaces = \"{}\"",
                        earlier.sidecar,
                        table_of(&earlier.sidecar))),
                )
                .at_column("valid_from"),
            );
        }
    }
}

/// Two appendices of one importing Party.
pub fn appendices(tables: &[Placed<AppendixTable>], problems: &mut Vec<Problem>) {
    for (earlier, later) in pairs(tables) {
        if earlier.table.importer == later.table.importer {
            problems.push(
                Problem::in_file(
                    &later.sidecar,
                    Text::new(format!("{} already lists the appendix of {}: join the lines in one table, or state replaces = \"{}\"",
                        earlier.sidecar,
                        later.table.importer,
                        table_of(&earlier.sidecar)), format!("{} 已列有 {} 的附录：请将税目合并到一个表中，或写明 replaces = \"{}\"",
                        earlier.sidecar,
                        later.table.importer,
                        table_of(&earlier.sidecar))),
                )
                .at_column("importer"),
            );
        }
    }
}

/// Columns that can never be used: for days outside the table, or between
/// countries the agreement does not bind.
pub fn unreachable_columns(
    tariffs: &[Loaded],
    agreements: &[AgreementBook],
    problems: &mut Vec<Problem>,
) {
    for tariff in tariffs {
        let table = &tariff.table;
        let sidecar = sidecar_path(&tariff.path);
        for column in table.columns.iter() {
            let mut report = |message: Text| {
                problems.push(Problem::in_file(&sidecar, message).at_column(&column.name));
            };
            if !table.period.overlaps(&column.period) {
                report(Text::new(
                    "the column holds only on days outside the table, so it can never be used: correct its dates or those of the table",
                    "该列的适用日期都在表的适用日期之外，因此永远不会适用：请更正该列或该表的日期",
                ));
            }
            let (ColumnKind::Preference { agreement, origins }
            | ColumnKind::Margin { agreement, origins }) = &column.kind
            else {
                continue;
            };
            let Some(terms) = agreements
                .iter()
                .find(|terms| terms.agreement == *agreement)
            else {
                report(Text::new(
                    format!(
                        "the terms of {agreement} are not loaded: add {}/agreement.toml",
                        agreement.name().to_ascii_lowercase()
                    ),
                    format!(
                        "{agreement} 的协定条款未载入：请添加 {}/agreement.toml",
                        agreement.name().to_ascii_lowercase()
                    ),
                ));
                continue;
            };
            for country in origins.iter().chain([&table.importer]) {
                if terms.party(*country).is_none() {
                    report(Text::new(
                        format!(
                            "{country} is no Party of {agreement}, so the column can never be used for it: correct the country or the agreement"
                        ),
                        format!(
                            "{country} 不是 {agreement} 的缔约方，该列对其不会适用：请更正国家或协定"
                        ),
                    ));
                }
            }
            if origins.contains(&table.importer) {
                report(Text::new(
                    format!(
                        "{} is the importing country itself: remove it from the origins",
                        table.importer
                    ),
                    format!("{} 就是进口国本身：请从 origins 中删去", table.importer),
                ));
            }
        }
    }
}

/// The path of the table a sidecar describes.
fn table_of(sidecar: &str) -> String {
    format!("{}.csv", sidecar.strip_suffix(".toml").unwrap_or(sidecar))
}
