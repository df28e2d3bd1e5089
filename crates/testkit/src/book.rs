//! A rule book small enough to read at a glance and shaped like the real one:
//! real codes, real rule forms, both agreements. Tests that need the real
//! tables load them; these are for logic.

use jiff::civil::{Date, date};
use originis_rules_engine::agreement::{
    Agreement, AgreementBook, AppendixTable, Articles, CitationId, Dated, Formalities,
    PairStanding, Party, Period, ProductRule, ProductRuleTable, ProofTerm, Status, Thresholds,
    WhollyObtainedGround,
};
use originis_rules_engine::facts::{Operation, ProofType, TransitOperation};
use originis_rules_engine::hs::{HsCode, HsEdition, Subheading};
use originis_rules_engine::nomenclature::{Correlation, EditionCodes, Nomenclature};
use originis_rules_engine::outcome::Outcome;
use originis_rules_engine::quantity::Ratio;
use originis_rules_engine::rate::Rate;
use originis_rules_engine::rulebook::{OperationWord, RuleBook};
use originis_rules_engine::tariff::{
    ColumnKind, NO_RATE, TariffColumn, TariffLine, TariffLines, TariffTable,
};

use crate::facts::{amount, code, country};

/// Subheadings of HS 2022 with the RCEP rule each has in Annex 3A. Every rule
/// form of the Annex occurs at least once.
const RCEP_RULES: &[(&str, &str)] = &[
    ("010121", "WO"),
    ("010229", "WO"),
    ("020130", "CC except from Chapter 01"),
    ("020230", "CC except from Chapter 01"),
    ("040210", "CC or RVC40"),
    ("040900", "CC"),
    ("070110", "WO"),
    ("080550", "CC"),
    ("090111", "CC"),
    ("090121", "RVC40"),
    ("100119", "WO"),
    ("110100", "CC"),
    (
        "160100",
        "(1) of insects: CC or RVC40; (2) all other goods: CC",
    ),
    ("170199", "CC or RVC40"),
    ("200791", "CC"),
    ("200799", "CC"),
    ("220421", "CTSH except from subheadings 2204.22 and 2204.29"),
    ("220422", "CTSH except from subheadings 2204.21 and 2204.29"),
    ("220429", "CTSH except from subheadings 2204.21 and 2204.22"),
    ("251710", "CTH"),
    ("251749", "CTH"),
    ("281511", "CTSH except from subheading 2815.12 or RVC40"),
    ("281512", "CTSH except from subheading 2815.11 or RVC40"),
    ("290511", "CTH or RVC40"),
    ("290911", "CTH or RVC40 or CR"),
    (
        "290960",
        "(1) acetal and hemiacetal peroxides: CTH or RVC40; (2) other: CTH or RVC40 or CR",
    ),
    ("300241", "CTH or RVC40"),
    ("300490", "CTH or RVC40"),
    (
        "380891",
        "CTSH provided that at least 50 per cent of the total weight of the active ingredient(s) is originating or RVC40",
    ),
    (
        "380892",
        "CTSH provided that at least 50 per cent of the total weight of the active ingredient(s) is originating or RVC40",
    ),
    ("390110", "CTH or RVC40"),
    ("390210", "CTH or RVC40"),
    ("392310", "CTH or RVC40"),
    ("392330", "CTH or RVC40"),
    ("400110", "CC"),
    ("400211", "CTH or RVC40"),
    ("481910", "CTH or RVC40"),
    ("510211", "CC"),
    ("510529", "CC"),
    ("510810", "CTH"),
    ("511211", "CTH"),
    ("550921", "CTH"),
    ("550951", "CTH"),
    ("551311", "CTH except from headings 55.09 through 55.11"),
    ("611011", "CC"),
    ("611012", "CC"),
    ("640399", "CTH or RVC40"),
    ("640610", "CC or RVC40"),
    ("680221", "CTH or RVC40"),
    ("720711", "CTH or RVC40"),
    ("720851", "CTH except from heading 72.07 or RVC40"),
    ("721310", "CTH or RVC40"),
    ("721590", "CTH except from heading 72.13 or 72.14 or RVC40"),
    ("844332", "CTSH or RVC40"),
    ("844399", "CTH or RVC40"),
    ("847989", "CTSH or RVC40"),
    ("847990", "CTH or RVC40"),
    (
        "850431",
        "CTSH except from subheadings 8504.32 through 8504.34 or RVC40",
    ),
    (
        "850432",
        "CTSH except from subheading 8504.31, 8504.33 or 8504.34 or RVC40",
    ),
    (
        "850433",
        "CTSH except from subheading 8504.31, 8504.32 or 8504.34 or RVC40",
    ),
    (
        "850434",
        "CTSH except from subheadings 8504.31 through 8504.33 or RVC40",
    ),
    ("851713", "CTSH or RVC40"),
    ("851714", "CTSH or RVC40"),
    ("870321", "RVC40"),
    ("870899", "CTH or RVC40"),
    ("950631", "CTH or RVC40"),
    ("950639", "CTH or RVC40"),
];

/// Sector rules of APTA Rule 3(b); the list is known to be incomplete.
const APTA_RULES: &[(&str, &str)] = &[
    ("390110", "CTH"),
    ("390210", "CTH"),
    ("392310", "CTH"),
    ("392330", "CTH"),
    ("400211", "CTH except from heading 40.01"),
    ("640399", "CTH"),
    ("640610", "CTH"),
    ("680221", "CTH"),
];

/// The words of the list of minimal operations, RCEP Article 3.6.
const MINIMAL_OPERATIONS: &[(&str, &str, &str)] = &[
    ("preserving", "preserving for transport or storage", "保存"),
    ("packaging", "packaging or presenting", "包装"),
    ("simple_sorting", "simple sorting", "简单分拣"),
    ("simple_cutting", "simple cutting", "简单切割"),
    ("labelling", "affixing marks or labels", "贴标"),
    ("dilution", "dilution", "稀释"),
    ("disassembly", "disassembly", "拆解"),
    ("slaughtering", "slaughtering", "屠宰"),
    ("simple_painting", "simple painting", "简单上漆"),
    ("simple_peeling", "simple peeling", "简单去皮"),
    ("simple_mixing", "simple mixing", "简单混合"),
];

/// The small rule book.
pub fn book() -> RuleBook {
    let mut citations = Citations::default();
    let agreements = vec![rcep(&mut citations), apta(&mut citations)];
    let tariffs = vec![japan(&mut citations), korea(&mut citations)];
    RuleBook {
        fingerprint: "synthetic".to_owned(),
        as_of: date(2026, 7, 9),
        nomenclature: nomenclature(),
        agreements,
        tariffs,
        operations: (1..)
            .zip(MINIMAL_OPERATIONS)
            .map(|(number, (word, label_en, label_zh))| OperationWord {
                operation: Operation(number),
                word: (*word).to_owned(),
                label_en: (*label_en).to_owned(),
                label_zh: (*label_zh).to_owned(),
            })
            .collect(),
        tables: Vec::new(),
        citations: citations.0,
    }
}

/// The small rule book with another RCEP rule on one of its subheadings.
pub fn with_product_rule(hs: &str, rule: &str) -> RuleBook {
    let mut book = book();
    let rcep = book
        .agreements
        .iter_mut()
        .find(|agreement| agreement.agreement == Agreement::Rcep)
        .unwrap();
    let row = rcep
        .product_rules
        .iter_mut()
        .flat_map(|table| &mut table.rules)
        .find(|row| row.code == code(hs))
        .unwrap();
    row.text = rule.to_owned();
    row.rule = rule.parse().unwrap();
    book
}

#[derive(Default)]
struct Citations(Vec<String>);

impl Citations {
    fn cite(&mut self, text: &str) -> CitationId {
        let number = self
            .0
            .iter()
            .position(|known| known == text)
            .unwrap_or_else(|| {
                self.0.push(text.to_owned());
                self.0.len() - 1
            });
        CitationId(u16::try_from(number).unwrap())
    }
}

fn subheading(digits: &str) -> Subheading {
    code(digits).subheading().unwrap()
}

/// HS 2022 is the rule list; HS 2017 knows neither smartphones nor other
/// telephones apart, and has blood products under another code.
fn nomenclature() -> Nomenclature {
    let newer: Vec<Subheading> = RCEP_RULES.iter().map(|(hs, _)| subheading(hs)).collect();
    let split = [subheading("851713"), subheading("851714")];
    let moved = subheading("300241");
    let (phones, blood) = (subheading("851712"), subheading("300220"));
    let unchanged = newer
        .iter()
        .copied()
        .filter(|hs| !split.contains(hs) && *hs != moved);
    let older: Vec<Subheading> = unchanged.clone().chain([phones, blood]).collect();
    let pairs: Vec<_> = unchanged
        .map(|hs| (hs, hs))
        .chain(split.map(|hs| (phones, hs)))
        .chain([(blood, moved)])
        .collect();
    let same: Vec<_> = older.iter().map(|hs| (*hs, *hs)).collect();
    Nomenclature::new(
        vec![
            EditionCodes::new(HsEdition::Hs2012, older.clone()),
            EditionCodes::new(HsEdition::Hs2017, older),
            EditionCodes::new(HsEdition::Hs2022, newer),
        ],
        vec![
            (HsEdition::Hs2012, HsEdition::Hs2017, Correlation::new(same)),
            (
                HsEdition::Hs2017,
                HsEdition::Hs2022,
                Correlation::new(pairs.clone()),
            ),
            (
                HsEdition::Hs2012,
                HsEdition::Hs2022,
                Correlation::new(pairs),
            ),
        ],
    )
}

fn since(from: Date) -> Period {
    Period {
        from: Some(from),
        to: None,
    }
}

fn until(from: Date, to: Date) -> Period {
    Period {
        from: Some(from),
        to: Some(to),
    }
}

fn dated<T>(value: T, period: Period, citation: CitationId) -> Dated<T> {
    Dated {
        value,
        period,
        citation,
        status: Status::Transcribed,
    }
}

fn rule_table(
    rules: &[(&str, &str)],
    period: Period,
    citation: CitationId,
    status: Status,
) -> ProductRuleTable {
    let edition = HsEdition::Hs2022;
    let codes: Vec<HsCode> = rules.iter().map(|(hs, _)| code(hs)).collect();
    ProductRuleTable {
        edition,
        period,
        citation,
        status,
        rules: rules
            .iter()
            .map(|(hs, text)| ProductRule {
                code: code(hs),
                text: (*text).to_owned(),
                rule: text.parse().unwrap(),
            })
            .collect(),
        by_subheading: nomenclature()
            .edition(edition)
            .unwrap()
            .codes()
            .iter()
            .map(|hs| {
                codes
                    .iter()
                    .position(|listed| *listed == hs.code())
                    .map(|row| u16::try_from(row).unwrap())
            })
            .collect(),
        complete_within: Vec::new(),
    }
}

fn minimal_operations(citation: CitationId) -> Vec<(Operation, CitationId)> {
    (1..)
        .zip(MINIMAL_OPERATIONS)
        .map(|(number, _)| (Operation(number), citation))
        .collect()
}

fn rcep(citations: &mut Citations) -> AgreementBook {
    let start = date(2022, 1, 1);
    let entry = citations.cite("RCEP Article 20.6");
    let party = |hs: &str, from: Date, month: u8, differentials: bool| Party {
        country: country(hs),
        membership: dated((), since(from), entry),
        year_starts_in_month: month,
        tariff_differentials: differentials,
        least_developed: Vec::new(),
    };
    let parties = vec![
        party("AU", start, 1, false),
        party("CN", start, 1, true),
        party("ID", date(2023, 1, 2), 4, true),
        party("JP", start, 4, true),
        party("KR", date(2022, 2, 1), 1, true),
        party("MM", date(2022, 5, 1), 1, false),
        party("NZ", start, 1, false),
        party("TH", start, 1, true),
        party("VN", start, 1, true),
    ];
    let pair = |other: &str, standing: Outcome| PairStanding {
        first: country("MM"),
        second: country(other),
        standing: dated(standing, since(date(2022, 5, 1)), entry),
    };
    let pairs = vec![pair("NZ", Outcome::NotMet), pair("TH", Outcome::Unknown)];
    let proof = citations.cite("RCEP Article 3.16");
    let value_content = citations.cite("RCEP Article 3.5");
    let appendix = citations.cite("RCEP Article 2.6.3");
    let whole = since(start);
    let proofs = [
        (None, ProofType::Certificate, Outcome::Met),
        (None, ProofType::ApprovedExporter, Outcome::Met),
        (None, ProofType::BackToBack, Outcome::Met),
        (Some("JP"), ProofType::ExporterDeclaration, Outcome::Met),
        (Some("CN"), ProofType::ExporterDeclaration, Outcome::NotMet),
    ]
    .into_iter()
    .map(|(exporter, kind, usable)| ProofTerm {
        exporter: exporter.map(country),
        importer: None,
        proof: kind,
        usable: dated(usable, whole, proof),
    })
    .collect();
    let annex = citations.cite("RCEP Annex 3A");
    let ground = citations.cite("RCEP Article 3.3");
    let minimal = citations.cite("RCEP Article 3.6");
    let de_minimis = citations.cite("RCEP Article 3.7");
    AgreementBook {
        agreement: Agreement::Rcep,
        parties: parties.into(),
        pairs: pairs.into(),
        product_rules: vec![rule_table(
            RCEP_RULES,
            since(date(2023, 1, 1)),
            annex,
            Status::Transcribed,
        )],
        grounds: ('a'..='j')
            .map(|letter| WhollyObtainedGround {
                letter,
                citation: ground,
                covers: if letter == 'b' {
                    vec![code("01"), code("03")]
                } else {
                    Vec::new()
                },
                derived: letter == 'j',
            })
            .collect(),
        minimal_operations: minimal_operations(minimal),
        minimal_operations_status: Status::Transcribed,
        transit_operations: vec![
            TransitOperation::Unloading,
            TransitOperation::Reloading,
            TransitOperation::Storing,
            TransitOperation::Preserving,
            TransitOperation::Transporting,
        ],
        proofs,
        thresholds: Thresholds {
            de_minimis_value: vec![dated(Ratio::percent(10), whole, de_minimis)],
            de_minimis_weight: vec![dated(Ratio::percent(10), whole, de_minimis)],
            de_minimis_weight_chapters: Some((50, 63)),
            domestic_value: vec![dated(Ratio::percent(20), whole, appendix)],
            proof_validity_months: vec![dated(12, whole, proof)],
            proof_waiver_usd: vec![dated(
                amount("200"),
                whole,
                citations.cite("RCEP Article 3.22"),
            )],
            ..Thresholds::default()
        },
        formalities: Formalities::default(),
        articles: Articles {
            party_in_force: entry,
            wholly_obtained: ground,
            exclusively_originating: citations.cite("RCEP Article 3.2(b)"),
            product_rule: annex,
            tariff_shift: annex,
            value_content,
            chemical_reaction: citations.cite("RCEP Annex 3A, head-note 7"),
            proviso: annex,
            undetermined_origin: citations.cite("RCEP Article 3.5.4"),
            cumulation: citations.cite("RCEP Article 3.4"),
            de_minimis,
            minimal_operations: minimal,
            packing: citations.cite("RCEP Article 3.8"),
            accessories: citations.cite("RCEP Article 3.9"),
            indirect_materials: citations.cite("RCEP Article 3.10"),
            intermediate_goods: citations.cite("RCEP Article 3.12"),
            final_process: minimal,
            direct_consignment: citations.cite("RCEP Article 3.15"),
            proof,
            waiver: citations.cite("RCEP Article 3.22"),
            country_of_origin: citations.cite("RCEP Article 2.6"),
            concession: citations.cite("RCEP Article 2.4"),
            hs_edition: citations.cite("RCEP Article 3.34"),
            least_developed: entry,
        },
        appendices: vec![
            AppendixTable {
                importer: country("CN"),
                edition: HsEdition::Hs2012,
                lines: vec![(code("84433200"), Some(whole))],
                status: Status::Partial,
                citation: appendix,
            },
            AppendixTable {
                importer: country("JP"),
                edition: HsEdition::Hs2022,
                lines: vec![(code("640399010"), Some(whole))],
                status: Status::Transcribed,
                citation: appendix,
            },
        ],
    }
}

fn apta(citations: &mut Citations) -> AgreementBook {
    let start = date(2018, 7, 1);
    let entry = citations.cite("APTA Second Amendment");
    let rule_10 = citations.cite("APTA Annex II, Rule 10");
    let party = |hs: &str, from: Date, least_developed: Vec<Dated<Outcome>>| Party {
        country: country(hs),
        membership: dated((), since(from), entry),
        year_starts_in_month: 1,
        tariff_differentials: false,
        least_developed,
    };
    let graduation = date(2026, 11, 24);
    let parties = vec![
        party(
            "BD",
            start,
            vec![
                dated(Outcome::Met, until(start, date(2026, 11, 23)), rule_10),
                dated(Outcome::Unknown, since(graduation), rule_10),
            ],
        ),
        party("CN", start, Vec::new()),
        party("IN", start, Vec::new()),
        party("KR", start, Vec::new()),
        party(
            "LA",
            start,
            vec![dated(Outcome::Met, since(start), rule_10)],
        ),
        party("LK", start, Vec::new()),
        party("MN", date(2021, 1, 1), Vec::new()),
    ];
    let whole = since(start);
    let rule_2 = citations.cite("APTA Annex II, Rule 2");
    let rule_3a = citations.cite("APTA Annex II, Rule 3(a)");
    let rule_3b = citations.cite("APTA Annex II, Rule 3(b)");
    let rule_3c = citations.cite("APTA Annex II, Rule 3(c)");
    let rule_4 = citations.cite("APTA Annex II, Rule 4");
    let rule_5 = citations.cite("APTA Annex II, Rule 5");
    let rule_6 = citations.cite("APTA Annex II, Rule 6");
    let rule_7 = citations.cite("APTA Annex II, Rule 7");
    AgreementBook {
        agreement: Agreement::Apta,
        parties: parties.into(),
        pairs: Vec::new().into(),
        product_rules: vec![rule_table(APTA_RULES, whole, rule_3b, Status::Partial)],
        grounds: ('a'..='k')
            .map(|letter| WhollyObtainedGround {
                letter,
                citation: rule_2,
                covers: Vec::new(),
                derived: letter == 'k',
            })
            .collect(),
        minimal_operations: minimal_operations(rule_3c),
        minimal_operations_status: Status::Unconfirmed,
        transit_operations: vec![
            TransitOperation::Unloading,
            TransitOperation::Reloading,
            TransitOperation::Preserving,
        ],
        proofs: vec![ProofTerm {
            exporter: None,
            importer: None,
            proof: ProofType::Certificate,
            usable: dated(Outcome::Met, whole, rule_7),
        }],
        thresholds: Thresholds {
            non_originating_content: vec![dated(Ratio::percent(55), whole, rule_3a)],
            aggregate_content: vec![dated(Ratio::percent(60), whole, rule_4)],
            non_originating_content_least_developed: vec![dated(
                Ratio::percent(65),
                whole,
                rule_10,
            )],
            aggregate_content_least_developed: vec![dated(Ratio::percent(50), whole, rule_10)],
            proof_validity_months: vec![dated(12, whole, rule_7)],
            ..Thresholds::default()
        },
        formalities: Formalities::default(),
        articles: Articles {
            party_in_force: entry,
            wholly_obtained: rule_2,
            exclusively_originating: rule_3a,
            product_rule: rule_3b,
            tariff_shift: rule_3b,
            value_content: rule_3a,
            chemical_reaction: rule_3b,
            proviso: rule_3b,
            undetermined_origin: rule_3a,
            cumulation: rule_4,
            de_minimis: rule_3b,
            minimal_operations: rule_3c,
            packing: rule_6,
            accessories: rule_3a,
            indirect_materials: rule_3a,
            intermediate_goods: rule_3a,
            final_process: rule_3a,
            direct_consignment: rule_5,
            proof: rule_7,
            waiver: rule_7,
            country_of_origin: rule_2,
            concession: entry,
            hs_edition: rule_3b,
            least_developed: rule_10,
        },
        appendices: Vec::new(),
    }
}

fn column(name: &str, kind: ColumnKind) -> TariffColumn {
    TariffColumn {
        name: name.to_owned(),
        kind,
        period: Period {
            from: None,
            to: None,
        },
    }
}

fn preference(agreement: Agreement, origins: &[&str]) -> ColumnKind {
    ColumnKind::Preference {
        agreement,
        origins: origins.iter().map(|origin| country(origin)).collect(),
    }
}

/// Lines whose cells are written as in the tariff files, empty for no rate.
fn lines(rows: &[(&str, &[&str])], rates: &mut Vec<Rate>) -> TariffLines {
    rows.iter()
        .map(|(hs, cells)| TariffLine {
            code: code(hs),
            season: None,
            conditional: false,
            cells: cells
                .iter()
                .map(|cell| {
                    if cell.is_empty() {
                        return NO_RATE;
                    }
                    let rate: Rate = cell.parse().unwrap();
                    let number = rates
                        .iter()
                        .position(|known| *known == rate)
                        .unwrap_or_else(|| {
                            rates.push(rate);
                            rates.len() - 1
                        });
                    u16::try_from(number).unwrap()
                })
                .collect(),
        })
        .collect()
}

fn japan(citations: &mut Citations) -> TariffTable {
    let mut rates = Vec::new();
    let lines = lines(
        &[
            ("392310000", &["5.8%", "free", "1.8%", "1.8%", "free"]),
            ("611012100", &["10.9%", "", "6.8%", "", "6.8%"]),
            ("611012200", &["10.9%", "", "6.8%", "", "6.8%"]),
            ("640399010", &["30%", "", "excluded", "", "24%"]),
            ("720851000", &["free", "", "free", "free", "free"]),
        ],
        &mut rates,
    );
    TariffTable {
        id: "jp-small".to_owned(),
        importer: country("JP"),
        edition: HsEdition::Hs2022,
        period: until(date(2026, 4, 1), date(2027, 3, 31)),
        status: Status::Official,
        citation: citations.cite("Customs tariff of Japan"),
        columns: vec![
            column("general", ColumnKind::General),
            column("wto", ColumnKind::Wto),
            column("rcep-cn", preference(Agreement::Rcep, &["CN"])),
            column("rcep-kr", preference(Agreement::Rcep, &["KR"])),
            column(
                "rcep-asean",
                preference(Agreement::Rcep, &["AU", "ID", "MM", "NZ", "TH", "VN"]),
            ),
        ]
        .into(),
        lines,
        rates,
    }
}

fn korea(citations: &mut Citations) -> TariffTable {
    let mut rates = Vec::new();
    let lines = lines(
        &[
            ("3923300000", &["6.5%", "4.5%", "free"]),
            ("5105290000", &["8%", "5.6%", ""]),
            ("6403990000", &["13%", "", "6.5%"]),
        ],
        &mut rates,
    );
    TariffTable {
        id: "kr-small".to_owned(),
        importer: country("KR"),
        edition: HsEdition::Hs2022,
        period: until(date(2026, 1, 1), date(2026, 12, 31)),
        status: Status::Transcribed,
        citation: citations.cite("Tariff of Korea"),
        columns: vec![
            column("basic", ColumnKind::General),
            column("apta", preference(Agreement::Apta, &[])),
            column("rcep-cn", preference(Agreement::Rcep, &["CN"])),
        ]
        .into(),
        lines,
        rates,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{foreign, made_of, shipped_directly};
    use originis_rules_engine::determination::Verdict;
    use originis_rules_engine::determine;

    #[test]
    fn every_code_has_the_rule_it_is_listed_with() {
        let book = book();
        let codes = book.nomenclature.edition(HsEdition::Hs2022).unwrap();
        let rcep = book.agreement(Agreement::Rcep).unwrap();
        let table = &rcep.product_rules[0];
        for (hs, text) in RCEP_RULES {
            let ordinal = codes.ordinal(subheading(hs)).unwrap();
            let row = &table.rules[usize::from(table.by_subheading[ordinal].unwrap())];
            assert_eq!(
                (row.text.as_str(), row.rule.to_string().as_str()),
                (*text, *text)
            );
        }
        assert_eq!(codes.codes().len(), RCEP_RULES.len());
    }

    #[test]
    fn the_engine_decides_on_it() {
        let facts = made_of("611012", "CN", "JP", vec![foreign("510810", "48")]);
        let answer = determine(&book(), &shipped_directly(facts), Agreement::Rcep).unwrap();
        assert_eq!(answer.verdict, Verdict::Originating);
        assert_eq!(answer.claim.outcome, Outcome::Met);
    }

    #[test]
    fn a_rule_can_be_replaced() {
        let facts = made_of("392310", "CN", "JP", vec![foreign("390110", "48")]);
        let narrower = with_product_rule("392310", "CTH except from heading 39.01");
        let verdict = |book: &RuleBook| determine(book, &facts, Agreement::Rcep).unwrap().verdict;
        assert_eq!(verdict(&book()), Verdict::Originating);
        assert_eq!(verdict(&narrower), Verdict::NotOriginating);
    }
}
