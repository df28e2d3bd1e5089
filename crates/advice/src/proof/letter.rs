//! What goes into the origin box of the proof: the RCEP criterion with its
//! qualifiers, or the APTA letter with its percentage the right way round.

use originis_exchange::Lang;
use originis_rules_engine::determination::{Criterion, Determination, Figures, Test};
use originis_rules_engine::outcome::Outcome;
use originis_rules_engine::quantity::percentage_for_display;
use serde::Serialize;

/// The entry of the origin box.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OriginEntry {
    /// What is printed, such as `CTC DMI` or `B 41.67%`.
    pub entry: String,
    /// The percentage printed.
    pub percentage: Option<String>,
    /// What the percentage is a share of, and on which side of its threshold
    /// it must lie.
    pub meaning: Option<String>,
}

/// The entry for an originating good; `None` for any other.
pub fn origin_entry(determination: &Determination, lang: Lang) -> Option<OriginEntry> {
    let criterion = *determination.origin.criteria.first()?;
    let mut entry = criterion.symbol().to_owned();
    let share = match criterion {
        Criterion::AptaContent => share(determination, Test::ValueContent),
        Criterion::AptaLeastDeveloped => share(determination, Test::LeastDeveloped),
        Criterion::AptaAggregate => share(determination, Test::AggregateContent),
        _ => None,
    };
    if determination.origin.cumulation_used && !is_apta(criterion) {
        entry.push_str(" ACU");
    }
    if determination.origin.de_minimis_used {
        entry.push_str(" DMI");
    }
    let Some((percentage, threshold)) = share else {
        return Some(OriginEntry {
            entry,
            percentage: None,
            meaning: None,
        });
    };
    entry.push(' ');
    entry.push_str(&percentage);
    entry.push('%');
    let meaning = match (criterion == Criterion::AptaAggregate, lang) {
        (true, Lang::En) => format!(
            "share of FOB that comes from the Participating States: not less than {threshold} %"
        ),
        (true, Lang::Zh) => format!("成员国累计成分占FOB的比例：不低于{threshold} %"),
        (false, Lang::En) => {
            format!("share of FOB that is not originating: not more than {threshold} %")
        }
        (false, Lang::Zh) => format!("非原产成分占FOB的比例：不高于{threshold} %"),
    };
    Some(OriginEntry {
        entry,
        percentage: Some(percentage),
        meaning: Some(meaning),
    })
}

const fn is_apta(criterion: Criterion) -> bool {
    matches!(
        criterion,
        Criterion::AptaWholly
            | Criterion::AptaContent
            | Criterion::AptaAggregate
            | Criterion::AptaLeastDeveloped
            | Criterion::AptaSector
    )
}

/// The share a finding rests on, rounded to the side of failing, with its
/// threshold in whole per cent.
fn share(determination: &Determination, test: Test) -> Option<(String, i32)> {
    determination
        .origin
        .findings
        .iter()
        .filter(|finding| finding.test == test && finding.outcome == Outcome::Met)
        .find_map(|finding| match finding.figures() {
            Figures::ShareOfFob {
                part: Some(part),
                fob: Some(fob),
                threshold,
            } => {
                let text = if test == Test::AggregateContent {
                    percentage_for_display(part.0, fob.0)?
                } else {
                    rounded_up(part.0, fob.0)?
                };
                Some((text, threshold.as_percent()))
            }
            _ => None,
        })
}

/// A share that may not exceed a threshold is rounded up, so that it never
/// prints lower than it is.
pub(crate) fn rounded_up(part: i128, whole: i128) -> Option<String> {
    percentage_for_display(-part, whole)
        .map(|text| text.strip_prefix('-').map_or(text.clone(), str::to_owned))
}
