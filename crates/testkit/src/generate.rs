//! Generators of facts for properties and for the comparison with the
//! reference evaluator. They aim at the edges of the law: codes of the same
//! heading and chapter, excluded codes, figures exactly on a threshold and one
//! minor unit beside it, every role of a material, nested bills of materials,
//! and facts that are absent.

use jiff::civil::date;
use originis_rules_engine::agreement::{Agreement, AgreementBook};
use originis_rules_engine::country::Country;
use originis_rules_engine::facts::{
    Costs, Deduction, DeductionKind, Facts, Good, Material, MaterialRole, Operation,
    OriginatingStatus, Production, Proof, ProofType, SupplyRegime, TransitOperation, TransitPlace,
    Transport,
};
use originis_rules_engine::hs::{HsCode, HsEdition};
use originis_rules_engine::quantity::{Amount, Weight};
use originis_rules_engine::rule::{Alternative, OriginRule, Requirement};
use originis_rules_engine::rulebook::RuleBook;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::facts::{DAY, country};

/// How much is left out of the facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gaps {
    /// Every fact is stated.
    None,
    /// Any fact may be absent.
    Some,
}

/// What the generators draw from.
#[derive(Debug, Clone)]
pub struct Pool {
    agreement: Agreement,
    members: Vec<Country>,
    goods: Vec<HsCode>,
    older: Vec<HsCode>,
    excluded: Vec<HsCode>,
    minimal: Vec<Operation>,
    grounds: Vec<char>,
    gaps: Gaps,
}

impl Pool {
    /// Draws from the tables of one agreement.
    pub fn of(book: &RuleBook, agreement: Agreement, gaps: Gaps) -> Self {
        let tables = book.agreement(agreement).unwrap();
        let codes = |edition| {
            book.nomenclature
                .edition(edition)
                .map(|codes| codes.codes().iter().map(|code| code.code()).collect())
                .unwrap_or_default()
        };
        Self {
            agreement,
            members: tables.parties.iter().map(|party| party.country).collect(),
            goods: codes(HsEdition::Hs2022),
            older: codes(HsEdition::Hs2017),
            excluded: excluded_codes(tables),
            minimal: tables
                .minimal_operations
                .iter()
                .map(|(operation, _)| *operation)
                .collect(),
            grounds: tables.grounds.iter().map(|ground| ground.letter).collect(),
            gaps,
        }
    }

    /// The agreement the pool was drawn from.
    pub fn agreement(&self) -> Agreement {
        self.agreement
    }

    fn maybe<S>(&self, strategy: S) -> BoxedStrategy<Option<S::Value>>
    where
        S: Strategy + 'static,
        S::Value: Clone,
    {
        match self.gaps {
            Gaps::None => strategy.prop_map(Some).boxed(),
            Gaps::Some => prop::option::weighted(0.9, strategy).boxed(),
        }
    }
}

fn excluded_codes(tables: &AgreementBook) -> Vec<HsCode> {
    let of = |requirement: &Requirement| -> Vec<HsCode> {
        requirement
            .alternatives
            .iter()
            .filter_map(|alternative| match alternative {
                Alternative::TariffShift(shift) => shift.except.as_ref(),
                _ => None,
            })
            .flat_map(originis_rules_engine::rule::Exclusion::named_codes)
            .collect()
    };
    let mut codes: Vec<HsCode> = tables
        .product_rules
        .iter()
        .flat_map(|table| &table.rules)
        .flat_map(|row| match &row.rule {
            OriginRule::Uniform(requirement) => of(requirement),
            OriginRule::ByProduct(parts) => parts
                .iter()
                .flat_map(|part| of(&part.requirement))
                .collect(),
        })
        .collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// The price every share is taken of, in minor units. Thirds and sevenths are
/// no finite decimals, which is where rounding would show.
fn price() -> impl Strategy<Value = i64> {
    prop::sample::select(vec![1_000_000_i64, 12_000_000, 333_333, 70_007, 99])
}

/// A share of the price on, just below or just above a percentage of the law.
fn share() -> impl Strategy<Value = (i64, i64)> {
    (
        prop::sample::select(vec![0_i64, 5, 10, 20, 30, 40, 45, 50, 55, 60, 65, 90, 100]),
        prop_oneof![4 => Just(0_i64), 1 => Just(-1), 1 => Just(1)],
    )
}

fn part_of(price: i64, (percent, beside): (i64, i64)) -> i64 {
    (price * percent / 100 + beside).max(0)
}

#[derive(Debug, Clone)]
enum CodeChoice {
    Same,
    Near(u8, Index),
    Excluded(Index),
    Any(Index),
    Group(u8, Index),
    Older(Index),
    Invalid,
}

fn code_choice(gaps: Gaps) -> BoxedStrategy<CodeChoice> {
    let usual = prop_oneof![
        2 => Just(CodeChoice::Same),
        6 => (prop::sample::select(vec![2_u8, 4]), any::<Index>())
            .prop_map(|(digits, index)| CodeChoice::Near(digits, index)),
        2 => any::<Index>().prop_map(CodeChoice::Excluded),
        8 => any::<Index>().prop_map(CodeChoice::Any),
    ];
    match gaps {
        Gaps::None => usual.boxed(),
        Gaps::Some => prop_oneof![
            12 => usual,
            1 => (prop::sample::select(vec![2_u8, 4]), any::<Index>())
                .prop_map(|(digits, index)| CodeChoice::Group(digits, index)),
            1 => any::<Index>().prop_map(CodeChoice::Older),
            1 => Just(CodeChoice::Invalid),
        ]
        .boxed(),
    }
}

fn pick(codes: &[HsCode], index: &Index) -> Option<HsCode> {
    (!codes.is_empty()).then(|| codes[index.index(codes.len())])
}

fn resolve(pool: &Pool, choice: &CodeChoice, good: HsCode) -> (HsCode, HsEdition) {
    let newest = HsEdition::Hs2022;
    let within = |group: HsCode| -> Vec<HsCode> {
        pool.goods
            .iter()
            .copied()
            .filter(|code| code.is_within(group))
            .collect()
    };
    let near = |group: Option<HsCode>, index: &Index| {
        group
            .and_then(|group| pick(&within(group), index))
            .unwrap_or(good)
    };
    match choice {
        CodeChoice::Same => (good, newest),
        CodeChoice::Near(digits, index) => (near(good.prefix(*digits), index), newest),
        CodeChoice::Excluded(index) => (near(pick(&pool.excluded, index), index), newest),
        CodeChoice::Any(index) => (pick(&pool.goods, index).unwrap_or(good), newest),
        CodeChoice::Group(digits, index) => (
            pick(&pool.goods, index)
                .and_then(|code| code.prefix(*digits))
                .unwrap_or(good),
            newest,
        ),
        CodeChoice::Older(index) => (pick(&pool.older, index).unwrap_or(good), HsEdition::Hs2017),
        CodeChoice::Invalid => (HsCode::new(999_999, 6).unwrap(), newest),
    }
}

fn status() -> impl Strategy<Value = OriginatingStatus> {
    prop_oneof![
        4 => Just(OriginatingStatus::NonOriginating),
        4 => Just(OriginatingStatus::Originating),
        1 => Just(OriginatingStatus::Unknown),
    ]
}

fn role() -> impl Strategy<Value = MaterialRole> {
    prop_oneof![
        12 => Just(MaterialRole::Material),
        1 => Just(MaterialRole::RetailPacking),
        1 => Just(MaterialRole::TransportPacking),
        1 => Just(MaterialRole::Accessory),
        1 => Just(MaterialRole::Indirect),
    ]
}

fn origin(pool: &Pool, exporter: Country) -> BoxedStrategy<Country> {
    prop_oneof![
        4 => Just(exporter),
        3 => prop::sample::select(pool.members.clone()),
        1 => Just(country("US")),
    ]
    .boxed()
}

fn deductions(price: i64) -> impl Strategy<Value = Vec<Deduction>> {
    let one = (
        prop::sample::select(vec![
            DeductionKind::Transport,
            DeductionKind::DutiesPaid,
            DeductionKind::DutiesRecovered,
            DeductionKind::Waste,
        ]),
        share(),
        prop::bool::weighted(0.7),
    )
        .prop_map(move |(kind, share, proved)| Deduction {
            kind,
            amount: Amount::from_minor(part_of(price, share) / 4).unwrap(),
            proved,
        });
    prop_oneof![4 => Just(Vec::new()), 1 => prop::collection::vec(one, 1..3)]
}

fn regime() -> impl Strategy<Value = Option<SupplyRegime>> {
    prop_oneof![
        8 => Just(None),
        1 => Just(Some(SupplyRegime::FreeCirculation)),
        1 => Just(Some(SupplyRegime::ProcessingTrade)),
        1 => Just(Some(SupplyRegime::BorderTrade)),
    ]
}

fn material(
    pool: Pool,
    good: HsCode,
    exporter: Country,
    price: i64,
    depth: u8,
) -> BoxedStrategy<Material> {
    let inside = if depth == 0 {
        Just(None).boxed()
    } else {
        prop::option::weighted(
            0.15,
            production(pool.clone(), good, exporter, price / 2, depth - 1),
        )
        .boxed()
    };
    (
        (
            pool.maybe(code_choice(pool.gaps)),
            pool.maybe(origin(&pool, exporter)),
            status(),
            pool.maybe(share()),
        ),
        (
            deductions(price),
            pool.maybe(share()),
            role(),
            pool.maybe(any::<bool>()),
            pool.maybe(any::<bool>()),
            regime(),
            inside,
        ),
    )
        .prop_map(move |(identity, details)| {
            let (choice, origin, status, value) = identity;
            let (deductions, weight, role, with_good, active, regime, production) = details;
            let (hs, edition) = match choice.map(|choice| resolve(&pool, &choice, good)) {
                Some((hs, edition)) => (Some(hs), edition),
                None => (None, HsEdition::Hs2022),
            };
            Material {
                hs,
                edition,
                origin,
                status,
                value: value.and_then(|share| Amount::from_minor(part_of(price, share))),
                deductions,
                weight: weight.and_then(|share| Weight::from_milligrams(part_of(1_000_000, share))),
                role,
                accessory_with_good: with_good,
                active_ingredient: active,
                regime,
                production: production.map(Box::new),
            }
        })
        .boxed()
}

fn operations(pool: &Pool) -> BoxedStrategy<Option<Vec<Operation>>> {
    let minimal = prop::sample::select(pool.minimal.clone());
    let listed = prop::collection::vec(minimal.clone(), 1..3);
    let settled = prop_oneof![
        5 => Just(vec![Operation::SUBSTANTIAL]),
        1 => listed.clone(),
        1 => listed.prop_map(|mut operations| {
            operations.push(Operation::SUBSTANTIAL);
            operations
        }),
    ];
    match pool.gaps {
        Gaps::None => settled.prop_map(Some).boxed(),
        Gaps::Some => prop_oneof![
            8 => settled.prop_map(Some),
            1 => Just(None),
            1 => Just(Some(Vec::new())),
            1 => minimal.prop_map(|operation| Some(vec![operation.unqualified()])),
        ]
        .boxed(),
    }
}

fn costs(price: i64) -> impl Strategy<Value = Costs> {
    let cost = || {
        prop::option::weighted(0.6, share()).prop_map(move |share| {
            share.and_then(|share| Amount::from_minor(part_of(price, share) / 4))
        })
    };
    (cost(), cost(), cost(), cost()).prop_map(|(labour, overhead, profit, other)| Costs {
        labour,
        overhead,
        profit,
        other,
    })
}

/// Makes the parts of a price fit into it, in the order they are listed: facts
/// that contradict each other are a subject of their own.
fn fit(mut production: Production, price: i64) -> Production {
    let mut room = price;
    let mut take = |amount: &mut Option<Amount>| {
        if let Some(stated) = amount {
            *stated = (*stated).min(Amount::from_minor(room).unwrap());
            room -= stated.minor();
        }
    };
    for material in production.materials.iter_mut().flatten() {
        take(&mut material.value);
    }
    let costs = &mut production.costs;
    take(&mut costs.labour);
    take(&mut costs.overhead);
    take(&mut costs.profit);
    take(&mut costs.other);
    for material in production.materials.iter_mut().flatten() {
        if let Some(inside) = material.production.take() {
            let value = material.value.map_or(price, Amount::minor);
            material.production = Some(Box::new(fit(*inside, value)));
        }
    }
    production
}

/// How a good of this code and price is produced.
fn production(
    pool: Pool,
    good: HsCode,
    exporter: Country,
    price: i64,
    depth: u8,
) -> BoxedStrategy<Production> {
    let grounds = prop::sample::select(pool.grounds.clone());
    let materials =
        prop::collection::vec(material(pool.clone(), good, exporter, price, depth), 0..4);
    let materials = match pool.gaps {
        Gaps::None => materials.prop_map(Some).boxed(),
        Gaps::Some => prop::option::weighted(0.95, materials).boxed(),
    };
    (
        prop_oneof![
            9 => Just(None),
            1 => grounds.prop_map(Some),
            1 => Just(Some('z')),
        ],
        materials,
        costs(price),
        operations(&pool),
        pool.maybe(any::<bool>()),
    )
        .prop_map(
            |(wholly_obtained, materials, costs, operations, chemical_reaction)| Production {
                wholly_obtained,
                materials,
                costs,
                operations,
                chemical_reaction,
            },
        )
        .boxed()
}

/// Goods from a fixed seed: the same ones on every run.
pub fn sample(pool: &Pool, count: usize) -> impl Iterator<Item = Facts> {
    let strategy = facts(pool);
    let seed = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), seed);
    (0..count).map(move |_| strategy.new_tree(&mut runner).unwrap().current())
}

/// Any good on its way between any two countries, mostly members.
pub fn facts(pool: &Pool) -> BoxedStrategy<Facts> {
    let pool = pool.clone();
    let goods = prop::sample::select(pool.goods.clone());
    let party = prop_oneof![
        20 => prop::sample::select(pool.members.clone()),
        1 => Just(country("US")),
    ];
    let day = prop_oneof![
        20 => Just(DAY),
        1 => Just(date(2026, 12, 1)),
        1 => Just(date(2021, 6, 1)),
    ];
    let day = match pool.gaps {
        Gaps::None => day.prop_map(Some).boxed(),
        Gaps::Some => prop::option::weighted(0.97, day).boxed(),
    };
    (goods, party.clone(), party, day, price())
        .prop_flat_map(move |(hs, exporter, importer, day, price)| {
            (
                production(pool.clone(), hs, exporter, price, 2),
                pool.maybe(Just(price)),
                pool.maybe(share()),
                pool.maybe(1_u8..3),
                older_edition(&pool, hs),
                transport(&pool),
                proof(&pool),
            )
                .prop_map(
                    move |(production, fob, weight, part, (hs, edition), transport, proof)| Facts {
                        exporter,
                        importer,
                        date: day,
                        good: Good {
                            hs,
                            edition,
                            fob: fob.and_then(Amount::from_minor),
                            in_us_dollars: true,
                            weight: weight
                                .map(|share| part_of(1_000_000, share).max(1))
                                .and_then(Weight::from_milligrams),
                            customs_value: None,
                            part,
                        },
                        production: fit(production, price),
                        transport,
                        proof,
                    },
                )
        })
        .boxed()
}

/// The code as stated, now and then in a former edition or only as a heading.
fn older_edition(pool: &Pool, hs: HsCode) -> BoxedStrategy<(HsCode, HsEdition)> {
    let stated = Just((hs, HsEdition::Hs2022));
    match pool.gaps {
        Gaps::None => stated.boxed(),
        Gaps::Some => prop_oneof![
            20 => stated,
            1 => prop::sample::select(pool.older.clone())
                .prop_map(|code| (code, HsEdition::Hs2017)),
            1 => Just((hs.prefix(4).unwrap_or(hs), HsEdition::Hs2022)),
        ]
        .boxed(),
    }
}

fn transport(pool: &Pool) -> BoxedStrategy<Option<Transport>> {
    let countries = pool.members.clone();
    let place = (
        prop_oneof![
            2 => Just(country("HK")),
            1 => prop::sample::select(countries),
        ],
        prop::option::of(any::<bool>()),
        prop::option::of(prop::collection::vec(
            prop::sample::select(vec![
                TransitOperation::Unloading,
                TransitOperation::Reloading,
                TransitOperation::Storing,
                TransitOperation::Other,
            ]),
            0..3,
        )),
        prop::option::of(any::<bool>()),
        prop::option::of(any::<bool>()),
    )
        .prop_map(
            |(place, customs_control, operations, entered_into_trade, justified)| TransitPlace {
                place,
                customs_control,
                operations,
                entered_into_trade,
                justified_by_transport: justified,
                facility: None,
            },
        );
    let route = (
        prop::option::of(any::<bool>()),
        prop::collection::vec(place, 0..2),
    )
        .prop_map(|(direct, via)| Transport { direct, via });
    prop::option::of(route).boxed()
}

fn proof(_: &Pool) -> BoxedStrategy<Option<Proof>> {
    let proof = (
        prop::sample::select(vec![
            ProofType::Certificate,
            ProofType::ApprovedExporter,
            ProofType::ExporterDeclaration,
            ProofType::None,
        ]),
        prop::option::of(prop::sample::select(vec![
            date(2026, 7, 1),
            date(2025, 7, 15),
            date(2025, 7, 14),
            date(2026, 8, 1),
        ])),
    )
        .prop_map(|(proof, issued)| Proof { proof, issued });
    prop::option::of(proof).boxed()
}

/// A rule in the normalised text of the Annex.
pub fn rule_text(book: &RuleBook) -> BoxedStrategy<String> {
    let mut codes: Vec<HsCode> = book
        .nomenclature
        .edition(HsEdition::Hs2022)
        .map(|codes| codes.codes().iter().map(|code| code.code()).collect())
        .unwrap_or_default();
    codes.sort_unstable();
    let exclusion = (
        prop::sample::select(vec![(2_u8, "Chapter"), (4, "heading"), (6, "subheading")]),
        prop::collection::btree_set(prop::sample::select(codes), 1..4),
        0_u8..3,
    )
        .prop_map(|((digits, word), codes, form)| {
            let mut groups: Vec<HsCode> = codes
                .iter()
                .filter_map(|code| code.prefix(digits))
                .collect();
            groups.dedup();
            let texts: Vec<String> = groups.iter().map(ToString::to_string).collect();
            match (form, texts.as_slice()) {
                (0, [first, .., last]) => format!(" except from {word}s {first} through {last}"),
                (1, [head @ .., last]) if !head.is_empty() => {
                    format!(" except from {word}s {} and {last}", head.join(", "))
                }
                (_, [head @ .., last]) if !head.is_empty() => {
                    format!(" except from {word} {} or {last}", head.join(", "))
                }
                (_, texts) => format!(" except from {word} {}", texts.join("")),
            }
        });
    let shift = (
        prop::sample::select(vec!["CC", "CTH", "CTSH"]),
        prop_oneof![Just(String::new()), exclusion],
    )
        .prop_map(|(level, except)| format!("{level}{except}"));
    let alternative = prop_oneof![
        5 => shift,
        1 => Just("WO".to_owned()),
        1 => Just("CR".to_owned()),
        2 => (0_u8..=100).prop_map(|percent| format!("RVC{percent}")),
    ];
    let requirement = prop::collection::vec(alternative, 1..4).prop_map(|list| list.join(" or "));
    prop_oneof![
        4 => requirement.clone(),
        1 => (requirement.clone(), requirement).prop_map(|(first, second)| {
            format!("(1) of insects: {first}; (2) all other goods: {second}")
        }),
    ]
    .boxed()
}
