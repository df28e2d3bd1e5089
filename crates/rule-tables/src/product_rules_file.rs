//! Product-specific rules (`<agreement>/psr*.csv`, `<agreement>/sector-rules*.csv`).

use originis_rules_engine::agreement::{ProductRule, ProductRuleTable, Status};
use originis_rules_engine::hs::HsCode;
use originis_rules_engine::nomenclature::EditionCodes;
use originis_rules_engine::rule::{Alternative, OriginRule};
use originis_rules_engine::rulebook::Doubt;
use serde::Deserialize;
use toml::Spanned;

use crate::bilingual::{Text, unread};
use crate::citations::Citations;
use crate::csv_rows;
use crate::nomenclature_file::{code, unknown_code};
use crate::problem::Problem;
use crate::sidecar::{Described, DoubtRow, TableSection, describe, doubts};
use crate::toml_values::TomlFile;

/// The heading of the table.
pub const HEADING: [&str; 3] = ["level", "code", "rule"];

/// The sidecar: the table section, rows in doubt, and the groups of codes for
/// which a partial table is known to be complete.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sidecar {
    table: TableSection,
    #[serde(default)]
    doubt: Vec<DoubtRow>,
    #[serde(default)]
    complete: Vec<CompleteRow>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CompleteRow {
    first: Spanned<String>,
    last: Spanned<String>,
    note: Option<String>,
}

/// What the sidecar of a product-rule table says.
#[derive(Debug)]
pub struct ProductRulesDescribed {
    /// The table section with the doubts.
    pub described: Described,
    /// Groups of codes in which a code without a row has no rule.
    pub complete_within: Vec<(HsCode, HsCode)>,
}

/// Reads the sidecar.
pub fn read_sidecar(
    path: &str,
    file: &str,
    text: &str,
    problems: &mut Vec<Problem>,
) -> Option<ProductRulesDescribed> {
    let (toml, sidecar) = match TomlFile::read::<Sidecar>(file, text) {
        Ok(read) => read,
        Err(problem) => {
            problems.push(problem);
            return None;
        }
    };
    let mut described = describe(path, &toml, &sidecar.table, problems)?;
    described.info.doubts = doubts(&toml, &sidecar.doubt, problems);
    let mut complete_within = Vec::new();
    for row in &sidecar.complete {
        if row.note.as_deref().is_none_or(str::is_empty) {
            problems.push(toml.problem(
                "note",
                &row.first,
                Text::new(
                    "a range in which the table counts as complete needs a note that says why",
                    "视为完整的编码范围须在 note 中说明理由",
                ),
            ));
        }
        let first = toml.parse::<HsCode>("first", &row.first, problems);
        let last = toml.parse::<HsCode>("last", &row.last, problems);
        if let (Some(first), Some(last)) = (first, last) {
            if first > last {
                problems.push(toml.problem(
                    "last",
                    &row.last,
                    Text::new(
                        "the range ends before it begins: exchange the codes",
                        "范围的终点在起点之前：请对调两个编码",
                    ),
                ));
            }
            complete_within.push((first, last));
        }
    }
    Some(ProductRulesDescribed {
        described,
        complete_within,
    })
}

/// Reads the rows. Unless the table is partial they must govern every subheading
/// of the edition exactly once.
pub fn read(
    file: &str,
    text: &str,
    sidecar: &ProductRulesDescribed,
    edition: &EditionCodes,
    citations: &mut Citations,
    problems: &mut Vec<Problem>,
) -> ProductRuleTable {
    let info = &sidecar.described.info;
    let rows = csv_rows::read(file, text, &HEADING, problems);
    let mut rules: Vec<ProductRule> = Vec::with_capacity(rows.len());
    let mut lines: Vec<usize> = Vec::with_capacity(rows.len());
    let mut by_subheading: Vec<Option<u16>> = vec![None; edition.codes().len()];
    for row in &rows {
        let at = |column: &str, message: Text| {
            Problem::in_file(file, message)
                .at_row(row.line)
                .at_column(column)
        };
        let code = code(file, row.line, "code", row.cell(1), problems);
        let rule = match row.cell(2).parse::<OriginRule>() {
            Ok(rule) => Some(rule),
            Err(error) => {
                problems.push(at("rule", unread(error)));
                None
            }
        };
        let (Some(code), Some(rule)) = (code, rule) else {
            continue;
        };
        if level(code) != Some(row.cell(0)) {
            problems.push(at(
                "level",
                Text::new(format!("`{}` does not fit the code {code}: expected chapter, heading or subheading with 2, 4 or 6 digits",
                    row.cell(0)), format!("`{}` 与编码 {code} 不符：2 位、4 位、6 位编码应分别为 chapter、heading、subheading",
                    row.cell(0))),
            ));
            continue;
        }
        let printed = rule.to_string();
        if printed != row.cell(2) {
            problems.push(at(
                "rule",
                Text::new(
                    format!("the rule is not in its normal form: write it as `{printed}`"),
                    format!("规则未按规范写法书写：请写作 `{printed}`"),
                ),
            ));
        }
        for excluded in excluded_codes(&rule) {
            if !edition.has_group(excluded) {
                problems.push(unknown_code(
                    file,
                    row.line,
                    "rule",
                    excluded,
                    edition.edition(),
                ));
            }
        }
        let number = u16::try_from(rules.len()).unwrap_or(u16::MAX);
        let mut clash: Option<usize> = None;
        let from = edition
            .codes()
            .partition_point(|subheading| subheading.code() < code);
        let members = edition
            .codes()
            .iter()
            .skip(from)
            .take_while(|subheading| subheading.code().is_within(code))
            .count();
        for slot in by_subheading.iter_mut().skip(from).take(members) {
            match slot {
                Some(other) => clash = lines.get(usize::from(*other)).copied().or(clash),
                None => *slot = Some(number),
            }
        }
        if members == 0 {
            problems.push(unknown_code(
                file,
                row.line,
                "code",
                code,
                edition.edition(),
            ));
        }
        if let Some(line) = clash {
            problems.push(at(
                "code",
                Text::new(format!("{code} is already governed by row {line}: a subheading may have one rule only, so split or remove one of the rows"), format!("{code} 已适用第 {line} 行的规则：每个子目只能有一条规则，请拆分或删去其中一行")),
            ));
        }
        lines.push(row.line);
        rules.push(ProductRule {
            code,
            text: row.cell(2).to_owned(),
            rule,
        });
    }
    if info.status != Status::Partial {
        report_gaps(file, edition, &by_subheading, problems);
    }
    report_doubts_without_row(file, &info.doubts, &rules, problems);
    ProductRuleTable {
        edition: edition.edition(),
        period: info.period,
        citation: citations.number(&sidecar.described.citation),
        status: info.status,
        rules,
        by_subheading,
        complete_within: sidecar.complete_within.clone(),
    }
}

const fn level(code: HsCode) -> Option<&'static str> {
    match code.digit_count() {
        2 => Some("chapter"),
        4 => Some("heading"),
        6 => Some("subheading"),
        _ => None,
    }
}

fn excluded_codes(rule: &OriginRule) -> Vec<HsCode> {
    let mut codes = Vec::new();
    for (_, requirement) in rule.parts() {
        for alternative in &requirement.alternatives {
            if let Alternative::TariffShift(shift) = alternative
                && let Some(exclusion) = &shift.except
            {
                codes.extend(exclusion.named_codes());
            }
        }
    }
    codes
}

fn report_gaps(
    file: &str,
    edition: &EditionCodes,
    by_subheading: &[Option<u16>],
    problems: &mut Vec<Problem>,
) {
    for (subheading, slot) in edition.codes().iter().zip(by_subheading) {
        if slot.is_none() {
            problems.push(
                Problem::in_file(
                    file,
                    Text::new(format!("no row governs {subheading} of HS {}: add one, or state the status `partial`",
                        edition.edition()), format!("没有适用于 HS {} 子目 {subheading} 的行：请补充，或将状态写作 `partial`",
                        edition.edition())),
                )
                .at_column("code"),
            );
        }
    }
}

fn report_doubts_without_row(
    file: &str,
    doubts: &[Doubt],
    rules: &[ProductRule],
    problems: &mut Vec<Problem>,
) {
    for doubt in doubts {
        if !rules.iter().any(|rule| rule.code == doubt.code) {
            problems.push(
                Problem::in_file(
                    file,
                    Text::new(format!("the sidecar doubts {}, which has no row: correct the code of the doubt",
                        doubt.code), format!("说明文件将 {} 列为存疑，但表中没有该行：请更正存疑的编码",
                        doubt.code)),
                )
                .at_column("code"),
            );
        }
    }
}
