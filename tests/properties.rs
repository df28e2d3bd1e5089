//! What must hold of every good, whatever its facts: the answer only ever grows
//! firmer with more facts, absent facts never pass, and the order in which they
//! are stated does not matter.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers as well"
)]

use originis_rules_engine::agreement::Agreement;
use originis_rules_engine::determination::{Determination, Test, Verdict};
use originis_rules_engine::determine;
use originis_rules_engine::determine::is_claim_question;
use originis_rules_engine::facts::{
    FactPath, Facts, GoodField, Material, MaterialField, Operation, OriginatingStatus, Production,
    ProductionField,
};
use originis_rules_engine::hs::HsEdition;
use originis_rules_engine::outcome::Outcome;
use originis_rules_engine::quantity::{Amount, Weight};
use originis_rules_engine::rule::OriginRule;
use originis_rules_engine::rulebook::RuleBook;
use originis_rules_engine::settle::would_settle;
use originis_testkit::facts::{DAY, originating, shipped_directly};
use originis_testkit::generate::{self, Gaps, Pool};
use originis_testkit::{book, with_product_rule};
use proptest::prelude::*;

const CASES: usize = 1_500;

fn decide(book: &RuleBook, facts: &Facts, agreement: Agreement) -> Determination {
    determine(book, facts, agreement).unwrap()
}

/// Every generated good under both agreements.
fn for_every_good(gaps: Gaps, count: usize, mut check: impl FnMut(&RuleBook, &Facts, Agreement)) {
    let book = book();
    for agreement in Agreement::ALL {
        for facts in generate::sample(&Pool::of(&book, agreement, gaps), count) {
            check(&book, &facts, agreement);
        }
    }
}

fn outcomes(answer: &Determination, test: Test) -> Vec<Outcome> {
    answer
        .origin
        .findings
        .iter()
        .filter(|finding| finding.test == test)
        .map(|finding| finding.outcome)
        .collect()
}

#[test]
fn more_originating_value_never_turns_a_met_value_content_into_a_failed_one() {
    let mut raised = 0;
    for_every_good(Gaps::None, CASES, |book, facts, agreement| {
        let before = outcomes(&decide(book, facts, agreement), Test::ValueContent);
        for (index, stated) in facts.production.materials.iter().flatten().enumerate() {
            let is_own = stated.status == OriginatingStatus::Originating
                && stated.origin == Some(facts.exporter)
                && stated.production.is_none()
                && stated.regime.is_none();
            if !is_own {
                continue;
            }
            let mut richer = facts.clone();
            richer.production.materials.as_mut().unwrap()[index].value = stated
                .value
                .and_then(|value| Amount::from_minor(value.minor() + 1_000));
            let after = outcomes(&decide(book, &richer, agreement), Test::ValueContent);
            for (before, after) in before.iter().zip(&after) {
                if *before == Outcome::Met {
                    raised += 1;
                    assert_ne!(*after, Outcome::NotMet, "{richer:#?}");
                }
            }
        }
    });
    assert!(raised > 100, "{raised}");
}

#[test]
fn another_originating_material_never_breaks_a_tariff_shift() {
    let mut shifts = 0;
    for_every_good(Gaps::Some, CASES, |book, facts, agreement| {
        let before = decide(book, facts, agreement);
        let mut more = facts.clone();
        let exporter = facts.exporter.as_str();
        let good = facts.good.hs.compact();
        let Some(materials) = &mut more.production.materials else {
            return;
        };
        if materials.is_empty() {
            return;
        }
        materials.push(originating(&good, "0", exporter));
        let after = decide(book, &more, agreement);
        for test in [Test::TariffShift, Test::DeMinimis] {
            let (before, after) = (outcomes(&before, test), outcomes(&after, test));
            shifts += before.len();
            if before.len() == after.len() {
                assert_eq!(before, after, "{more:#?}");
            }
        }
        if before.verdict == Verdict::Originating {
            assert_eq!(after.verdict, Verdict::Originating, "{more:#?}");
        }
    });
    assert!(shifts > 500, "{shifts}");
}

#[test]
fn a_change_at_a_higher_level_is_a_change_at_every_lower_one() {
    let levels = ["CC", "CTH", "CTSH"].map(|rule| with_product_rule("847989", rule));
    let pool = Pool::of(&levels[0], Agreement::Rcep, Gaps::Some);
    let mut met = 0;
    for mut facts in generate::sample(&pool, CASES) {
        facts.good.hs = "8479.89".parse().unwrap();
        facts.good.edition = HsEdition::Hs2022;
        let shift = levels.each_ref().map(|book| {
            decide(book, &facts, Agreement::Rcep)
                .finding(Test::TariffShift)
                .map(|finding| finding.outcome)
        });
        for (higher, lower) in [(shift[0], shift[1]), (shift[1], shift[2])] {
            if higher == Some(Outcome::Met) {
                met += 1;
                assert_eq!(lower, Some(Outcome::Met), "{facts:#?}");
            }
            if lower == Some(Outcome::NotMet) {
                assert_eq!(higher, Some(Outcome::NotMet), "{facts:#?}");
            }
        }
    }
    assert!(met > 200, "{met}");
}

/// One fact taken away.
type Removal = (&'static str, Box<dyn Fn(&mut Facts)>);

fn material_removals(index: usize) -> Vec<Removal> {
    let at = move |change: fn(&mut Material)| {
        Box::new(move |facts: &mut Facts| {
            change(&mut facts.production.materials.as_mut().unwrap()[index]);
        })
    };
    vec![
        ("hs", at(|material| material.hs = None)),
        ("origin", at(|material| material.origin = None)),
        ("value", at(|material| material.value = None)),
        ("weight", at(|material| material.weight = None)),
        (
            "with_good",
            at(|material| material.accessory_with_good = None),
        ),
        ("active", at(|material| material.active_ingredient = None)),
    ]
}

/// Every fact that can be left out. Not among them: a claim not made (wholly
/// obtained), a deduction not made, and a status of "unknown", which Article
/// 3.5.4 answers by law.
fn removals(facts: &Facts) -> Vec<Removal> {
    let mut removals: Vec<Removal> = vec![
        ("date", Box::new(|facts| facts.date = None)),
        ("fob", Box::new(|facts| facts.good.fob = None)),
        ("weight", Box::new(|facts| facts.good.weight = None)),
        ("part", Box::new(|facts| facts.good.part = None)),
        (
            "digits",
            Box::new(|facts| {
                facts.good.hs = facts.good.hs.prefix(4).unwrap_or(facts.good.hs);
            }),
        ),
        (
            "materials",
            Box::new(|facts| facts.production.materials = None),
        ),
        (
            "operations",
            Box::new(|facts| facts.production.operations = None),
        ),
        (
            "reaction",
            Box::new(|facts| facts.production.chemical_reaction = None),
        ),
        (
            "labour",
            Box::new(|facts| facts.production.costs.labour = None),
        ),
        (
            "profit",
            Box::new(|facts| facts.production.costs.profit = None),
        ),
        ("transport", Box::new(|facts| facts.transport = None)),
        ("proof", Box::new(|facts| facts.proof = None)),
        (
            "issued",
            Box::new(|facts| {
                if let Some(proof) = &mut facts.proof {
                    proof.issued = None;
                }
            }),
        ),
    ];
    for index in 0..facts.production.materials.iter().flatten().count() {
        removals.extend(material_removals(index));
    }
    removals
}

#[test]
fn an_absent_fact_never_passes_and_never_fails() {
    let mut weaker = 0;
    for_every_good(Gaps::Some, CASES, |book, facts, agreement| {
        let before = decide(book, facts, agreement);
        for (name, remove) in removals(facts) {
            let mut fewer = facts.clone();
            remove(&mut fewer);
            let after = decide(book, &fewer, agreement);
            let context = || format!("without {name}: {facts:#?}\n{before:#?}\n{after:#?}");
            match (before.verdict, after.verdict) {
                (Verdict::Originating, Verdict::NotOriginating) => panic!("{}", context()),
                (Verdict::NotOriginating | Verdict::Undetermined, Verdict::Originating) => {
                    panic!("{}", context())
                }
                (Verdict::Originating, Verdict::Undetermined) => weaker += 1,
                _ => {}
            }
            if before.claim.outcome != Outcome::Met {
                assert_ne!(after.claim.outcome, Outcome::Met, "{}", context());
            }
        }
    });
    assert!(weaker > 500, "{weaker}");
}

#[test]
fn an_unknown_status_never_makes_a_good_originating() {
    for_every_good(Gaps::Some, CASES, |book, facts, agreement| {
        let before = decide(book, facts, agreement).verdict;
        for index in 0..facts.production.materials.iter().flatten().count() {
            let mut fewer = facts.clone();
            let material = &mut fewer.production.materials.as_mut().unwrap()[index];
            material.status = OriginatingStatus::Unknown;
            material.production = None;
            let after = decide(book, &fewer, agreement).verdict;
            assert!(
                after != Verdict::Originating || before == Verdict::Originating,
                "{facts:#?}"
            );
        }
    });
}

#[test]
fn an_undetermined_origin_names_what_is_missing() {
    let mut undetermined = 0;
    for_every_good(Gaps::Some, CASES, |book, facts, agreement| {
        let answer = decide(book, facts, agreement);
        if answer.verdict == Verdict::Undetermined {
            undetermined += 1;
            let asked = answer
                .origin
                .missing
                .iter()
                .any(|missing| !is_claim_question(missing.test));
            assert!(asked, "{facts:#?}\n{answer:#?}");
        }
    });
    assert!(undetermined > 500, "{undetermined}");
}

#[test]
fn the_order_of_materials_does_not_matter() {
    for_every_good(Gaps::Some, CASES, |book, facts, agreement| {
        let mut turned = facts.clone();
        if let Some(materials) = &mut turned.production.materials {
            materials.reverse();
        }
        let (one, other) = (
            decide(book, facts, agreement),
            decide(book, &turned, agreement),
        );
        assert_eq!(one.verdict, other.verdict, "{facts:#?}");
        assert_eq!(one.origin.criteria, other.origin.criteria, "{facts:#?}");
        assert_eq!(one.claim.outcome, other.claim.outcome, "{facts:#?}");
        assert_eq!(
            one.country_of_origin.map(|origin| origin.party),
            other.country_of_origin.map(|origin| origin.party),
            "{facts:#?}"
        );
    });
}

#[test]
fn a_claim_is_eligible_only_for_an_originating_good() {
    let mut eligible = 0;
    for_every_good(Gaps::Some, CASES, |book, facts, agreement| {
        // Lines on which the small tariffs have a concession.
        let (hs, to) = match agreement {
            Agreement::Rcep => ("7208.51", "JP"),
            Agreement::Apta => ("3923.30", "KR"),
        };
        let mut facts = shipped_directly(facts.clone());
        facts.good.hs = hs.parse().unwrap();
        facts.importer = to.parse().unwrap();
        let answer = decide(book, &facts, agreement);
        if answer.claim.outcome == Outcome::Met {
            eligible += 1;
            assert_eq!(answer.verdict, Verdict::Originating, "{facts:#?}");
        }
        if answer.claim.outcome == Outcome::NotMet {
            assert!(!answer.claim.blockers.is_empty(), "{facts:#?}");
        }
        let binds = answer.finding(Test::PartyInForce).unwrap().outcome;
        if binds == Outcome::NotMet {
            assert_eq!(answer.claim.outcome, Outcome::NotMet, "{facts:#?}");
        }
    });
    assert!(eligible > 200, "{eligible}");
}

/// Many answers to one missing fact: more than the engine tries itself.
fn answers(book: &RuleBook, facts: &Facts, fact: &FactPath) -> Vec<Facts> {
    let mut supposed = Vec::new();
    let mut suppose = |change: &dyn Fn(&mut Facts)| {
        let mut changed = facts.clone();
        change(&mut changed);
        supposed.push(changed);
    };
    let price = facts.good.fob.map_or(1_000_000, Amount::minor);
    let shares = [0, 5, 10, 20, 35, 40, 45, 50, 55, 60, 65, 90, 100, 200];
    match fact {
        FactPath::Date => suppose(&|facts| facts.date = Some(DAY)),
        FactPath::Good(GoodField::Fob) => {
            for power in 0..12 {
                suppose(&|facts| facts.good.fob = Amount::from_minor(10_i64.pow(power)));
            }
        }
        FactPath::Good(GoodField::Weight) => {
            for power in 0..12 {
                suppose(&|facts| {
                    facts.good.weight = Weight::from_milligrams(10_i64.pow(power));
                });
            }
        }
        FactPath::Good(GoodField::Part) => {
            for part in 1..=3 {
                suppose(&|facts| facts.good.part = Some(part));
            }
        }
        FactPath::Production(path, field) if path.is_empty() => {
            let mut change = |change: &dyn Fn(&mut Production)| {
                suppose(&|facts| change(&mut facts.production));
            };
            match field {
                ProductionField::Operations => {
                    for word in &book.operations {
                        change(&|production| production.operations = Some(vec![word.operation]));
                    }
                    change(&|production| {
                        production.operations = Some(vec![Operation::SUBSTANTIAL]);
                    });
                }
                ProductionField::ChemicalReaction => {
                    for took_place in [true, false] {
                        change(&|production| production.chemical_reaction = Some(took_place));
                    }
                }
                ProductionField::WhollyObtained => {
                    for letter in 'a'..='k' {
                        change(&|production| production.wholly_obtained = Some(letter));
                    }
                }
                ProductionField::Cost(_) | ProductionField::Costs | ProductionField::Materials => {}
            }
        }
        FactPath::Material(path, field) if path.len() == 1 => {
            let index = usize::from(path[0]);
            let mut change = |change: &dyn Fn(&mut Material)| {
                suppose(&|facts| {
                    change(&mut facts.production.materials.as_mut().unwrap()[index]);
                });
            };
            match field {
                MaterialField::Hs => {
                    let codes = book.nomenclature.edition(HsEdition::Hs2022).unwrap();
                    for code in codes.codes() {
                        change(&|material| {
                            material.hs = Some(code.code());
                            material.edition = HsEdition::Hs2022;
                        });
                    }
                }
                MaterialField::Value => {
                    for share in shares {
                        change(&|material| {
                            material.value = Amount::from_minor(price * share / 100);
                        });
                    }
                }
                MaterialField::Weight => {
                    for power in 0..12 {
                        change(&|material| {
                            material.weight = Weight::from_milligrams(10_i64.pow(power));
                        });
                    }
                }
                MaterialField::AccessoryWithGood => {
                    for with_good in [true, false] {
                        change(&|material| material.accessory_with_good = Some(with_good));
                    }
                }
                MaterialField::ActiveIngredient => {
                    for active in [true, false] {
                        change(&|material| material.active_ingredient = Some(active));
                    }
                }
                MaterialField::Origin => {
                    for party in ["US", facts.exporter.as_str()] {
                        change(&|material| material.origin = party.parse().ok());
                    }
                }
                MaterialField::Status => {}
            }
        }
        _ => {}
    }
    supposed
}

#[test]
fn what_would_settle_the_question_does_and_nothing_else_does() {
    let (mut settling, mut idle) = (0, 0);
    for_every_good(Gaps::Some, CASES / 3, |book, facts, agreement| {
        let answer = decide(book, facts, agreement);
        if answer.verdict != Verdict::Undetermined {
            return;
        }
        let settles = would_settle(book, facts, &answer);
        assert_eq!(settles.len(), answer.origin.missing.len());
        for (missing, settles) in answer.origin.missing.iter().zip(settles) {
            if is_claim_question(missing.test) {
                continue;
            }
            let decided = answers(book, facts, &missing.fact)
                .iter()
                .any(|facts| decide(book, facts, agreement).verdict != Verdict::Undetermined);
            assert!(
                settles || !decided,
                "{:?} would settle it after all: {facts:#?}\n{answer:#?}",
                missing.fact
            );
            if settles {
                settling += 1;
            } else {
                idle += 1;
            }
        }
    });
    assert!(settling > 200 && idle > 50, "{settling} {idle}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn printing_and_reading_a_rule_are_inverse(text in generate::rule_text(&book())) {
        let rule: OriginRule = text.parse().unwrap();
        prop_assert_eq!(rule.to_string(), text);
    }
}
