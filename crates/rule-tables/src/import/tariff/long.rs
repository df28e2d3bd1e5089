//! Tariffs with one row for each rate: `code,column,rate,adv_pct,form,notes`.

use originis_rules_engine::hs::{HsCode, HsError};
use originis_rules_engine::quantity::{Percent, QuantityError};
use originis_rules_engine::rate::Rate;
use originis_rules_engine::tariff::Season;

use super::{Published, TableBuilder, japanese, position};
use crate::bilingual::{Text, unread};
use crate::problem::Problem;
use crate::tariff_file::TariffSidecar;

/// How the rates are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rates {
    /// `rate` as printed in the Japanese tariff.
    Japanese,
    /// `adv_pct`; `form` says whether a specific duty exists beside it.
    Percentages,
}

/// Added to the name of a column that takes the rates printed in brackets, which
/// are not applied. Without such a column they stay where they are printed.
const IN_BRACKETS: &str = "_IN_BRACKETS";

pub(super) fn read(
    file: &str,
    text: &str,
    sidecar: &TariffSidecar,
    rates: Rates,
) -> Result<TableBuilder, Vec<Problem>> {
    let needed: &[&str] = match rates {
        Rates::Japanese => &["code", "column", "rate", "adv_pct", "form", "notes"],
        Rates::Percentages => &["code", "column", "adv_pct", "form"],
    };
    let published = Published::read(file, text, needed)?;
    let mut builder = TableBuilder::new(sidecar.columns.len());
    let mut problems = Vec::new();
    for (row, record) in &published.rows {
        let read = one(&published, sidecar, rates, *row, record);
        let set = read.and_then(|cell| {
            builder
                .set(cell.code, cell.season, cell.column, cell.rate)
                .map_err(|error| published.problem(*row, "column", error.message()))
        });
        problems.extend(set.err());
    }
    if problems.is_empty() {
        Ok(builder)
    } else {
        Err(problems)
    }
}

struct Cell {
    code: HsCode,
    season: Option<Season>,
    column: usize,
    rate: Rate,
}

fn one(
    published: &Published<'_>,
    sidecar: &TariffSidecar,
    rates: Rates,
    row: usize,
    record: &csv::StringRecord,
) -> Result<Cell, Problem> {
    let cell = |name: &str| published.cell(record, name);
    let code: HsCode = cell("code")
        .parse()
        .map_err(|error| published.problem(row, "code", unread::<HsError>(error)))?;
    let name = cell("column");
    let (rate, in_brackets) = match rates {
        Rates::Japanese => {
            let printed = japanese::read(cell("rate")).ok_or_else(|| {
                published.problem(
                    row,
                    "rate",
                    Text::new(
                        format!("`{}` is no rate this importer knows", cell("rate")),
                        format!("`{}` 不是可识别的税率", cell("rate")),
                    ),
                )
            })?;
            let rate = match printed.rate {
                // A footnote of the tariff, said in the row.
                rate @ Rate::AdValorem(_) if cell("form") == "conditional" => {
                    Rate::DependsOnProduct(vec![rate])
                }
                rate => rate,
            };
            (rate, printed.in_brackets)
        }
        Rates::Percentages => (
            percentage(cell("adv_pct"), cell("form"))
                .map_err(|message| published.problem(row, "adv_pct", message))?,
            false,
        ),
    };
    agrees(&rate, cell("adv_pct"), cell("form"))
        .map_err(|message| published.problem(row, "rate", message))?;
    let season =
        season(cell("notes")).map_err(|message| published.problem(row, "notes", message))?;
    let column = in_brackets
        .then(|| position(sidecar, &format!("{name}{IN_BRACKETS}")))
        .flatten()
        .or_else(|| position(sidecar, name))
        .ok_or_else(|| {
            published.problem(
                row,
                "column",
                Text::new(
                    format!(
                        "`{name}` is not described in the sidecar: add a [[column]] of this name"
                    ),
                    format!("说明文件中没有 `{name}` 列：请添加同名的 [[column]]"),
                ),
            )
        })?;
    Ok(Cell {
        code,
        season,
        column,
        rate,
    })
}

fn percentage(text: &str, form: &str) -> Result<Rate, Text> {
    let percent: Percent = text.parse().map_err(unread::<QuantityError>)?;
    match form {
        "free" | "adv" => Ok(Rate::AdValorem(percent)),
        "specific_or_mixed" => Ok(Rate::PartlyStated(percent)),
        _ => Err(Text::new(
            format!("`{form}` is not a form of rate: expected free, adv or specific_or_mixed"),
            format!("`{form}` 不是税率形式：应为 free、adv 或 specific_or_mixed"),
        )),
    }
}

/// Whether the rate is what the row says about it in its other cells.
fn agrees(rate: &Rate, percent: &str, form: &str) -> Result<(), Text> {
    let stated = match percent {
        "" => None,
        text => Some(text.parse::<Percent>().map_err(unread)?),
    };
    let agrees = match form {
        "free" => *rate == Rate::FREE,
        "adv" => rate.ad_valorem().is_some() && rate.ad_valorem() == stated,
        "specific" | "compound" | "conditional" => rate.ad_valorem().is_none() && stated.is_none(),
        _ => true,
    };
    if agrees {
        Ok(())
    } else {
        Err(Text::new(
            format!(
                "the rate is read as `{rate}`, but the row calls it {form} {percent}: correct one of them"
            ),
            format!("税率读作 `{rate}`，但该行写明为 {form} {percent}：请更正其一"),
        ))
    }
}

/// `… season MM-DD..MM-DD`, where the end may be `MM-end`.
fn season(notes: &str) -> Result<Option<Season>, Text> {
    let Some((_, text)) = notes.split_once("season ") else {
        return Ok(None);
    };
    let day = |text: &str| -> Option<(u8, u8)> {
        let (month, day) = text.split_once('-')?;
        let day = if day == "end" { 31 } else { day.parse().ok()? };
        Some((month.parse().ok()?, day))
    };
    text.split_once("..")
        .and_then(|(from, to)| {
            Some(Season {
                from: day(from)?,
                to: day(to)?,
            })
        })
        .map(Some)
        .ok_or_else(|| {
            Text::new(
                format!("`{text}` is not a season: expected MM-DD..MM-DD"),
                format!("`{text}` 不是季节：应为 MM-DD..MM-DD"),
            )
        })
}
