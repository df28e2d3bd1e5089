//! The rate over the years: RCEP schedules lower duties on fixed days, so the
//! answer without a date is one answer for each span of days.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};

use crate::agreement::{Agreement, Period};
use crate::country::Country;
use crate::determination::{Duty, RateAnswer};
use crate::hs::{HsCode, HsEdition};
use crate::law::concession::{RateQuestion, Seasons, candidates, is_preference, rate_in};
use crate::rulebook::RuleBook;
use crate::tariff::{ColumnKind, Season, TariffTable};

/// The duties for a code from the first to the last day of time, in consecutive
/// spans: a new span begins wherever a table, a column that bears on the answer
/// or a season begins or ends. Days no table covers say "not loaded".
pub fn rate_path(
    book: &RuleBook,
    agreement: Agreement,
    importer: Country,
    origin: Country,
    code: HsCode,
    edition: HsEdition,
) -> Vec<(Period, RateAnswer)> {
    let question = |day: Date| RateQuestion {
        importer,
        origin,
        code,
        edition,
        day,
        value: None,
    };
    let tables: Vec<&TariffTable> = book
        .tariffs
        .iter()
        .filter(|table| table.importer == importer)
        .collect();
    let mut starts = BTreeSet::new();
    for table in &tables {
        add_period(&mut starts, &table.period);
        for column in table.columns.iter() {
            if bears_on(&column.kind, agreement, origin) {
                add_period(&mut starts, &column.period);
            }
        }
    }
    let years = match (starts.first(), starts.last()) {
        (Some(first), Some(last)) => first.year()..=last.year(),
        _ => return vec![span(book, agreement, &question, None, None)],
    };
    for table in &tables {
        for line in candidates(book, table, &question(Date::MIN), Seasons::All).lines {
            if let Some(season) = line.season {
                add_season(&mut starts, season, years.clone(), &table.period);
            }
        }
    }
    let mut path: Vec<(Period, RateAnswer)> = Vec::new();
    let mut from = None;
    for start in starts.into_iter().map(Some).chain([None]) {
        let next = span(
            book,
            agreement,
            &question,
            from,
            start.and_then(|start| start.yesterday().ok()),
        );
        let is_silent =
            |answer: &RateAnswer| answer.mfn == Duty::NotLoaded && answer.table.is_none();
        match path.last_mut() {
            Some((period, answer)) if is_silent(answer) && is_silent(&next.1) => {
                period.to = next.0.to;
            }
            _ => path.push(next),
        }
        from = start;
    }
    path
}

fn bears_on(kind: &ColumnKind, agreement: Agreement, origin: Country) -> bool {
    matches!(
        kind,
        ColumnKind::General | ColumnKind::Temporary | ColumnKind::Wto
    ) || is_preference(kind, agreement, origin)
}

/// Adds the days on which something begins or has just ended.
fn add_period(starts: &mut BTreeSet<Date>, period: &Period) {
    starts.extend(period.from);
    starts.extend(period.to.and_then(|to| to.tomorrow().ok()));
}

fn add_season(
    starts: &mut BTreeSet<Date>,
    season: Season,
    years: std::ops::RangeInclusive<i16>,
    table: &Period,
) {
    for year in years {
        for (month, day) in [season.from, season.after()] {
            let start = match (i8::try_from(month), i8::try_from(day)) {
                (Ok(month), Ok(day)) => Date::new(year, month, day).ok(),
                _ => None,
            };
            starts.extend(start.filter(|day| table.contains(*day)));
        }
    }
}

fn span(
    book: &RuleBook,
    agreement: Agreement,
    question: &impl Fn(Date) -> RateQuestion,
    from: Option<Date>,
    to: Option<Date>,
) -> (Period, RateAnswer) {
    // Nothing changes inside the span except the season of an open one.
    let day = from.or(to).unwrap_or(date(2022, 1, 1));
    let seasons = if from.is_some() && to.is_some() {
        Seasons::OfTheDay
    } else {
        Seasons::All
    };
    let answer = rate_in(book, agreement, &question(day), seasons);
    (Period { from, to }, answer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agreement::{CitationId, Status};
    use crate::determination::RateStatus;
    use crate::law::concession::{concession, rate};
    use crate::nomenclature::Nomenclature;
    use crate::outcome::Outcome;
    use crate::rate::Rate;
    use crate::tariff::{NO_RATE, TariffColumn, TariffLine};

    const ALL_DAYS: Period = Period {
        from: None,
        to: None,
    };

    fn days(from: Date, to: Date) -> Period {
        Period {
            from: Some(from),
            to: Some(to),
        }
    }

    fn country(text: &str) -> Country {
        text.parse().unwrap()
    }

    fn preference(agreement: Agreement, origins: &[&str]) -> ColumnKind {
        ColumnKind::Preference {
            agreement,
            origins: origins.iter().copied().map(country).collect(),
        }
    }

    fn margin() -> ColumnKind {
        ColumnKind::Margin {
            agreement: Agreement::Apta,
            origins: Vec::new(),
        }
    }

    /// A table of rows `code season? cells…`; `-` is an empty cell, `code*` a
    /// conditional line.
    fn table(
        columns: &[(ColumnKind, Period)],
        rows: &[(&str, Option<Season>, &[&str])],
    ) -> TariffTable {
        let mut rates: Vec<Rate> = Vec::new();
        let mut lines: Vec<TariffLine> = rows
            .iter()
            .map(|(code, season, cells)| TariffLine {
                code: code.trim_end_matches('*').parse().unwrap(),
                season: *season,
                conditional: code.ends_with('*'),
                cells: cells
                    .iter()
                    .map(|cell| {
                        if *cell == "-" {
                            return NO_RATE;
                        }
                        rates.push(cell.parse().unwrap());
                        u16::try_from(rates.len() - 1).unwrap()
                    })
                    .collect(),
            })
            .collect();
        lines.sort_by_key(|line| line.code);
        TariffTable {
            id: "test".to_owned(),
            importer: country("JP"),
            edition: HsEdition::Hs2022,
            period: ALL_DAYS,
            status: Status::Official,
            citation: CitationId(0),
            columns: columns
                .iter()
                .map(|(kind, period)| TariffColumn {
                    name: format!("{kind:?}"),
                    kind: kind.clone(),
                    period: *period,
                })
                .collect::<Vec<_>>()
                .into(),
            lines: lines.into(),
            rates,
        }
    }

    fn book(tariffs: Vec<TariffTable>) -> RuleBook {
        RuleBook {
            fingerprint: String::new(),
            as_of: date(2026, 7, 9),
            nomenclature: Nomenclature::new(Vec::new(), Vec::new()),
            agreements: Vec::new(),
            tariffs,
            operations: Vec::new(),
            tables: Vec::new(),
            citations: vec![String::new()],
        }
    }

    fn ask(table: TariffTable, agreement: Agreement, code: &str) -> RateAnswer {
        rate(
            &book(vec![table]),
            agreement,
            &RateQuestion {
                importer: country("JP"),
                origin: country("CN"),
                code: code.parse().unwrap(),
                edition: HsEdition::Hs2022,
                day: date(2026, 7, 15),
                value: "1000".parse().ok(),
            },
        )
    }

    fn duty(text: &str) -> Duty {
        Duty::Rate(text.parse().unwrap())
    }

    #[test]
    fn the_lower_of_the_applied_and_the_bound_rate_is_the_mfn_duty() {
        let columns = [
            (ColumnKind::General, ALL_DAYS),
            (ColumnKind::Temporary, ALL_DAYS),
            (ColumnKind::Wto, ALL_DAYS),
            (preference(Agreement::Rcep, &["CN"]), ALL_DAYS),
        ];
        for (cells, mfn) in [
            (["5.8%", "-", "free", "1.8%"], "free"),
            (["10%", "4.2%", "6%", "1.8%"], "4.2%"),
            (["10%", "free", "6%", "1.8%"], "free"),
            (["5%", "8%", "-", "1.8%"], "8%"),
            (["-", "-", "7%", "1.8%"], "7%"),
            (
                ["35%", "depends(free)", "29.8%", "1.8%"],
                "depends(free, 29.8%)",
            ),
            (["-", "depends(?)", "-", "1.8%"], "depends(?)"),
        ] {
            let answer = ask(
                table(&columns, &[("392310000", None, &cells)]),
                Agreement::Rcep,
                "3923.10",
            );
            assert_eq!(answer.mfn, duty(mfn), "{cells:?}");
            assert_eq!(answer.preferential, duty("1.8%"));
        }
    }

    #[test]
    fn an_mfn_duty_as_low_as_the_preference_is_said_and_saves_nothing() {
        let columns = [
            (ColumnKind::General, ALL_DAYS),
            (preference(Agreement::Rcep, &[]), ALL_DAYS),
        ];
        for (mfn, preferential, as_good) in [
            ("free", "1.8%", Outcome::Met),
            ("1.8%", "1.8%", Outcome::Met),
            ("1.8%", "higher(2%, 5 JPY/kg)", Outcome::Met),
            ("5 JPY/kg", "5 JPY/kg", Outcome::Met),
            ("5 JPY/kg", "free", Outcome::NotMet),
            ("3%", "1.8%", Outcome::NotMet),
            ("3%", "5 JPY/kg", Outcome::Unknown),
            ("10% + ?", "free", Outcome::Unknown),
        ] {
            let answer = ask(
                table(&columns, &[("392310000", None, &[mfn, preferential])]),
                Agreement::Rcep,
                "3923.10",
            );
            assert_eq!(answer.mfn_is_as_good, as_good, "{mfn} {preferential}");
            if as_good == Outcome::Met
                && let Some(saving) = answer.saving
            {
                assert_eq!(saving.to_string(), "0.00");
            }
        }
    }

    #[test]
    fn an_empty_cell_is_no_concession_but_an_absent_line_is_not_loaded() {
        let columns = [
            (ColumnKind::General, ALL_DAYS),
            (preference(Agreement::Rcep, &[]), ALL_DAYS),
        ];
        let rows: [(&str, Option<Season>, &[&str]); 1] = [("392310000", None, &["5%", "-"])];
        let answer = ask(table(&columns, &rows), Agreement::Rcep, "3923.10");
        assert_eq!(answer.status, RateStatus::NoConcession);
        let absent = ask(table(&columns, &rows), Agreement::Rcep, "3923.21");
        assert_eq!(absent.status, RateStatus::NotLoaded);
        assert_eq!(absent.mfn, Duty::NotLoaded);
        let mut partial = table(&columns, &rows);
        partial.status = Status::Partial;
        let answer = ask(partial, Agreement::Rcep, "3923.10");
        assert_eq!(answer.status, RateStatus::NotLoaded);
    }

    #[test]
    fn lines_of_a_subheading_that_differ_leave_the_rate_open() {
        let columns = [(preference(Agreement::Rcep, &[]), ALL_DAYS)];
        let rows: [(&str, Option<Season>, &[&str]); 2] =
            [("620431100", None, &["8%"]), ("620431200", None, &["5.7%"])];
        let answer = ask(table(&columns, &rows), Agreement::Rcep, "6204.31");
        assert_eq!(answer.status, RateStatus::Conditional);
        assert_eq!(answer.lines.len(), 2);
        let answer = ask(table(&columns, &rows), Agreement::Rcep, "6204.31.100");
        assert_eq!(answer.preferential, duty("8%"));
        // The line of another country's tariff is read by its six digits.
        let answer = ask(table(&columns, &rows), Agreement::Rcep, "6204.3100");
        assert_eq!(answer.status, RateStatus::Conditional);
    }

    #[test]
    fn a_margin_is_found_by_the_printed_group_and_kept_without_an_mfn_duty() {
        let columns = [(margin(), ALL_DAYS)];
        let rows: [(&str, Option<Season>, &[&str]); 7] = [
            ("0101", None, &["40%"]),
            ("252230", None, &["excluded"]),
            ("030247", None, &["45%"]),
            ("05080020", None, &["40%"]),
            ("07089000", None, &["20%"]),
            ("120929*", None, &["30%"]),
            ("12092910", None, &["30%"]),
        ];
        let of = |code: &str| {
            let mut table = table(&columns, &rows);
            table.status = Status::Partial;
            ask(table, Agreement::Apta, code)
        };
        let percent = |text: &str| text.parse().unwrap();
        for (code, margin) in [
            ("0101.21.00", "40"),
            ("0101.21", "40"),
            ("0302.47.00", "45"),
            ("0508.00.20", "40"),
            ("0708.90", "20"),
            ("1209.29.10", "30"),
        ] {
            let answer = of(code);
            assert_eq!(answer.preferential, Duty::Margin(percent(margin)), "{code}");
            assert_eq!(answer.status, RateStatus::NotLoaded, "no figure is shown");
            assert_eq!(concession(&answer), Outcome::Met);
        }
        for code in ["0508.00", "0508.00.30", "1209.29", "1209.29.90"] {
            let answer = of(code);
            assert!(
                matches!(answer.preferential, Duty::OneOfMargins(_)),
                "{code}"
            );
            assert_eq!(concession(&answer), Outcome::Unknown, "{code}");
        }
        assert_eq!(of("2522.30").status, RateStatus::Excluded);
        assert_eq!(of("0102.21").preferential, Duty::NotLoaded);
        assert_eq!(concession(&of("0102.21")), Outcome::Unknown);
    }

    #[test]
    fn duties_by_quantity_are_compared_where_their_units_agree() {
        let columns = [
            (ColumnKind::General, ALL_DAYS),
            (preference(Agreement::Rcep, &[]), ALL_DAYS),
        ];
        let mut seen = Vec::new();
        for (general, preferential) in [
            ("112 JPY/l", "50.91 JPY/l"),
            ("50.91 JPY/l", "112 JPY/l"),
            ("112 JPY/l", "5%"),
        ] {
            let table = table(&columns, &[("01012100", None, &[general, preferential])]);
            let answer = ask(table, Agreement::Rcep, "0101.21");
            assert_eq!(answer.saving, None);
            seen.push(answer.mfn_is_as_good);
        }
        assert_eq!(seen, [Outcome::NotMet, Outcome::Met, Outcome::Unknown]);
    }

    #[test]
    fn a_margin_reduces_a_known_mfn_duty() {
        let columns = [(ColumnKind::General, ALL_DAYS), (margin(), ALL_DAYS)];
        let answer = ask(
            table(&columns, &[("01012100", None, &["10%", "40%"])]),
            Agreement::Apta,
            "0101.21",
        );
        assert_eq!(answer.preferential, duty("6%"));
        assert_eq!(answer.saving.unwrap().to_string(), "40.00");
        let answer = ask(
            table(
                &columns,
                &[("01012100", None, &["10%", "depends(40%, 50%)"])],
            ),
            Agreement::Apta,
            "0101.21",
        );
        assert_eq!(
            answer.preferential,
            Duty::OneOf(vec!["6%".parse().ok(), "5%".parse().ok()])
        );
    }

    #[test]
    fn the_path_has_a_span_for_every_column_and_says_what_is_not_loaded() {
        let columns = [
            (
                preference(Agreement::Rcep, &[]),
                days(date(2022, 1, 1), date(2022, 12, 31)),
            ),
            (
                preference(Agreement::Rcep, &[]),
                days(date(2023, 1, 1), date(2023, 12, 31)),
            ),
        ];
        let tariff = table(&columns, &[("01012900", None, &["10%", "9%"])]);
        let path = rate_path(
            &book(vec![tariff]),
            Agreement::Rcep,
            country("JP"),
            country("AU"),
            "0101.29".parse().unwrap(),
            HsEdition::Hs2022,
        );
        let seen: Vec<(Period, Duty)> = path
            .into_iter()
            .map(|(period, answer)| (period, answer.preferential))
            .collect();
        assert_eq!(
            seen,
            [
                (
                    Period {
                        from: None,
                        to: Some(date(2021, 12, 31))
                    },
                    Duty::NotLoaded
                ),
                (days(date(2022, 1, 1), date(2022, 12, 31)), duty("10%")),
                (days(date(2023, 1, 1), date(2023, 12, 31)), duty("9%")),
                (
                    Period {
                        from: Some(date(2024, 1, 1)),
                        to: None
                    },
                    Duty::NotLoaded
                ),
            ]
        );
    }

    #[test]
    fn the_path_follows_the_seasons() {
        let season = |from, to| Some(Season { from, to });
        let mut tariff = table(
            &[(ColumnKind::General, ALL_DAYS)],
            &[
                ("080610000", season((3, 1), (10, 31)), &["17%"]),
                ("080610000", season((11, 1), (2, 31)), &["7.8%"]),
            ],
        );
        tariff.period = days(date(2026, 4, 1), date(2027, 3, 31));
        let path = rate_path(
            &book(vec![tariff]),
            Agreement::Rcep,
            country("JP"),
            country("AU"),
            "0806.10".parse().unwrap(),
            HsEdition::Hs2022,
        );
        let seen: Vec<_> = path
            .iter()
            .map(|(period, answer)| (period.from, answer.mfn.clone()))
            .collect();
        assert_eq!(
            seen,
            [
                (None, Duty::NotLoaded),
                (Some(date(2026, 4, 1)), duty("17%")),
                (Some(date(2026, 11, 1)), duty("7.8%")),
                (Some(date(2027, 3, 1)), duty("17%")),
                (Some(date(2027, 4, 1)), Duty::NotLoaded),
            ]
        );
    }

    #[test]
    fn an_importer_without_a_table_is_one_span_without_a_rate() {
        let path = rate_path(
            &book(Vec::new()),
            Agreement::Apta,
            country("BD"),
            country("CN"),
            "0101.21".parse().unwrap(),
            HsEdition::Hs2022,
        );
        assert_eq!(path.len(), 1);
        assert_eq!(path[0].1.status, RateStatus::NotLoaded);
    }
}
