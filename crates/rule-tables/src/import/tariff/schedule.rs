//! Schedules of commitments: `code`, the base rate and one column for each year.

use originis_rules_engine::hs::{HsCode, HsError};
use originis_rules_engine::quantity::Percent;
use originis_rules_engine::rate::{Rate, SpecificRate};

use super::{Published, TableBuilder, position};
use crate::bilingual::{Text, unread};
use crate::problem::Problem;
use crate::tariff_file::TariffSidecar;

/// The mark of a line without a commitment.
const UNBOUND: &str = "U";

pub(super) fn read(
    file: &str,
    text: &str,
    sidecar: &TariffSidecar,
) -> Result<TableBuilder, Vec<Problem>> {
    let published = Published::read(file, text, &["code"])?;
    let columns: Vec<(&str, usize)> = published
        .heading
        .iter()
        .filter_map(|name| Some((name.as_str(), position(sidecar, name)?)))
        .collect();
    let mut problems: Vec<Problem> = published
        .heading
        .iter()
        .filter(|name| *name != "code" && position(sidecar, name).is_none())
        .map(|name| {
            published.problem(
                1,
                name,
                Text::new(
                    "is not described in the sidecar: add a [[column]] of this name",
                    "说明文件中没有该列：请添加同名的 [[column]]",
                ),
            )
        })
        .collect();
    let mut builder = TableBuilder::new(sidecar.columns.len());
    for (row, record) in &published.rows {
        let code: HsCode = match published.cell(record, "code").parse() {
            Ok(code) => code,
            Err(error) => {
                problems.push(published.problem(*row, "code", unread::<HsError>(error)));
                continue;
            }
        };
        for (name, column) in &columns {
            let text = published.cell(record, name);
            let set = match rate(text) {
                Some(rate) => builder
                    .set(code, None, *column, rate)
                    .map_err(|error| error.message()),
                None => Err(Text::new(
                    format!("`{text}` is no rate this importer knows"),
                    format!("`{text}` 不是可识别的税率"),
                )),
            };
            problems.extend(
                set.err()
                    .map(|message| published.problem(*row, name, message)),
            );
        }
    }
    if problems.is_empty() {
        Ok(builder)
    } else {
        Err(problems)
    }
}

/// The rates of the RCEP schedules; dollars are Australian.
fn rate(text: &str) -> Option<Rate> {
    if text == UNBOUND {
        return Some(Rate::Excluded);
    }
    if let Some((percent, specific)) = text.split_once(", or, if lower, ") {
        return Some(Rate::LowerOf(vec![
            Rate::AdValorem(percentage(percent)?),
            Rate::Specific(dollars(specific)?),
        ]));
    }
    if let Some((percent, each)) = text.split_once(" and ") {
        return Some(Rate::Compound(
            percentage(percent.trim_end_matches(','))?,
            dollars(each)?,
        ));
    }
    if text.starts_with('$') {
        return dollars(text).map(Rate::Specific);
    }
    percentage(text).map(Rate::AdValorem)
}

fn percentage(text: &str) -> Option<Percent> {
    text.strip_suffix('%')?.parse().ok()
}

/// `$1.220/kg`, `$0.45/kg TSS*`, `$12,000 each`.
fn dollars(text: &str) -> Option<SpecificRate> {
    let amount = text
        .strip_prefix('$')?
        .trim_end_matches('*')
        .replace(',', "");
    let (amount, per) = match amount.strip_suffix(" each") {
        Some(amount) => (amount, "piece"),
        None => amount.split_once('/')?,
    };
    Some(SpecificRate {
        amount: amount.parse().ok()?,
        currency: "AUD".to_owned(),
        per: per.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::rate;

    #[test]
    fn reads_the_rates_of_the_schedules() {
        for (printed, expected) in [
            ("0%", "free"),
            ("14.7%", "14.7%"),
            ("U", "excluded"),
            ("$1.220/kg", "1.22 AUD/kg"),
            (
                "5%, or, if lower, $0.45/kg TSS*",
                "lower(5%, 0.45 AUD/kg TSS)",
            ),
            ("5%, and $12,000 each", "5% + 12000 AUD/piece"),
            ("4% and $9,600 each", "4% + 9600 AUD/piece"),
        ] {
            assert_eq!(rate(printed), expected.parse().ok(), "{printed}");
        }
        for printed in ["", "5", "5% or so", "$", "€5/kg"] {
            assert_eq!(rate(printed), None, "{printed}");
        }
    }
}
