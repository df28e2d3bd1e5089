//! The rate: RCEP Articles 2.4 to 2.6, the concession lists of APTA, and the
//! most-favoured-nation duty they are compared with.

use jiff::civil::Date;
use smallvec::SmallVec;

use crate::agreement::Agreement;
use crate::country::Country;
use crate::determination::{Duty, RateAnswer, RateStatus};
use crate::hs::{HsCode, HsEdition};
use crate::outcome::Outcome;
use crate::quantity::Amount;
use crate::rate::Rate;
use crate::rulebook::RuleBook;
use crate::tariff::{ColumnKind, TariffLine, TariffTable};

/// A question about rates.
#[derive(Debug, Clone, Copy)]
pub struct RateQuestion {
    /// The importing country.
    pub importer: Country,
    /// The country of origin the preference is claimed for.
    pub origin: Country,
    /// The code; digits after the sixth are those of the importing country.
    pub code: HsCode,
    /// The edition of the code.
    pub edition: HsEdition,
    /// The day of importation.
    pub day: Date,
    /// The value duty is charged on.
    pub value: Option<Amount>,
}

/// The answer when the day is not known.
pub fn not_loaded() -> RateAnswer {
    RateAnswer {
        status: RateStatus::NotLoaded,
        table: None,
        mfn_table: None,
        lines: SmallVec::new(),
        mfn: Duty::NotLoaded,
        preferential: Duty::NotLoaded,
        saving: None,
        mfn_is_as_good: Outcome::Unknown,
    }
}

/// Looks up the most-favoured-nation and the preferential duty.
pub fn rate(book: &RuleBook, agreement: Agreement, question: &RateQuestion) -> RateAnswer {
    let mut answer = not_loaded();
    for (index, table) in book.tariffs.iter().enumerate() {
        if table.importer != question.importer || !table.period.contains(question.day) {
            continue;
        }
        let lines = candidate_lines(book, table, question);
        if answer.mfn == Duty::NotLoaded {
            let general: SmallVec<[usize; 2]> = table
                .columns_on(question.day, |kind| *kind == ColumnKind::General)
                .collect();
            if let Some(general) = general.first() {
                answer.mfn_table = Some(index);
                answer.mfn = duty(&lines, |line| mfn(table, line, *general, question.day));
                if answer.lines.is_empty() {
                    answer.lines = codes(&lines);
                }
            }
        }
        if answer.preferential == Duty::NotLoaded {
            let columns: SmallVec<[usize; 2]> = table
                .columns_on(question.day, |kind| {
                    is_preference(kind, agreement, question.origin)
                })
                .collect();
            if let Some(column) = columns.first() {
                answer.table = Some(index);
                answer.preferential = duty(&lines, |line| preference(table, line, *column));
                answer.lines = codes(&lines);
            }
        }
    }
    apply_margin(&mut answer, book, agreement, question);
    answer.status = status(&answer.preferential);
    compare(&mut answer, question.value);
    answer
}

fn is_preference(kind: &ColumnKind, agreement: Agreement, origin: Country) -> bool {
    match kind {
        ColumnKind::Preference {
            agreement: of,
            origins,
        }
        | ColumnKind::Margin {
            agreement: of,
            origins,
        } => *of == agreement && (origins.is_empty() || origins.contains(&origin)),
        _ => false,
    }
}

/// The lines the code may fall under on the day. A longer code that is no line
/// of this tariff is read by its six digits.
pub fn candidate_lines<'a>(
    book: &RuleBook,
    table: &'a TariffTable,
    question: &RateQuestion,
) -> SmallVec<[&'a TariffLine; 4]> {
    let on_the_day = |line: &&TariffLine| {
        line.season
            .is_none_or(|season| season.contains(question.day))
    };
    if table.edition == question.edition {
        let exact = table.lines_within(question.code);
        if !exact.is_empty() || question.code.digit_count() <= 6 {
            return exact.iter().filter(on_the_day).collect();
        }
    }
    let Some(subheading) = question.code.subheading() else {
        return SmallVec::new();
    };
    if table.edition == question.edition {
        return table
            .lines_within(subheading.code())
            .iter()
            .filter(on_the_day)
            .collect();
    }
    book.nomenclature
        .candidates(subheading, question.edition, table.edition)
        .into_iter()
        .flat_map(|candidate| table.lines_within(candidate.code()))
        .filter(on_the_day)
        .collect()
}

fn codes(lines: &[&TariffLine]) -> SmallVec<[HsCode; 2]> {
    lines.iter().map(|line| line.code).collect()
}

/// One duty when all lines agree, otherwise the different ones.
fn duty(lines: &[&TariffLine], of: impl Fn(&TariffLine) -> Option<Rate>) -> Duty {
    let mut found: SmallVec<[Option<Rate>; 2]> = SmallVec::new();
    for line in lines {
        let rate = of(line);
        if !found.contains(&rate) {
            found.push(rate);
        }
    }
    match found.as_mut_slice() {
        [] | [None] => Duty::NoRate,
        [Some(rate)] => Duty::Rate(std::mem::replace(rate, Rate::Excluded)),
        _ => Duty::OneOf(found.into_vec()),
    }
}

/// The most-favoured-nation duty that binds: the temporary rate replaces the
/// general one where it exists, and the lower of that and the bound rate of the
/// World Trade Organization applies.
fn mfn(table: &TariffTable, line: &TariffLine, general: usize, day: Date) -> Option<Rate> {
    let of_kind = |wanted: ColumnKind| {
        table
            .columns_on(day, |kind| *kind == wanted)
            .find_map(|column| table.rate(line, column))
    };
    let applied = of_kind(ColumnKind::Temporary).or_else(|| table.rate(line, general));
    let bound = of_kind(ColumnKind::Wto);
    match (applied, bound) {
        (Some(applied), Some(bound)) => Some(applied.clone().lower(bound.clone())),
        (one, other) => one.or(other).cloned(),
    }
}

/// The cell of the preference; a line that covers only part of its code states
/// its rate under a condition.
fn preference(table: &TariffTable, line: &TariffLine, column: usize) -> Option<Rate> {
    let rate = table.rate(line, column)?.clone();
    if line.conditional {
        Some(Rate::DependsOnProduct(vec![rate]))
    } else {
        Some(rate)
    }
}

/// Turns a margin of preference into a rate when the duty it is taken from is
/// one known percentage, and keeps it as a margin otherwise.
fn apply_margin(
    answer: &mut RateAnswer,
    book: &RuleBook,
    agreement: Agreement,
    question: &RateQuestion,
) {
    let is_margin = answer
        .table
        .and_then(|index| book.tariffs.get(index))
        .is_some_and(|table| {
            table
                .columns_on(question.day, |kind| {
                    is_preference(kind, agreement, question.origin)
                })
                .next()
                .and_then(|column| table.columns.get(column))
                .is_some_and(|column| matches!(column.kind, ColumnKind::Margin { .. }))
        });
    if !is_margin {
        return;
    }
    let Duty::Rate(Rate::AdValorem(margin)) = answer.preferential else {
        return;
    };
    answer.preferential = match &answer.mfn {
        Duty::Rate(Rate::AdValorem(duty)) => duty
            .less_margin(margin)
            .map_or(Duty::Margin(margin), |rate| {
                Duty::Rate(Rate::AdValorem(rate))
            }),
        _ => Duty::Margin(margin),
    };
}

fn status(preferential: &Duty) -> RateStatus {
    match preferential {
        Duty::NotLoaded | Duty::Margin(_) => RateStatus::NotLoaded,
        Duty::NoRate => RateStatus::NoConcession,
        Duty::Rate(Rate::Excluded) => RateStatus::Excluded,
        Duty::Rate(rate) if rate.is_unconditional() => RateStatus::Known,
        Duty::Rate(_) => RateStatus::Conditional,
        Duty::OneOf(rates) => {
            let none = |rate: &Option<Rate>| matches!(rate, None | Some(Rate::Excluded));
            if rates.iter().all(none) {
                RateStatus::NoConcession
            } else {
                RateStatus::Conditional
            }
        }
    }
}

fn compare(answer: &mut RateAnswer, value: Option<Amount>) {
    let percent = |duty: &Duty| match duty {
        Duty::Rate(rate) => rate.ad_valorem(),
        _ => None,
    };
    if let (Some(mfn), Some(preferential)) = (percent(&answer.mfn), percent(&answer.preferential)) {
        answer.mfn_is_as_good = Outcome::known(mfn <= preferential);
        answer.saving = value.map(|value| mfn.saving_on(value, preferential));
    } else if answer.mfn == Duty::Rate(Rate::FREE) {
        answer.mfn_is_as_good = Outcome::Met;
    }
}

/// Whether the importing country grants a preference for the line at all.
pub fn concession(answer: &RateAnswer) -> Outcome {
    match (answer.status, &answer.preferential) {
        (_, Duty::Margin(_)) | (RateStatus::Known, _) => Outcome::Met,
        (RateStatus::NoConcession | RateStatus::Excluded, _) => Outcome::NotMet,
        (RateStatus::NotLoaded, _) => Outcome::Unknown,
        (RateStatus::Conditional, Duty::OneOf(rates)) => {
            let everywhere = rates
                .iter()
                .all(|rate| !matches!(rate, None | Some(Rate::Excluded)));
            if everywhere {
                Outcome::Met
            } else {
                Outcome::Unknown
            }
        }
        (RateStatus::Conditional, Duty::Rate(Rate::DependsOnProduct(rates))) => {
            // One rate under a condition leaves open whether the good meets it.
            let granted = rates.len() > 1 && !rates.contains(&Rate::Excluded);
            if granted {
                Outcome::Met
            } else {
                Outcome::Unknown
            }
        }
        (RateStatus::Conditional, _) => Outcome::Met,
    }
}
