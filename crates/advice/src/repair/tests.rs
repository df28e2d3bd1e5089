//! The algorithm against trying every set, and hand-calculated boundaries.

use std::sync::LazyLock;

use originis_rules_engine::agreement::Agreement;
use originis_rules_engine::determination::Test;
use originis_rules_engine::facts::{
    Facts, Material, OriginatingStatus, Proof as ProofHeld, ProofType, TransitField,
    TransitOperation, TransitPlace, Transport,
};
use originis_rules_engine::rulebook::RuleBook;
use originis_testkit::facts::{amount, foreign, made_of, weight};
use proptest::prelude::*;

use super::materials::Proof;
use super::*;

static BOOK: LazyLock<RuleBook> = LazyLock::new(originis_testkit::book);

fn weighed(hs: &str, value: &str, kilograms: &str) -> Material {
    let mut material = foreign(hs, value);
    material.weight = Some(weight(kilograms));
    material
}

/// The smallest size and the least money of any set that works, by trying all.
fn brute_force(book: &RuleBook, facts: &Facts, agreement: Agreement) -> Option<(usize, i128)> {
    let question = Question { book, agreement };
    let count = facts.production.materials.as_ref().unwrap().len();
    let mut best: Option<(usize, i128)> = None;
    for members in 0_u32..1 << count {
        let paths: Vec<Vec<u16>> = (0..count)
            .filter(|index| members >> index & 1 == 1)
            .map(|index| vec![u16::try_from(index).unwrap()])
            .collect();
        if question.originates(&with_originating(facts, &paths)) {
            let money = paths
                .iter()
                .map(|path| {
                    material_at(&facts.production, path)
                        .unwrap()
                        .value
                        .map_or(0, Amount::wide)
                })
                .sum();
            let size = best.map_or(paths.len(), |(size, _)| size.min(paths.len()));
            let money = best.map_or(money, |(_, least)| least.min(money));
            best = Some((size, money));
        }
    }
    best
}

use originis_rules_engine::quantity::Amount;

fn any_material() -> impl Strategy<Value = Material> {
    (
        prop::sample::select(vec![
            "510810", "510529", "611011", "390110", "640610", "392310",
        ]),
        0_u32..40,
        0_u32..40,
        0_u8..10,
    )
        .prop_map(|(hs, value, kilograms, kind)| {
            let mut material = weighed(hs, &value.to_string(), &kilograms.to_string());
            match kind {
                0 => {
                    material.status = OriginatingStatus::Originating;
                    material.origin = Some("CN".parse().unwrap());
                }
                1 => material.status = OriginatingStatus::Unknown,
                2 => material.hs = None,
                _ => {}
            }
            material
        })
}

fn any_good() -> impl Strategy<Value = (Facts, Agreement)> {
    (
        prop::sample::select(vec![
            ("611012", "JP", Agreement::Rcep),
            ("392310", "JP", Agreement::Rcep),
            ("640399", "KR", Agreement::Apta),
            ("870321", "JP", Agreement::Rcep),
            ("640610", "JP", Agreement::Rcep),
        ]),
        prop::collection::vec(any_material(), 1..7),
    )
        .prop_map(|((hs, to, agreement), materials)| {
            let mut facts = made_of(hs, "CN", to, materials);
            facts.good.weight = Some(weight("100"));
            (facts, agreement)
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn no_set_is_smaller_or_cheaper_than_the_ones_found((facts, agreement) in any_good()) {
        let book = &*BOOK;
        let expected = brute_force(book, &facts, agreement);
        if let Some(found) = repairs(book, &facts, agreement) {
            prop_assert_eq!(found.materials.smallest, expected.map(|(size, _)| size));
            if let Some((_, money)) = expected {
                let least = found.materials.sets.iter().filter_map(|set| set.value).min();
                prop_assert_eq!(least.map(|value| value.0), Some(money));
            }
        } else {
            prop_assert_eq!(expected.map(|(size, _)| size), Some(0));
        }
    }

    #[test]
    fn every_option_found_makes_the_good_originating((facts, agreement) in any_good()) {
        let book = &*BOOK;
        let question = Question { book, agreement };
        if let Some(found) = repairs(book, &facts, agreement) {
            for set in &found.materials.sets {
                prop_assert!(question.originates(&with_originating(&facts, &set.paths)));
                for left_out in &set.paths {
                    let fewer: Vec<Vec<u16>> =
                        set.paths.iter().filter(|path| *path != left_out).cloned().collect();
                    prop_assert!(!question.originates(&with_originating(&facts, &fewer)));
                }
            }
        }
    }
}

/// A material that is itself made of others, decided as an intermediate good.
fn any_intermediate() -> impl Strategy<Value = Material> {
    (any_material(), prop::collection::vec(any_material(), 1..3)).prop_map(|(mut outer, inner)| {
        if outer.status == OriginatingStatus::NonOriginating {
            outer.status = OriginatingStatus::Unknown;
        }
        outer.origin = Some("CN".parse().unwrap());
        outer.production = Some(Box::new(made_of("611012", "CN", "JP", inner).production));
        outer
    })
}

/// The smallest set among all materials at every level, by trying all.
fn brute_force_through_levels(facts: &Facts, blocking: &[Vec<u16>]) -> Option<usize> {
    let question = Question {
        book: &BOOK,
        agreement: Agreement::Rcep,
    };
    (0_u32..1 << blocking.len())
        .filter(|members| {
            let paths: Vec<Vec<u16>> = blocking
                .iter()
                .enumerate()
                .filter(|(bit, _)| members >> bit & 1 == 1)
                .map(|(_, path)| path.clone())
                .collect();
            question.originates(&with_originating(facts, &paths))
        })
        .map(|members| usize::try_from(members.count_ones()).unwrap())
        .min()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// What the search relies on.
    #[test]
    fn one_more_originating_material_never_harms(
        (facts, agreement) in any_good(),
        members in any::<u32>(),
        one_more in 0_usize..7,
    ) {
        let question = Question { book: &BOOK, agreement };
        let count = facts.production.materials.as_ref().unwrap().len();
        let paths: Vec<Vec<u16>> = (0..count)
            .filter(|index| members >> index & 1 == 1)
            .map(|index| vec![u16::try_from(index).unwrap()])
            .collect();
        let mut more = paths.clone();
        more.push(vec![u16::try_from(one_more % count).unwrap()]);
        if question.originates(&with_originating(&facts, &paths)) {
            prop_assert!(question.originates(&with_originating(&facts, &more)));
        }
    }

    #[test]
    fn the_smallest_set_is_found_through_all_levels(
        mut materials in prop::collection::vec(any_material(), 0..3),
        intermediate in any_intermediate(),
        hs in prop::sample::select(vec!["611012", "870321", "392310"]),
    ) {
        materials.push(intermediate);
        let mut facts = made_of(hs, "CN", "JP", materials);
        facts.good.weight = Some(weight("100"));
        if let Some(found) = repairs(&BOOK, &facts, Agreement::Rcep) {
            let expected = brute_force_through_levels(&facts, &found.materials.blocking);
            prop_assert_eq!(found.materials.smallest, expected);
        }
    }
}

fn rcep(facts: &Facts) -> Repairs {
    repairs(&BOOK, facts, Agreement::Rcep).unwrap()
}

#[test]
fn the_lowest_price_passes_and_a_unit_less_does_not() {
    // RVC40 alone: 70 of 100 is foreign, so the price must reach 70 / 0.6.
    let found = rcep(&made_of(
        "870321",
        "CN",
        "JP",
        vec![foreign("870899", "70")],
    ));
    let fob = found
        .options
        .iter()
        .find_map(|option| match &option.change {
            Change::FobAtLeast { fob, increase } => Some((fob.to_string(), increase.to_string())),
            _ => None,
        });
    assert_eq!(fob, Some(("116.6667".to_owned(), "16.6667".to_owned())));
    let cut = found
        .options
        .iter()
        .find_map(|option| match &option.change {
            Change::ForeignContentAtMost { content, cut } => {
                Some((content.to_string(), cut.to_string()))
            }
            _ => None,
        });
    assert_eq!(cut, Some(("60.00".to_owned(), "10.00".to_owned())));
    // Content is cheaper to change than price, and touches one material.
    assert!(matches!(
        found.options[0].change,
        Change::ForeignContentAtMost { .. }
    ));
    assert_eq!(found.nearest, Some(Criterion::ValueContent));
}

#[test]
fn the_weight_that_fits_is_found_for_textiles() {
    let mut facts = made_of(
        "611012",
        "CN",
        "JP",
        vec![weighed("611011", "30", "12"), weighed("510810", "20", "60")],
    );
    facts.good.weight = Some(weight("100"));
    let found = rcep(&facts);
    let fits = found
        .options
        .iter()
        .find_map(|option| match &option.change {
            Change::WeightAtMost { weight, cut } => Some((weight.to_string(), cut.to_string())),
            _ => None,
        });
    assert_eq!(fits, Some(("10".to_owned(), "2".to_owned())));
    // Only the material that keeps its chapter blocks the rule.
    assert_eq!(found.materials.sets[0].paths, [vec![0]]);
}

#[test]
fn a_large_bill_is_exact_by_its_figures() {
    let materials = (0..40).map(|_| foreign("870899", "2")).collect();
    let found = rcep(&made_of("870321", "CN", "JP", materials));
    // 80 of 100 is foreign; 60 may stay, so 10 of the 40 must change.
    assert_eq!(found.materials.smallest, Some(10));
    assert!(matches!(
        found.materials.proof,
        Proof::HighestFigures { .. }
    ));
}

/// An intermediate good of undetermined origin with a foreign part.
fn gearbox() -> Material {
    let mut gearbox = foreign("870840", "6");
    gearbox.status = OriginatingStatus::Unknown;
    gearbox.origin = Some("CN".parse().unwrap());
    gearbox.production = Some(Box::new(
        made_of("870840", "CN", "JP", vec![foreign("870840", "5")]).production,
    ));
    gearbox
}

#[test]
fn twenty_five_materials_with_an_intermediate_good_are_searched_in_full() {
    let mut materials: Vec<Material> = (0..23)
        .map(|number| foreign("870899", if number % 2 == 0 { "3" } else { "2.9" }))
        .collect();
    materials.push(gearbox());
    let facts = made_of("870321", "CN", "JP", materials);
    let found = rcep(&facts);
    assert_eq!(found.materials.blocking.len(), 25);
    // 73.9 of 100 is foreign and 60 may stay: the intermediate good and three
    // more take 15 away, two more only 12.
    assert_eq!(found.materials.smallest, Some(4));
    assert!(matches!(
        found.materials.proof,
        Proof::EverySet { decided } if decided < 5_000
    ));
}

/// Beyond twenty-five materials that no figure ranks, the search is bounded: the
/// set offered works, and what is said of smaller ones is a bound, not a proof.
#[test]
fn a_longer_bill_without_an_order_gets_a_bound_that_is_said() {
    let mut materials: Vec<Material> = (0..33)
        // The dearer one is the lighter one, so that none does as well as another.
        .map(|number| {
            weighed(
                "870899",
                &format!("2.{number:02}"),
                &(100 - number).to_string(),
            )
        })
        .collect();
    materials.push(gearbox());
    let facts = made_of("870321", "CN", "JP", materials);
    let found = rcep(&facts);
    assert_eq!(found.materials.blocking.len(), 35);
    let Proof::AtLeast { at_least, decided } = found.materials.proof else {
        panic!("{:?}", found.materials.proof);
    };
    let offered = &found.materials.sets[0];
    let changed = with_originating(&facts, &offered.paths);
    let question = Question {
        book: &BOOK,
        agreement: Agreement::Rcep,
    };
    assert!(question.originates(&changed));
    assert!((2..=offered.paths.len()).contains(&at_least));
    assert!((60_000..61_000).contains(&decided), "{decided}");
}

#[test]
fn minimal_operations_are_repaired_by_a_process() {
    let mut facts = made_of("090121", "CN", "JP", vec![foreign("090111", "20")]);
    facts.production.operations = Some(vec![BOOK.operation("packaging")]);
    let found = rcep(&facts);
    assert!(
        found
            .options
            .iter()
            .any(|option| option.change == Change::SubstantialProcess)
    );
}

#[test]
fn an_intermediate_good_may_be_repaired_from_within() {
    // Yarn of heading 51.08 from yarn of the same heading fails CTH, and with it
    // the garment made of two such yarns only if their chapter were 61.
    let mut inner = foreign("611011", "60");
    inner.status = OriginatingStatus::Unknown;
    inner.origin = Some("CN".parse().unwrap());
    inner.production = Some(Box::new(
        made_of(
            "611011",
            "CN",
            "JP",
            vec![foreign("611011", "30"), foreign("510810", "10")],
        )
        .production,
    ));
    let facts = made_of("611012", "CN", "JP", vec![inner]);
    let found = rcep(&facts);
    assert_eq!(found.materials.smallest, Some(1));
    let paths: Vec<_> = found
        .materials
        .sets
        .iter()
        .map(|set| set.paths.clone())
        .collect();
    assert!(paths.contains(&vec![vec![0]]) && paths.contains(&vec![vec![0, 0]]));
    assert!(matches!(found.materials.proof, Proof::EverySet { .. }));
}

#[test]
fn a_good_that_qualifies_has_a_margin_to_the_last_unit() {
    let facts = made_of(
        "870321",
        "CN",
        "JP",
        vec![
            foreign("870899", "48"),
            originis_testkit::facts::foreign("392310", "6"),
        ],
    );
    let margin = margin(&BOOK, &facts, Agreement::Rcep).unwrap();
    assert_eq!(margin.lowest_fob.unwrap().to_string(), "90.00");
    let content = margin.content.unwrap();
    assert_eq!(
        (content.content.to_string(), content.room.to_string()),
        ("54.00".to_owned(), "6.00".to_owned())
    );
    assert_eq!(content.exchange_rate_rise.as_deref(), Some("11.11"));
    assert!(!margin.independent_of_figures);
}

#[test]
fn a_tariff_shift_is_not_broken_by_any_price() {
    let mut yarn = foreign("510810", "48");
    yarn.value = Some(amount("99"));
    let margin = margin(
        &BOOK,
        &made_of("611012", "CN", "JP", vec![yarn]),
        Agreement::Rcep,
    )
    .unwrap();
    assert!(
        margin.independent_of_figures && margin.lowest_fob.is_none() && margin.content.is_none()
    );
}

#[test]
fn the_loss_of_one_status_is_named() {
    let mut fabric = foreign("611011", "40");
    fabric.status = OriginatingStatus::Originating;
    fabric.origin = Some("AU".parse().unwrap());
    let facts = made_of("611012", "CN", "JP", vec![fabric, foreign("510810", "20")]);
    let margin = margin(&BOOK, &facts, Agreement::Rcep).unwrap();
    let lost: Vec<u16> = margin.depends_on.iter().map(|loss| loss.material).collect();
    assert_eq!(lost, [0]);
}

/// Footwear of foreign uppers within the APTA content, sent through a place that
/// is no Participating State and put into trade there.
fn through_hong_kong(entered_into_trade: bool) -> Facts {
    let mut facts = made_of("640399", "CN", "LK", vec![foreign("640610", "20")]);
    facts.proof = Some(ProofHeld {
        proof: ProofType::Certificate,
        issued: Some(jiff::civil::date(2026, 7, 1)),
    });
    facts.transport = Some(Transport {
        direct: Some(false),
        via: vec![TransitPlace {
            place: "HK".parse().unwrap(),
            customs_control: Some(true),
            operations: Some(vec![TransitOperation::Unloading]),
            entered_into_trade: Some(entered_into_trade),
            justified_by_transport: Some(true),
            facility: None,
        }],
    });
    facts
}

#[test]
fn a_claim_lost_in_trade_is_mended_by_that_fact_alone() {
    let found = claim_repairs(&BOOK, &through_hong_kong(true), Agreement::Apta).unwrap();
    assert_eq!(found.blockers, [Test::DirectConsignment]);
    let changes: Vec<&[ClaimChange]> = found
        .options
        .iter()
        .map(|option| option.changes.as_slice())
        .collect();
    let kept = ClaimChange::TransitKept(vec![TransitStep {
        place: 0,
        field: TransitField::EnteredIntoTrade,
    }]);
    assert_eq!(changes, [&[ClaimChange::CarriedDirect][..], &[kept][..]]);
    assert!(claim_repairs(&BOOK, &through_hong_kong(false), Agreement::Apta).is_none());
}
