//! The shipped tariffs: what they hold, and the duties that follow from them.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers as well"
)]

use std::sync::OnceLock;

use originis_rule_tables::import::user::{BareNumbers, UserTariff};
use originis_rule_tables::{Sources, load};
use originis_rules_engine::agreement::{Agreement, Period, Status};
use originis_rules_engine::country::Country;
use originis_rules_engine::determination::{Duty, RateAnswer, RateStatus};
use originis_rules_engine::hs::HsEdition;
use originis_rules_engine::law::concession::{RateQuestion, concession, rate};
use originis_rules_engine::law::rate_path::rate_path;
use originis_rules_engine::nomenclature::EditionCodes;
use originis_rules_engine::outcome::Outcome;
use originis_rules_engine::rate::Rate;
use originis_rules_engine::rulebook::RuleBook;
use originis_rules_engine::tariff::TariffTable;

fn codes(edition: HsEdition) -> &'static EditionCodes {
    book()
        .nomenclature
        .edition(edition)
        .unwrap_or_else(|| panic!("HS {edition} is not shipped"))
}

fn book() -> &'static RuleBook {
    static BOOK: OnceLock<RuleBook> = OnceLock::new();
    BOOK.get_or_init(|| originis_rule_tables::shipped().unwrap_or_else(|error| panic!("{error}")))
}

fn tariff(id: &str) -> &'static TariffTable {
    book()
        .tariffs
        .iter()
        .find(|table| table.id == id)
        .unwrap_or_else(|| panic!("{id} is not shipped"))
}

fn country(text: &str) -> Country {
    text.parse().unwrap()
}

struct Ask {
    agreement: Agreement,
    from: &'static str,
    to: &'static str,
    day: &'static str,
    edition: HsEdition,
}

impl Ask {
    fn rcep(from: &'static str, to: &'static str, day: &'static str) -> Self {
        Self {
            agreement: Agreement::Rcep,
            from,
            to,
            day,
            edition: HsEdition::Hs2022,
        }
    }

    fn of(&self, code: &str) -> RateAnswer {
        rate(
            book(),
            self.agreement,
            &RateQuestion {
                importer: country(self.to),
                origin: country(self.from),
                code: code.parse().unwrap(),
                edition: self.edition,
                day: self.day.parse().unwrap(),
                value: "1260.00".parse().ok(),
            },
        )
    }
}

fn duty(text: &str) -> Duty {
    Duty::Rate(text.parse().unwrap())
}

/// Counts the cells of a column whose rate satisfies `wanted`.
fn count(table: &TariffTable, column: &str, wanted: impl Fn(&Rate) -> bool) -> usize {
    let position = table
        .columns
        .iter()
        .position(|known| known.name == column)
        .unwrap_or_else(|| panic!("{} has no column {column}", table.id));
    table
        .lines
        .iter()
        .filter_map(|line| table.rate(line, position))
        .filter(|rate| wanted(rate))
        .count()
}

#[test]
fn every_tariff_has_the_lines_and_cells_of_its_source() {
    for (id, lines, status, columns) in [
        (
            "jp-2026",
            9_654,
            Status::Official,
            &[
                ("MFN_BASIC", 9_366, 3_193),
                ("MFN_BASIC_IN_BRACKETS", 288, 0),
                ("PROVISIONAL", 478, 35),
                ("WTO", 5_422, 623),
                ("WTO_IN_BRACKETS", 4_047, 3_002),
                ("GSP", 3_717, 2_283),
                ("GSP_LDC", 3_872, 3_872),
                ("RCEP:ASEAN_AU_NZ", 8_834, 6_963),
                ("RCEP:CN", 8_139, 5_317),
                ("RCEP:KR", 7_724, 6_123),
            ][..],
        ),
        (
            "kr-2026",
            11_265,
            Status::Transcribed,
            &[
                ("MFN_BASIC", 11_265, 731),
                ("WTO", 9_836, 1_936),
                ("APTA", 2_681, 30),
                ("RCEP:CN", 9_554, 4_998),
                ("RCEP:JP", 9_067, 3_935),
                ("RCEP:ASEAN", 10_773, 6_698),
                ("RCEP:AU", 10_730, 6_685),
                ("RCEP:NZ", 10_740, 6_688),
                ("KR-CN FTA", 11_215, 8_562),
            ],
        ),
        (
            "vn-2026",
            11_576,
            Status::Unconfirmed,
            &[("MFN_BASIC", 11_576, 3_709), ("ORDINARY", 11_576, 281)],
        ),
        (
            "au-rcep",
            6_184,
            Status::Transcribed,
            &[
                ("base", 6_184, 2_943),
                ("y1", 6_184, 4_659),
                ("y20", 6_184, 6_077),
            ],
        ),
        (
            "cn-rcep-asean",
            8_277,
            Status::Transcribed,
            &[
                ("base", 8_277, 699),
                ("y1", 8_277, 5_621),
                ("y21", 8_277, 7_491),
            ],
        ),
        (
            "in-apta",
            2_094,
            Status::Partial,
            &[
                ("from 2018-07-01", IN_2018, 0),
                ("from 2026-04-30", 2_094, 0),
            ],
        ),
    ] {
        let table = tariff(id);
        assert_eq!(table.lines.len(), lines, "{id}");
        assert_eq!(table.status, status, "{id}");
        for (column, cells, free) in columns {
            assert_eq!(count(table, column, |_| true), *cells, "{id} {column}");
            assert_eq!(
                count(table, column, |rate| *rate == Rate::FREE),
                *free,
                "{id} {column}"
            );
        }
    }
}

const IN_2018: usize = 1_826;

#[test]
fn special_rates_keep_their_nature() {
    let japan = tariff("jp-2026");
    assert_eq!(
        japan
            .lines
            .iter()
            .filter(|line| line.season.is_some())
            .count(),
        16
    );
    let conditional: usize = ["RCEP:ASEAN_AU_NZ", "RCEP:CN", "RCEP:KR"]
        .into_iter()
        .map(|column| {
            count(japan, column, |rate| {
                // A choice of rates with a floor is printed as a condition.
                let has_floor = matches!(
                    rate,
                    Rate::HigherOf(rates) if rates.iter().any(|rate| matches!(rate, Rate::LowerOf(_)))
                );
                let is_formula = *rate == Rate::DependsOnProduct(Vec::new());
                has_floor || (matches!(rate, Rate::DependsOnProduct(_)) && !is_formula)
            })
        })
        .sum();
    assert_eq!(conditional, 346);
    let korea = tariff("kr-2026");
    let partly = |column| count(korea, column, |rate| matches!(rate, Rate::PartlyStated(_)));
    assert_eq!((partly("MFN_BASIC"), partly("KR-CN FTA")), (105, 105));
    let china = tariff("cn-rcep-asean");
    let excluded = |column| count(china, column, |rate| *rate == Rate::Excluded);
    assert_eq!(
        (excluded("base"), excluded("y1"), excluded("y21")),
        (0, 340, 340)
    );
    let australia = tariff("au-rcep");
    for (rate, lines) in [
        ("lower(5%, 0.45 AUD/kg TSS)", 4),
        ("5% + 12000 AUD/piece", 8),
        ("1.22 AUD/kg", 5),
    ] {
        let rate: Rate = rate.parse().unwrap();
        assert_eq!(
            count(australia, "base", |found| *found == rate),
            lines,
            "{rate}"
        );
    }
}

#[test]
fn japan_charges_what_its_tariff_says() {
    let china = Ask::rcep("CN", "JP", "2026-07-15");
    let pullover = china.of("6110.12");
    assert_eq!(pullover.mfn, duty("10.9%"));
    assert_eq!(pullover.preferential, duty("6.8%"));
    assert_eq!(pullover.status, RateStatus::Known);
    assert_eq!(pullover.saving.unwrap().to_string(), "51.66");
    assert_eq!(pullover.lines[0].compact(), "611012000");
    assert_eq!(china.of("6204.31.100").preferential, duty("8%"));
    assert_eq!(china.of("6204.31.100").mfn, duty("12.8%"));
    // Two national lines with different rates.
    assert_eq!(china.of("6204.31").status, RateStatus::Conditional);
    let boxes = china.of("3923.10");
    assert_eq!(boxes.mfn, duty("free"));
    assert_eq!(boxes.preferential, duty("1.8%"));
    assert_eq!(boxes.mfn_is_as_good, Outcome::Met);
    assert_eq!(boxes.saving.unwrap().to_string(), "0.00");
    assert_eq!(
        Ask::rcep("VN", "JP", "2026-07-15")
            .of("3923.10")
            .preferential,
        duty("free")
    );
}

#[test]
fn japan_keeps_no_concession_apart_from_not_loaded() {
    // Bananas: no RCEP row for China in the table.
    let bananas = Ask::rcep("CN", "JP", "2026-07-15").of("0803.10.100");
    assert_eq!(bananas.status, RateStatus::NoConcession);
    assert_eq!(concession(&bananas), Outcome::NotMet);
    let year_five = Ask::rcep("CN", "JP", "2026-03-31").of("6110.12");
    assert_eq!(year_five.status, RateStatus::NotLoaded);
    let year_seven = Ask::rcep("CN", "JP", "2027-04-01").of("6110.12");
    assert_eq!(year_seven.preferential, Duty::NotLoaded);
    assert_eq!(year_seven.mfn, Duty::NotLoaded);
    // The preference of year 6 began before the day of the edition.
    let june = Ask::rcep("CN", "JP", "2026-06-01").of("6110.12");
    assert_eq!(june.preferential, duty("6.8%"));
    assert_eq!(june.mfn, Duty::NotLoaded);
    // A rate computed from the customs value, and one that differs by product.
    let onions = Ask::rcep("VN", "JP", "2026-07-15").of("0703.10.012");
    assert_eq!(onions.preferential, duty("lower(5%, depends(?))"));
    assert_eq!(onions.status, RateStatus::Conditional);
    let prepared = Ask::rcep("CN", "JP", "2026-07-15").of("0302.73.000");
    assert_eq!(prepared.preferential, duty("depends(2.2%, excluded)"));
    assert_eq!(concession(&prepared), Outcome::Unknown);
}

#[test]
fn a_seasonal_line_is_charged_by_the_day() {
    for (day, mfn, preferential) in [
        ("2026-10-31", "17%", "10.6%"),
        ("2026-11-01", "7.8%", "4.9%"),
        ("2027-02-28", "7.8%", "4.9%"),
        ("2027-03-01", "17%", "10.6%"),
    ] {
        let grapes = Ask::rcep("AU", "JP", day).of("0806.10");
        assert_eq!(grapes.mfn, duty(mfn), "{day}");
        assert_eq!(grapes.preferential, duty(preferential), "{day}");
    }
}

#[test]
fn a_temporary_rate_replaces_the_general_one() {
    let china = Ask::rcep("CN", "JP", "2026-07-15");
    // Beef: general 50 % in brackets, temporary 38.5 %.
    assert_eq!(china.of("0201.10").mfn, duty("38.5%"));
    assert_eq!(china.of("0304.94.010").mfn, duty("4.2%"));
}

#[test]
fn korea_compares_its_preferences_with_the_lower_of_basic_and_bound() {
    let korea = |agreement| Ask {
        agreement,
        from: "CN",
        to: "KR",
        day: "2026-07-15",
        edition: HsEdition::Hs2022,
    };
    let rcep = korea(Agreement::Rcep);
    let answers: Vec<RateAnswer> = tariff("kr-2026")
        .lines
        .iter()
        .map(|line| rcep.of(&line.code.compact()))
        .collect();
    let percent = |duty: &Duty| match duty {
        Duty::Rate(rate) => rate.ad_valorem(),
        _ => None,
    };
    let mut worse = 0;
    for answer in &answers {
        if let (Some(mfn), Some(preferential)) =
            (percent(&answer.mfn), percent(&answer.preferential))
        {
            worse += usize::from(mfn < preferential);
            assert_eq!(
                answer.mfn_is_as_good,
                Outcome::known(mfn <= preferential),
                "{:?}",
                answer.lines
            );
        }
    }
    assert!(worse > 0, "a preference above the duty without it occurs");
    let none = answers
        .iter()
        .filter(|answer| answer.status == RateStatus::NoConcession)
        .count();
    assert_eq!(none, 11_265 - 9_554);
    let partly = answers
        .iter()
        .filter(|answer| matches!(&answer.preferential, Duty::Rate(Rate::PartlyStated(_))))
        .count();
    assert_eq!(partly, 25);
    assert!(
        answers
            .iter()
            .filter(|answer| matches!(&answer.preferential, Duty::Rate(Rate::PartlyStated(_))))
            .all(|answer| answer.status == RateStatus::Conditional && answer.saving.is_none())
    );
    // A subheading the table does not have.
    assert_eq!(rcep.of("0701.10").status, RateStatus::NotLoaded);
    assert_eq!(
        korea(Agreement::Apta).of("0701.10").status,
        RateStatus::NotLoaded
    );
}

#[test]
fn schedules_are_reached_through_the_correlation_and_change_every_year() {
    let path = rate_path(
        book(),
        Agreement::Rcep,
        country("CN"),
        country("VN"),
        "0101.29".parse().unwrap(),
        HsEdition::Hs2012,
    );
    // Before 2022, years 1 to 21, after 2042.
    assert_eq!(path.len(), 23);
    let (first, before) = &path[0];
    assert_eq!(before.status, RateStatus::NotLoaded);
    assert_eq!(first.to, "2021-12-31".parse().ok());
    let (year_one, answer) = &path[1];
    assert_eq!(
        *year_one,
        Period {
            from: "2022-01-01".parse().ok(),
            to: "2022-12-31".parse().ok()
        }
    );
    assert_eq!(answer.preferential, duty("free"));
    assert_eq!(path[22].1.status, RateStatus::NotLoaded);
    // China's schedule for ASEAN says nothing about goods of Japan.
    let japan = Ask::rcep("JP", "CN", "2026-07-15").of("0101.29");
    assert_eq!(japan.status, RateStatus::NotLoaded);
    // HS 2022 8517.13 has several forerunners: never joined by equal digits.
    let phones = Ask::rcep("VN", "CN", "2026-07-15").of("8517.13");
    assert!(!phones.lines.is_empty());
    assert!(
        phones
            .lines
            .iter()
            .all(|line| line.prefix(6).unwrap().compact() != "851713")
    );
}

#[test]
fn the_path_steps_down_to_zero() {
    let path = rate_path(
        book(),
        Agreement::Rcep,
        country("AU"),
        country("CN"),
        "8708.70".parse().unwrap(),
        HsEdition::Hs2012,
    );
    assert_eq!(path.len(), 22);
    for (_, answer) in path.iter().skip(1).take(20) {
        assert!(!matches!(
            answer.preferential,
            Duty::NotLoaded | Duty::NoRate
        ));
        assert_eq!(
            answer.mfn,
            Duty::NotLoaded,
            "the base rate is never applied"
        );
    }
}

#[test]
fn a_margin_of_india_gives_no_duty_by_itself() {
    let india = Ask {
        agreement: Agreement::Apta,
        from: "CN",
        to: "IN",
        day: "2026-07-15",
        edition: HsEdition::Hs2022,
    };
    let percent = |text: &str| text.parse().unwrap();
    for (code, margin) in [
        ("0101.21", "40"),
        ("0101.21.00", "40"),
        ("0302.47", "45"),
        ("0508.00.20", "40"),
        ("1902.40.90", "45"),
    ] {
        let answer = india.of(code);
        assert_eq!(answer.preferential, Duty::Margin(percent(margin)), "{code}");
        assert_eq!(answer.status, RateStatus::NotLoaded, "{code}");
        assert_eq!(answer.saving, None);
    }
    assert!(matches!(
        india.of("0508.00").preferential,
        Duty::OneOfMargins(_)
    ));
    // The loaded list is partial: what it does not name may still be on it.
    assert_eq!(india.of("6110.12").preferential, Duty::NotLoaded);
    assert_eq!(concession(&india.of("6110.12")), Outcome::Unknown);
    // 2522.30.00 is excepted from the entry for 2522.
    assert_eq!(india.of("2522.30").status, RateStatus::Excluded);
}

#[test]
fn viet_nam_has_only_the_side_to_compare_with() {
    let answer = Ask::rcep("CN", "VN", "2026-07-15").of("0101.29.00");
    assert_eq!(answer.mfn, duty("5%"));
    assert_eq!(answer.status, RateStatus::NotLoaded);
    assert_eq!(answer.saving, None);
}

#[test]
fn printing_a_shipped_table_gives_its_file_back() {
    for table in &book().tariffs {
        let printed = originis_rule_tables::tariff_file::print(table);
        let shipped = originis_rule_tables::Sources::shipped();
        let path = format!("tariffs/{}.csv", table.id);
        assert!(shipped.get(&path) == Some(printed.as_str()), "{path}");
    }
}

/// Australia's tariff as transposed to HS 2022, as a user might have it.
fn australian_file() -> &'static str {
    "Working tariff\nTariff code,Description,General,RCEP\n0101.21.00,Horses,Free,Free\n6110.12.00,Pullovers,5%,2.5%\n6110.12.00,Pullovers,5%,3%\n87087099,Wheels,5%,See schedule\n"
}

fn australian_table(supersedes: &[&str]) -> UserTariff {
    UserTariff {
        id: "au-2026".to_owned(),
        importer: country("AU"),
        edition: HsEdition::Hs2022,
        agreement: Some(Agreement::Rcep),
        origins: Vec::new(),
        source: "Working tariff, edition of January 2026".to_owned(),
        attribution: None,
        as_of: "2026-01-01".parse().unwrap(),
        period: Period {
            from: "2026-01-01".parse().ok(),
            to: "2026-12-31".parse().ok(),
        },
        status: Status::Transcribed,
        map: ["code=Tariff code", "mfn=General", "rate=RCEP"]
            .into_iter()
            .map(|map| map.parse().unwrap())
            .collect(),
        sheet: None,
        numbers: BareNumbers::PercentUnlessAmbiguous,
        keep_unread: false,
        supersedes: supersedes.iter().map(|name| (*name).to_owned()).collect(),
    }
}

#[test]
fn a_table_of_the_user_behaves_like_a_shipped_one() {
    let with = |supersedes: &[&str]| {
        let table = australian_table(supersedes)
            .import(
                "working-tariff.csv",
                australian_file().as_bytes(),
                codes(HsEdition::Hs2022),
            )
            .unwrap();
        let mut sources = Sources::shipped();
        sources.insert("tariffs/au-2026.csv", table.csv.clone());
        sources.insert("tariffs/au-2026.toml", table.sidecar.clone());
        (table, load(&sources))
    };
    // The schedule in HS 2012 answers the same question: one of the two must yield.
    let (_, refused) = with(&[]);
    let refused = refused.unwrap_err().to_string();
    assert!(
        refused.contains("au-2026") && refused.contains("au-rcep"),
        "{refused}"
    );
    let (table, loaded) = with(&["au-rcep"]);
    let places: Vec<Option<usize>> = table.left_out.iter().map(|problem| problem.row).collect();
    assert_eq!(places, [Some(5), Some(6)]);
    let loaded = loaded.unwrap_or_else(|error| panic!("{error}"));
    let ask = |day: &str, code: &str| {
        rate(
            &loaded,
            Agreement::Rcep,
            &RateQuestion {
                importer: country("AU"),
                origin: country("CN"),
                code: code.parse().unwrap(),
                edition: HsEdition::Hs2022,
                day: day.parse().unwrap(),
                value: "1000".parse().ok(),
            },
        )
    };
    let pullover = ask("2026-07-15", "6110.12");
    assert_eq!(pullover.mfn, duty("5%"));
    assert_eq!(pullover.preferential, duty("2.5%"));
    assert_eq!(pullover.saving.unwrap().to_string(), "25.00");
    assert_eq!(pullover.table, pullover.mfn_table);
    // Days and lines it does not have are still those of the schedule.
    let next_year = ask("2027-07-15", "6110.12");
    assert_eq!(next_year.mfn, Duty::NotLoaded);
    assert!(matches!(
        next_year.preferential,
        Duty::Rate(_) | Duty::OneOf(_)
    ));
    assert_ne!(ask("2026-07-15", "8708.70").preferential, Duty::NotLoaded);
    let info = loaded
        .tables
        .iter()
        .find(|info| info.path == "tariffs/au-2026.csv")
        .unwrap();
    assert_eq!((info.rows, info.status), (2, Status::Partial));
    assert_ne!(loaded.fingerprint, book().fingerprint);
}
