//! The rate: RCEP Articles 2.4 to 2.6, the concession lists of APTA, and the
//! most-favoured-nation duty they are compared with.

use std::sync::Arc;

use jiff::civil::Date;
use smallvec::SmallVec;

use crate::agreement::{Agreement, Status};
use crate::country::Country;
use crate::determination::{Duty, RateAnswer, RateStatus};
use crate::hs::{HsCode, HsEdition, Subheading};
use crate::outcome::Outcome;
use crate::quantity::{Amount, Percent};
use crate::rate::Rate;
use crate::rulebook::RuleBook;
use crate::tariff::{ColumnKind, Season, TariffLine, TariffTable};

/// A question about rates.
#[derive(Debug, Clone, Copy)]
pub struct RateQuestion {
    /// The importing country.
    pub importer: Country,
    /// The country of origin the preference is claimed for.
    pub origin: Country,
    /// The code; digits after the sixth are those of the importing country, so a
    /// caller with another country's national code cuts it to six digits.
    pub code: HsCode,
    /// The edition of the code.
    pub edition: HsEdition,
    /// The day of importation.
    pub day: Date,
    /// The value duty is charged on.
    pub value: Option<Amount>,
}

/// Which seasonal lines of a tariff count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seasons {
    /// Those whose season the day of importation lies in.
    OfTheDay,
    /// All of them, for a span of days longer than a season.
    All,
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
    rate_in(book, agreement, question, Seasons::OfTheDay)
}

pub(crate) fn rate_in(
    book: &RuleBook,
    agreement: Agreement,
    question: &RateQuestion,
    seasons: Seasons,
) -> RateAnswer {
    let mut answer = not_loaded();
    let mut is_margin = false;
    for (index, table) in book.tariffs.iter().enumerate() {
        if table.importer != question.importer || !table.period.contains(question.day) {
            continue;
        }
        let candidates = candidates(book, table, question, seasons);
        let general = table.columns.general_on(question.day);
        if let (Duty::NotLoaded, Some(general)) = (&answer.mfn, general) {
            answer.mfn_table = Some(index);
            let columns = MfnColumns::of(table, general, question.day);
            answer.mfn = duty(&candidates, |line| mfn(table, line, &columns));
            if answer.lines.is_empty() {
                answer.lines = codes(&candidates);
            }
        }
        let preferred = table
            .columns
            .preference_on(question.day, agreement, question.origin);
        if let (Duty::NotLoaded, Some(column)) = (&answer.preferential, preferred) {
            answer.table = Some(index);
            answer.preferential = duty(&candidates, |line| preference(table, line, column));
            answer.lines = codes(&candidates);
            is_margin = table
                .columns
                .get(column)
                .is_some_and(|column| matches!(column.kind, ColumnKind::Margin { .. }));
        }
    }
    if is_margin {
        let margin = std::mem::replace(&mut answer.preferential, Duty::NoRate);
        answer.preferential = less_margin(&answer.mfn, margin);
    }
    answer.status = status(&answer.preferential);
    compare(&mut answer, question.value);
    answer
}

pub(crate) fn is_preference(kind: &ColumnKind, agreement: Agreement, origin: Country) -> bool {
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

/// The lines a good may fall under.
#[derive(Debug)]
pub(crate) struct Candidates<'a> {
    /// The lines, in code order.
    pub(crate) lines: SmallVec<[&'a TariffLine; 4]>,
    /// Whether the good falls under one of them for sure.
    pub(crate) exhaustive: bool,
    /// Whether the table states every line of the tariff, so that an empty cell
    /// means that there is no rate.
    pub(crate) complete: bool,
}

/// The lines the code may fall under. Between editions only the correlation
/// tells, never the digits.
pub(crate) fn candidates<'a>(
    book: &RuleBook,
    table: &'a TariffTable,
    question: &RateQuestion,
    seasons: Seasons,
) -> Candidates<'a> {
    let codes: SmallVec<[HsCode; 4]> = if table.edition == question.edition {
        SmallVec::from_iter([question.code])
    } else {
        question
            .code
            .subheading()
            .map_or_else(SmallVec::new, |code| {
                book.nomenclature
                    .candidates(code, question.edition, table.edition)
                    .into_iter()
                    .map(Subheading::code)
                    .collect()
            })
    };
    let complete = table.status != Status::Partial;
    let mut lines = SmallVec::new();
    let mut exhaustive = !codes.is_empty();
    for code in codes {
        let (within, around) = lines_for(table, code);
        let stands_alone = |line: &TariffLine| {
            line.code == code || (code.digit_count() == 6 && line.code.is_undivided())
        };
        exhaustive &= !around.is_empty()
            || (complete && !within.is_empty())
            || within.iter().any(stands_alone);
        for line in around.iter().chain(within) {
            let is_in_season = |season: Season| season.contains(question.day);
            if seasons == Seasons::All || line.season.is_none_or(is_in_season) {
                lines.push(line);
            }
        }
    }
    Candidates {
        lines,
        exhaustive,
        complete,
    }
}

/// The lines within a code, and those of the nearest group around it that the
/// table prints. National digits that are no line of this tariff are read by the
/// group they extend or, failing that, by the first six digits.
fn lines_for(table: &TariffTable, code: HsCode) -> (&[TariffLine], &[TariffLine]) {
    let group_around = |code: HsCode| {
        (2..code.digit_count())
            .rev()
            .filter_map(|len| code.prefix(len))
            .map(|group| table.lines_with(group))
            .find(|lines| !lines.is_empty())
            .unwrap_or_default()
    };
    if code.digit_count() > 6 {
        let exact = table.lines_with(code);
        if !exact.is_empty() {
            return (exact, &[]);
        }
        let group = group_around(code);
        if !group.is_empty() {
            return (&[], group);
        }
    }
    let code = code.prefix(6).unwrap_or(code);
    let within = table.lines_within(code);
    if within.first().is_some_and(|line| line.code == code) {
        return (within, &[]);
    }
    (within, group_around(code))
}

fn codes(candidates: &Candidates<'_>) -> SmallVec<[HsCode; 2]> {
    let mut codes: SmallVec<[HsCode; 2]> = SmallVec::with_capacity(candidates.lines.len());
    for line in &candidates.lines {
        if codes.last() != Some(&line.code) {
            codes.push(line.code);
        }
    }
    codes
}

/// One duty when all lines agree, otherwise the different ones.
fn duty(candidates: &Candidates<'_>, of: impl Fn(&TariffLine) -> Option<Rate>) -> Duty {
    let mut found: SmallVec<[Option<Rate>; 2]> = SmallVec::new();
    let mut before: Option<&TariffLine> = None;
    for line in &candidates.lines {
        // Lines that share their cells have one rate.
        let is_repeated = before.replace(line).is_some_and(|before| {
            Arc::ptr_eq(&before.cells, &line.cells) && before.conditional == line.conditional
        });
        if is_repeated {
            continue;
        }
        let rate = of(line);
        if !found.contains(&rate) {
            found.push(rate);
        }
    }
    let open = !candidates.exhaustive || candidates.lines.is_empty();
    if found.iter().all(Option::is_none) && (open || !candidates.complete) {
        return Duty::NotLoaded;
    }
    if open && !found.contains(&None) {
        found.push(None);
    }
    match found.as_mut_slice() {
        [] | [None] => Duty::NoRate,
        [rate] => rate.take().map_or(Duty::NoRate, Duty::Rate),
        _ => Duty::OneOf(found.into_vec()),
    }
}

/// The columns of a table that make up the most-favoured-nation duty of a day.
struct MfnColumns {
    general: usize,
    temporary: SmallVec<[usize; 4]>,
    wto: SmallVec<[usize; 4]>,
}

impl MfnColumns {
    fn of(table: &TariffTable, general: usize, day: Date) -> Self {
        Self {
            general,
            temporary: table.columns.temporary_on(day).collect(),
            wto: table.columns.wto_on(day).collect(),
        }
    }
}

/// The most-favoured-nation duty that binds: the temporary rate replaces the
/// general one where it exists, and the lower of that and the bound rate of the
/// World Trade Organization applies.
fn mfn(table: &TariffTable, line: &TariffLine, columns: &MfnColumns) -> Option<Rate> {
    let first_of = |columns: &[usize]| {
        columns
            .iter()
            .find_map(|column| table.rate(line, *column))
            .cloned()
    };
    let general = table.rate(line, columns.general).cloned();
    let applied = match (first_of(&columns.temporary), general) {
        // A temporary rate under a condition leaves the other goods at the
        // general rate.
        (Some(Rate::DependsOnProduct(rates)), Some(general)) if rates.len() == 1 => {
            Some(Rate::one_of(rates.into_iter().chain([general])))
        }
        (temporary, general) => temporary.or(general),
    };
    match (applied, first_of(&columns.wto)) {
        (Some(applied), Some(bound)) => Some(applied.lower(bound)),
        (one, other) => one.or(other),
    }
}

/// The cell of the preference; a line that covers only part of its code states
/// its rate under a condition.
fn preference(table: &TariffTable, line: &TariffLine, column: usize) -> Option<Rate> {
    let rate = table.rate(line, column)?.clone();
    Some(match rate {
        Rate::Excluded => rate,
        _ if !line.conditional => rate,
        Rate::DependsOnProduct(mut rates) => {
            if !rates.contains(&Rate::Excluded) {
                rates.push(Rate::Excluded);
            }
            Rate::DependsOnProduct(rates)
        }
        rate => Rate::DependsOnProduct(vec![rate]),
    })
}

/// Turns a margin of preference into a duty where the duty it is taken from is
/// one known percentage, and keeps it as a margin otherwise.
fn less_margin(mfn: &Duty, margin: Duty) -> Duty {
    let cells = match margin {
        Duty::Rate(cell) if cell != Rate::Excluded => vec![Some(cell)],
        Duty::OneOf(cells) => cells,
        other => return other,
    };
    let mut margins: Vec<Option<Percent>> = Vec::new();
    let mut add = |margin: Option<Percent>| {
        if !margins.contains(&margin) {
            margins.push(margin);
        }
    };
    for cell in cells {
        match cell {
            Some(Rate::AdValorem(margin)) => add(Some(margin)),
            Some(Rate::DependsOnProduct(rates)) => {
                let only = rates.len() == 1;
                rates.iter().for_each(|rate| add(rate.ad_valorem()));
                if only {
                    add(None);
                }
            }
            _ => add(None),
        }
    }
    let reduced = |margin: &Option<Percent>| match (mfn, margin) {
        (Duty::Rate(Rate::AdValorem(duty)), Some(margin)) => {
            duty.less_margin(*margin).map(Rate::AdValorem)
        }
        _ => None,
    };
    match margins.as_slice() {
        [] | [None] => Duty::NoRate,
        [Some(margin)] => reduced(&Some(*margin)).map_or(Duty::Margin(*margin), Duty::Rate),
        _ => {
            let rates: Vec<Option<Rate>> = margins.iter().map(reduced).collect();
            let all_told = rates
                .iter()
                .zip(&margins)
                .all(|(rate, margin)| rate.is_some() == margin.is_some());
            if all_told {
                Duty::OneOf(rates)
            } else {
                Duty::OneOfMargins(margins)
            }
        }
    }
}

fn status(preferential: &Duty) -> RateStatus {
    match preferential {
        Duty::NotLoaded | Duty::Margin(_) | Duty::OneOfMargins(_) => RateStatus::NotLoaded,
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
    let mfn = match &answer.mfn {
        Duty::Rate(rate) => rate,
        _ => return,
    };
    let preferential = match &answer.preferential {
        Duty::Rate(rate) => rate,
        _ => {
            if *mfn == Rate::FREE {
                answer.mfn_is_as_good = Outcome::Met;
            }
            return;
        }
    };
    if let (Some(mfn), Some(preferential)) = (mfn.ad_valorem(), preferential.ad_valorem()) {
        answer.mfn_is_as_good = Outcome::known(mfn <= preferential);
        answer.saving = value.map(|value| mfn.saving_on(value, preferential));
    } else if mfn.is_never_above(preferential) {
        answer.mfn_is_as_good = Outcome::Met;
    } else if preferential.is_never_above(mfn) && mfn.is_unconditional() {
        answer.mfn_is_as_good = Outcome::NotMet;
    }
}

/// Whether the importing country grants a preference for the line at all.
pub fn concession(answer: &RateAnswer) -> Outcome {
    match (answer.status, &answer.preferential) {
        (_, Duty::Margin(_)) | (RateStatus::Known, _) => Outcome::Met,
        (_, Duty::OneOfMargins(margins)) => {
            if margins.iter().all(Option::is_some) {
                Outcome::Met
            } else {
                Outcome::Unknown
            }
        }
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
