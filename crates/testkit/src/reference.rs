//! A slow and obvious evaluator to hold the engine against.
//!
//! It is written from the treaty and works in another way than the engine. It
//! knows no three-valued logic inside a test: whatever is not known it answers
//! in every way that could matter, decides each fully known good by plain
//! comparisons, and calls a good originating only when every answer leads
//! there. It reads the printed text of a rule, not the parsed tree, compares
//! codes as text, and has the percentages of the law written into it.

use std::collections::BTreeSet;

use originis_rules_engine::agreement::{Agreement, AgreementBook, Status};
use originis_rules_engine::country::Country;
use originis_rules_engine::determination::Verdict;
use originis_rules_engine::facts::{
    DeductionKind, Facts, Material, MaterialRole, Operation, OriginatingStatus, Production,
    SupplyRegime,
};
use originis_rules_engine::hs::{HsCode, HsEdition};
use originis_rules_engine::outcome::Outcome;
use originis_rules_engine::quantity::{Amount, Weight};
use originis_rules_engine::rulebook::RuleBook;

/// What the reference evaluator says of a good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The verdict on origin.
    pub verdict: Verdict,
    /// The criteria met whatever the open facts turn out to be, by symbol. A
    /// rule counts as met where every material proves to be originating, which
    /// leaves it nothing to demand. `None` where that cannot be told.
    pub criteria: Option<BTreeSet<&'static str>>,
    /// Whether any fact or term of law had to be supposed.
    pub supposed: bool,
}

/// Judges the origin of a good under one agreement.
pub fn judge(book: &RuleBook, facts: &Facts, agreement: Agreement) -> Judgement {
    let tables = book.agreement(agreement).unwrap();
    let mut seen = Seen::default();
    for world in worlds(tables, facts) {
        let bound = facts.exporter != facts.importer
            && world.binds(tables, facts.exporter, facts.importer, facts.date.is_none());
        if !bound {
            seen.add(&Answer::no());
        } else if facts.date.is_none() {
            // Which law applies is not known.
            seen.add(&Answer::either());
        } else {
            Supposing {
                book,
                tables,
                world: &world,
                numbers_are_open: facts.good.fob.is_none()
                    || sums_are_open(&facts.production, facts.exporter),
                seen: &mut seen,
            }
            .every_way(facts, false);
        }
    }
    Judgement {
        verdict: match (seen.yes, seen.no) {
            (true, false) => Verdict::Originating,
            (false, true) => Verdict::NotOriginating,
            _ => Verdict::Undetermined,
        },
        criteria: match (seen.criteria, seen.by_rule) {
            _ if seen.no => Some(BTreeSet::new()),
            _ if seen.impossible => None,
            (Some(always), Some(by_rule)) => Some(always.union(&by_rule).copied().collect()),
            (always, None) if !seen.supposed => always,
            _ => None,
        },
        supposed: seen.supposed,
    }
}

/// What all answers together came to.
#[derive(Default)]
struct Seen {
    yes: bool,
    no: bool,
    criteria: Option<BTreeSet<&'static str>>,
    /// The criteria where not every material is originating.
    by_rule: Option<BTreeSet<&'static str>>,
    impossible: bool,
    supposed: bool,
}

impl Seen {
    fn add(&mut self, answer: &Answer) {
        self.yes |= answer.can_be;
        self.no |= answer.can_fail;
        self.impossible |= answer.impossible;
        let in_common = |so_far: Option<BTreeSet<&'static str>>| match so_far {
            None => answer.criteria.clone(),
            Some(common) => common.intersection(&answer.criteria).copied().collect(),
        };
        self.criteria = Some(in_common(self.criteria.take()));
        if !answer.nothing_foreign {
            self.by_rule = Some(in_common(self.by_rule.take()));
        }
    }
}

/// The origin of one good of which every fact is stated or supposed.
struct Answer {
    can_be: bool,
    can_fail: bool,
    criteria: BTreeSet<&'static str>,
    /// Every material is originating, so that a rule has nothing to demand.
    nothing_foreign: bool,
    /// What was supposed contradicts what is stated: this answer cannot come
    /// true and tells nothing of the criteria.
    impossible: bool,
}

impl Answer {
    fn no() -> Self {
        Self {
            can_be: false,
            can_fail: true,
            criteria: BTreeSet::new(),
            nothing_foreign: false,
            impossible: false,
        }
    }

    fn either() -> Self {
        Self {
            can_be: true,
            can_fail: true,
            criteria: BTreeSet::new(),
            nothing_foreign: false,
            impossible: false,
        }
    }
}

/// One way the terms of law that are not known may prove to be.
struct World {
    day: jiff::civil::Date,
    /// Pairs whose standing is not known bind each other.
    open_pairs_bind: bool,
    /// A State whose status is not known is least developed.
    open_status_is_least_developed: bool,
    /// A sector rule that is not loaded exists.
    unseen_sector_rule: bool,
    /// The operations of an unconfirmed list are on it.
    unconfirmed_list_holds: bool,
}

/// Every combination of the unknown terms of law.
fn worlds(tables: &AgreementBook, facts: &Facts) -> Vec<World> {
    let day = facts.date.unwrap_or(crate::facts::DAY);
    let both = [false, true];
    let open_pairs = tables
        .pairs
        .iter()
        .any(|pair| pair.standing.value == Outcome::Unknown);
    let apta = tables.agreement == Agreement::Apta;
    let choices = |open: bool| if open { &both[..] } else { &both[..1] };
    let mut worlds = Vec::new();
    for open_pairs_bind in choices(open_pairs) {
        for open_status_is_least_developed in choices(apta) {
            for unseen_sector_rule in choices(apta) {
                for unconfirmed_list_holds in choices(apta) {
                    worlds.push(World {
                        day,
                        open_pairs_bind: *open_pairs_bind,
                        open_status_is_least_developed: *open_status_is_least_developed,
                        unseen_sector_rule: *unseen_sector_rule,
                        unconfirmed_list_holds: *unconfirmed_list_holds,
                    });
                }
            }
        }
    }
    worlds
}

impl World {
    fn is_member(&self, tables: &AgreementBook, country: Country, ever: bool) -> bool {
        tables.parties.iter().any(|party| {
            party.country == country && (ever || party.membership.period.contains(self.day))
        })
    }

    /// Both are members, and no special standing keeps them apart.
    fn binds(&self, tables: &AgreementBook, one: Country, other: Country, ever: bool) -> bool {
        let members = self.is_member(tables, one, ever) && self.is_member(tables, other, ever);
        let apart = tables.pairs.iter().any(|pair| {
            let same = (pair.first == one && pair.second == other)
                || (pair.first == other && pair.second == one);
            let unbound = match pair.standing.value {
                Outcome::NotMet => true,
                Outcome::Unknown => !self.open_pairs_bind,
                Outcome::Met | Outcome::NotApplicable => false,
            };
            same && !ever && pair.standing.period.contains(self.day) && unbound
        });
        members && !apart
    }

    fn is_least_developed(&self, tables: &AgreementBook, country: Country) -> bool {
        let row = tables
            .parties
            .iter()
            .filter(|party| party.country == country)
            .flat_map(|party| &party.least_developed)
            .find(|row| row.period.contains(self.day));
        match row.map(|row| row.value) {
            Some(Outcome::Met) => true,
            Some(Outcome::Unknown) => self.open_status_is_least_developed,
            _ => false,
        }
    }
}

/// More than any real figure.
const HUGE: i64 = 1_000_000_000_000_000;

/// Answers what is not known, one fact after the other, in every relevant way.
struct Supposing<'a> {
    book: &'a RuleBook,
    tables: &'a AgreementBook,
    world: &'a World,
    /// Whether any of the figures has to be supposed.
    numbers_are_open: bool,
    seen: &'a mut Seen,
}

/// Whether a value, or what it counts as, is open for any material.
fn sums_are_open(production: &Production, exporter: Country) -> bool {
    production.materials.iter().flatten().any(|material| {
        let accessory =
            material.role == MaterialRole::Accessory && material.accessory_with_good.is_none();
        let at_the_border =
            material.regime == Some(SupplyRegime::BorderTrade) && material.origin == Some(exporter);
        let party = material.status == OriginatingStatus::Originating
            && (material.origin.is_none() || at_the_border);
        let own =
            material.status == OriginatingStatus::Originating && material.origin == Some(exporter);
        let value = material.value.is_none() && !own;
        value || accessory || party || material.production.is_some()
    })
}

impl Supposing<'_> {
    fn every_way(&mut self, facts: &Facts, supposed: bool) {
        if self.seen.yes && self.seen.no {
            self.seen.supposed |= supposed;
            return;
        }
        if let Some(ways) = self.first_open_fact(facts) {
            for way in ways {
                self.every_way(&way, true);
            }
            return;
        }
        self.seen.supposed |= supposed;
        let scene = Scene {
            book: self.book,
            tables: self.tables,
            world: self.world,
            importer: facts.importer,
            numbers_are_open: self.numbers_are_open,
        };
        let subject = Subject {
            exporter: facts.exporter,
            code: Some(facts.good.hs),
            edition: facts.good.edition,
            fob: minor(facts.good.fob),
            weight: facts.good.weight.map_or(0, Weight::wide),
            part: facts.good.part,
            production: &facts.production,
            is_whole: true,
        };
        for answer in scene.decide(&subject) {
            self.seen.add(&answer);
        }
    }

    /// The first fact that is open and matters, answered in its relevant ways.
    fn first_open_fact(&self, facts: &Facts) -> Option<Vec<Facts>> {
        let with = |change: &dyn Fn(&mut Facts)| {
            let mut changed = facts.clone();
            change(&mut changed);
            changed
        };
        let rule = self.rule_text(facts.good.hs, facts.good.edition);
        if facts.good.fob.is_none() {
            let least = stated_sum(&facts.production).max(1);
            return Some(
                [1, least, HUGE]
                    .into_iter()
                    .map(|fob| with(&|facts| facts.good.fob = Amount::from_minor(fob)))
                    .collect(),
            );
        }
        let textile = (50..=63).contains(&facts.good.hs.chapter());
        if textile && facts.good.weight.is_none() {
            return Some(
                [1, HUGE]
                    .into_iter()
                    .map(|weight| {
                        with(&|facts| facts.good.weight = Weight::from_milligrams(weight))
                    })
                    .collect(),
            );
        }
        if facts.good.part.is_none() && rule.starts_with('(') {
            return Some(
                (1..=2)
                    .map(|part| with(&|facts| facts.good.part = Some(part)))
                    .collect(),
            );
        }
        let room = minor(facts.good.fob) - i128::from(stated_sum(&facts.production));
        self.open_production(
            &facts.production,
            Subjected {
                exporter: facts.exporter,
                code: facts.good.hs,
                edition: facts.good.edition,
                room: i64::try_from(room).unwrap_or(HUGE).max(0),
            },
        )
        .map(|ways| {
            ways.into_iter()
                .map(|production| with(&|facts| facts.production = production.clone()))
                .collect()
        })
    }

    fn open_production(&self, production: &Production, of: Subjected) -> Option<Vec<Production>> {
        let with = |change: &dyn Fn(&mut Production)| {
            let mut changed = production.clone();
            change(&mut changed);
            changed
        };
        let rule = self.rule_text(of.code, of.edition);
        let Some(materials) = &production.materials else {
            let local = supposed_material(of, OriginatingStatus::Originating, 0);
            let foreign = supposed_material(of, OriginatingStatus::NonOriginating, HUGE);
            return Some(vec![
                with(&|production| production.materials = Some(Vec::new())),
                with(&|production| production.materials = Some(vec![local.clone()])),
                with(&|production| production.materials = Some(vec![foreign.clone()])),
            ]);
        };
        let stated = production.operations.as_deref().unwrap_or_default();
        let unsettled = |operation: &&Operation| operation.simple_form().is_some();
        if let Some(unqualified) = stated.iter().find(unsettled) {
            let simple = unqualified.simple_form().unwrap();
            return Some(
                [simple, Operation::SUBSTANTIAL]
                    .into_iter()
                    .map(|settled| {
                        with(&|production| {
                            for operation in production.operations.iter_mut().flatten() {
                                if operation == unqualified {
                                    *operation = settled;
                                }
                            }
                        })
                    })
                    .collect(),
            );
        }
        if stated.is_empty() {
            let minimal = self.tables.minimal_operations[0].0;
            return Some(
                [minimal, Operation::SUBSTANTIAL]
                    .into_iter()
                    .map(|operation| {
                        with(&|production| production.operations = Some(vec![operation]))
                    })
                    .collect(),
            );
        }
        if rule.contains("CR") && production.chemical_reaction.is_none() {
            return Some(
                [true, false]
                    .into_iter()
                    .map(|took_place| {
                        with(&|production| production.chemical_reaction = Some(took_place))
                    })
                    .collect(),
            );
        }
        materials.iter().enumerate().find_map(|(index, material)| {
            let ways = self.open_material(material, of, &rule)?;
            Some(
                ways.into_iter()
                    .map(|way| {
                        with(&|production| {
                            production.materials.as_mut().unwrap()[index] = way.clone();
                        })
                    })
                    .collect(),
            )
        })
    }

    fn open_material(
        &self,
        material: &Material,
        of: Subjected,
        rule: &str,
    ) -> Option<Vec<Material>> {
        let with = |change: &dyn Fn(&mut Material)| {
            let mut changed = material.clone();
            change(&mut changed);
            changed
        };
        if material.role == MaterialRole::Accessory && material.accessory_with_good.is_none() {
            return Some(
                [true, false]
                    .into_iter()
                    .map(|with_good| {
                        with(&|material| material.accessory_with_good = Some(with_good))
                    })
                    .collect(),
            );
        }
        let claimed =
            material.status == OriginatingStatus::Originating && material.production.is_none();
        let at_the_border = material.regime == Some(SupplyRegime::BorderTrade)
            && material.origin == Some(of.exporter);
        let made =
            material.status != OriginatingStatus::NonOriginating && material.production.is_some();
        if (claimed || made) && material.origin.is_none() || claimed && at_the_border {
            return Some(
                ["US", of.exporter.as_str()]
                    .into_iter()
                    .map(|origin| {
                        with(&|material| {
                            material.origin = origin.parse().ok();
                            material.regime = None;
                        })
                    })
                    .collect(),
            );
        }
        let own = claimed && material.origin == Some(of.exporter);
        if material.value.is_none() && !own {
            return Some(
                [0, of.room, HUGE]
                    .into_iter()
                    .map(|value| with(&|material| material.value = Amount::from_minor(value)))
                    .collect(),
            );
        }
        let weighed = (50..=63).contains(&of.code.chapter()) || rule.contains("weight");
        if weighed && material.weight.is_none() {
            return Some(
                [0, HUGE]
                    .into_iter()
                    .map(|weight| {
                        with(&|material| material.weight = Weight::from_milligrams(weight))
                    })
                    .collect(),
            );
        }
        if rule.contains("active") && material.active_ingredient.is_none() {
            return Some(
                [true, false]
                    .into_iter()
                    .map(|active| with(&|material| material.active_ingredient = Some(active)))
                    .collect(),
            );
        }
        let edition = self.rule_edition();
        let possible = match material.hs {
            None => vec![
                of.code,
                HsCode::new(97, 2).unwrap(),
                HsCode::new(1, 2).unwrap(),
            ],
            Some(code) => self.possible_codes(code, material.edition),
        };
        let settled = material.edition == edition
            && possible.len() == 1
            && material.hs == possible.first().copied();
        if !settled && !possible.is_empty() {
            return Some(
                possible
                    .into_iter()
                    .map(|code| {
                        with(&|material| {
                            material.hs = Some(code);
                            material.edition = edition;
                        })
                    })
                    .collect(),
            );
        }
        let inside = material.production.as_deref()?;
        let code = material.hs?;
        let ways = self.open_production(
            inside,
            Subjected {
                exporter: material.origin.unwrap_or(of.exporter),
                code,
                edition: material.edition,
                room: of.room,
            },
        )?;
        Some(
            ways.into_iter()
                .map(|way| with(&|material| material.production = Some(Box::new(way.clone()))))
                .collect(),
        )
    }

    /// Codes of the rule's edition a stated code may stand for; none when that
    /// cannot be told at all.
    fn possible_codes(&self, code: HsCode, stated: HsEdition) -> Vec<HsCode> {
        translate(self.book, code, stated, self.rule_edition())
    }

    fn rule_edition(&self) -> HsEdition {
        rule_edition(self.tables, self.world.day)
    }

    fn rule_text(&self, code: HsCode, edition: HsEdition) -> String {
        let codes = translate(self.book, code, edition, self.rule_edition());
        match codes.as_slice() {
            [one] => printed_rule(self.tables, self.world.day, &one.compact()).unwrap_or_default(),
            _ => String::new(),
        }
    }
}

/// What the open facts of a bill of materials are asked about.
#[derive(Clone, Copy)]
struct Subjected {
    exporter: Country,
    code: HsCode,
    edition: HsEdition,
    /// What the stated parts of the price leave to the others.
    room: i64,
}

fn supposed_material(of: Subjected, status: OriginatingStatus, value: i64) -> Material {
    Material {
        hs: Some(of.code),
        edition: of.edition,
        origin: Some(of.exporter),
        status,
        value: Amount::from_minor(value),
        deductions: Vec::new(),
        weight: Weight::from_milligrams(HUGE),
        role: MaterialRole::Material,
        accessory_with_good: None,
        active_ingredient: Some(true),
        regime: None,
        production: None,
    }
}

fn minor(amount: Option<Amount>) -> i128 {
    amount.map_or(0, Amount::wide)
}

/// The stated parts of the price.
fn stated_sum(production: &Production) -> i64 {
    let materials: i128 = production
        .materials
        .iter()
        .flatten()
        .filter(|material| material.role != MaterialRole::TransportPacking)
        .map(|material| minor(material.value) - deducted(material))
        .sum();
    let costs = &production.costs;
    let costs: i128 = [costs.labour, costs.overhead, costs.profit, costs.other]
        .map(minor)
        .iter()
        .sum();
    i64::try_from(materials + costs).unwrap_or(HUGE)
}

/// Article 3.5.5: freight, duties really borne and waste, shown by documents.
fn deducted(material: &Material) -> i128 {
    if material.status == OriginatingStatus::Originating && material.production.is_none() {
        return 0;
    }
    let duty_was_borne = !matches!(
        material.regime,
        Some(SupplyRegime::ProcessingTrade | SupplyRegime::BorderTrade | SupplyRegime::BondedZone)
    );
    let mut sum = 0;
    for deduction in &material.deductions {
        let allowed = match deduction.kind {
            DeductionKind::Transport | DeductionKind::Waste => true,
            DeductionKind::DutiesPaid => duty_was_borne,
            DeductionKind::DutiesRecovered => false,
        };
        if deduction.proved && allowed {
            sum += deduction.amount.wide();
        }
    }
    sum.min(minor(material.value))
}

fn rule_edition(tables: &AgreementBook, day: jiff::civil::Date) -> HsEdition {
    tables
        .product_rules
        .iter()
        .find(|table| table.period.contains(day))
        .map_or(HsEdition::Hs2022, |table| table.edition)
}

/// The printed rule of a subheading: the row of the code itself, of its heading
/// or of its chapter.
fn printed_rule(tables: &AgreementBook, day: jiff::civil::Date, code: &str) -> Option<String> {
    let table = tables
        .product_rules
        .iter()
        .find(|table| table.period.contains(day))?;
    [6_u8, 4, 2].iter().find_map(|length| {
        let group: u64 = code[..usize::from(*length)].parse().unwrap();
        table
            .rules
            .iter()
            .find(|row| row.code.digit_count() == *length && row.code.as_number() == group)
            .map(|row| row.text.clone())
    })
}

/// All subheadings of one edition a code written in another may stand for;
/// empty when any part of it leads nowhere.
fn translate(book: &RuleBook, code: HsCode, from: HsEdition, to: HsEdition) -> Vec<HsCode> {
    let digits = code.compact();
    let group: u32 = digits[..digits.len().min(6)].parse().unwrap();
    let below = 10_u32.pow(6 - u32::try_from(digits.len().min(6)).unwrap());
    let mut found = BTreeSet::new();
    if let Some(codes) = book.nomenclature.edition(from) {
        let listed = codes.codes();
        // Listed in code order: what lies before the group is skipped.
        let first = listed.partition_point(|member| member.as_number() / below < group);
        for member in &listed[first..] {
            if member.as_number() / below != group {
                break;
            }
            if from == to {
                found.insert(*member);
                continue;
            }
            let mut leads_somewhere = false;
            for (older, newer, table) in book.nomenclature.correlations() {
                for (old, new) in table.pairs() {
                    let partner = if (*older, *newer) == (from, to) && old == member {
                        Some(*new)
                    } else if (*older, *newer) == (to, from) && new == member {
                        Some(*old)
                    } else {
                        None
                    };
                    leads_somewhere |= partner.is_some();
                    found.extend(partner);
                }
            }
            if !leads_somewhere {
                return Vec::new();
            }
        }
    }
    found.iter().map(|code| code.code()).collect()
}

/// What is decided: the good, or an intermediate good inside it.
struct Subject<'a> {
    exporter: Country,
    code: Option<HsCode>,
    edition: HsEdition,
    fob: i128,
    weight: i128,
    part: Option<u8>,
    production: &'a Production,
    is_whole: bool,
}

/// Where a material stands once everything is known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    Originating(Country),
    Foreign,
    Ignored,
}

/// A material of a fully known good.
struct Part<'a> {
    material: &'a Material,
    stands: Stands,
    code: Option<String>,
}

struct Scene<'a> {
    book: &'a RuleBook,
    tables: &'a AgreementBook,
    world: &'a World,
    importer: Country,
    numbers_are_open: bool,
}

impl Scene<'_> {
    /// One answer for each way the materials may stand; none when the supposed
    /// figures are impossible together.
    fn decide(&self, subject: &Subject<'_>) -> Vec<Answer> {
        let materials = subject.production.materials.as_deref().unwrap_or_default();
        self.standings(subject, materials)
            .into_iter()
            .filter_map(|standings| {
                let parts: Vec<Part<'_>> = materials
                    .iter()
                    .zip(standings)
                    .map(|(material, stands)| Part {
                        material,
                        stands,
                        code: self.code_of(material.hs, material.edition),
                    })
                    .collect();
                match self.tables.agreement {
                    Agreement::Rcep => self.rcep(subject, &parts),
                    Agreement::Apta => self.apta(subject, &parts),
                }
            })
            .collect()
    }

    /// Every way the materials may stand; more than one only where the origin
    /// of an intermediate good cannot be told.
    fn standings(&self, subject: &Subject<'_>, materials: &[Material]) -> Vec<Vec<Stands>> {
        let mut all = vec![Vec::new()];
        for material in materials {
            let ways = self.ways_to_stand(subject, material);
            all = all
                .iter()
                .flat_map(|so_far| {
                    ways.iter().map(move |way| {
                        let mut longer = so_far.clone();
                        longer.push(*way);
                        longer
                    })
                })
                .collect();
        }
        all
    }

    fn ways_to_stand(&self, subject: &Subject<'_>, material: &Material) -> Vec<Stands> {
        let rcep = self.tables.agreement == Agreement::Rcep;
        match material.role {
            MaterialRole::TransportPacking if rcep => return vec![Stands::Ignored],
            MaterialRole::Accessory if material.accessory_with_good == Some(false) => {
                return vec![Stands::Ignored];
            }
            MaterialRole::Indirect => return vec![Stands::Originating(subject.exporter)],
            _ => {}
        }
        if material.status == OriginatingStatus::NonOriginating {
            return vec![Stands::Foreign];
        }
        if let Some(production) = &material.production {
            let producer = material.origin.unwrap_or(subject.exporter);
            let inside = Subject {
                exporter: producer,
                code: material.hs,
                edition: material.edition,
                fob: minor(material.value),
                weight: material.weight.map_or(0, Weight::wide),
                part: None,
                production,
                is_whole: false,
            };
            let from_producer = self.stands_by_party(subject, producer);
            let answers = self.decide(&inside);
            let mut ways = Vec::new();
            if answers.iter().any(|answer| answer.can_be) {
                ways.push(from_producer);
            }
            if answers.iter().any(|answer| answer.can_fail) {
                ways.push(Stands::Foreign);
            }
            return ways;
        }
        match (material.status, material.origin) {
            (OriginatingStatus::Originating, Some(party)) => {
                vec![self.stands_by_party(subject, party)]
            }
            _ => vec![Stands::Foreign],
        }
    }

    /// Article 3.4: only towards Parties the agreement binds it with.
    fn stands_by_party(&self, subject: &Subject<'_>, party: Country) -> Stands {
        if party == subject.exporter && subject.is_whole {
            return Stands::Originating(party);
        }
        let toward = |other: Country| {
            if other == party {
                self.world.is_member(self.tables, party, false)
            } else {
                self.world.binds(self.tables, party, other, false)
            }
        };
        if toward(subject.exporter) && toward(self.importer) {
            Stands::Originating(party)
        } else {
            Stands::Foreign
        }
    }

    /// The subheading in the edition of the rules, as text.
    fn code_of(&self, code: Option<HsCode>, edition: HsEdition) -> Option<String> {
        let to = rule_edition(self.tables, self.world.day);
        match translate(self.book, code?, edition, to).as_slice() {
            [one] => Some(one.compact()),
            _ => None,
        }
    }

    fn works_beyond_the_list(&self, production: &Production) -> bool {
        let confirmed = self.tables.minimal_operations_status != Status::Unconfirmed;
        production.operations.iter().flatten().any(|operation| {
            let listed = self
                .tables
                .minimal_operations
                .iter()
                .any(|(on_list, _)| on_list == operation);
            if confirmed {
                !listed
            } else {
                *operation == Operation::SUBSTANTIAL || !self.world.unconfirmed_list_holds
            }
        })
    }

    /// Article 3.2(a) or APTA Rule 2; `None` when the ground claimed is unclear.
    fn wholly_obtained(&self, subject: &Subject<'_>, parts: &[Part<'_>]) -> Option<bool> {
        let Some(letter) = subject.production.wholly_obtained else {
            return Some(false);
        };
        let ground = self
            .tables
            .grounds
            .iter()
            .find(|ground| ground.letter == letter.to_ascii_lowercase())?;
        let fits = ground.covers.is_empty()
            || ground.covers.iter().any(|group| {
                subject
                    .code
                    .is_some_and(|code| code.compact().starts_with(&group.compact()))
            });
        let made_of_something = parts
            .iter()
            .any(|part| part.material.role == MaterialRole::Material);
        if !fits || (ground.derived && !made_of_something) {
            return None;
        }
        Some(parts.iter().all(|part| {
            let ignored = part.stands == Stands::Ignored
                || matches!(
                    part.material.role,
                    MaterialRole::RetailPacking
                        | MaterialRole::TransportPacking
                        | MaterialRole::Indirect
                );
            ignored || part.stands == Stands::Originating(subject.exporter)
        }))
    }

    /// `None` when the supposed figures are impossible together.
    fn rcep(&self, subject: &Subject<'_>, parts: &[Part<'_>]) -> Option<Answer> {
        let made_of_something = parts
            .iter()
            .any(|part| part.material.role == MaterialRole::Material);
        let mut criteria = BTreeSet::new();
        let wholly = self.wholly_obtained(subject, parts);
        if wholly == Some(true) {
            criteria.insert("WO");
        }
        let exclusively = made_of_something
            && parts.iter().all(|part| {
                part.stands != Stands::Foreign || part.material.role == MaterialRole::RetailPacking
            });
        if exclusively {
            criteria.insert("PE");
        }
        let mut unclear = wholly.is_none()
            || (!made_of_something && subject.production.wholly_obtained.is_none());
        let uses_foreign = parts.iter().any(|part| part.stands == Stands::Foreign);
        let mut impossible = false;
        if made_of_something && uses_foreign && self.works_beyond_the_list(subject.production) {
            let mut by_part = Vec::new();
            for rule in self.product_rules(subject) {
                let mut met = BTreeSet::new();
                for alternative in alternatives(&rule) {
                    match self.alternative(&alternative, subject, parts) {
                        Holds::Yes => {
                            met.insert(symbol(&alternative));
                        }
                        Holds::No => {}
                        Holds::Contradicted => unclear = true,
                        Holds::Impossible => impossible = true,
                    }
                }
                by_part.push(met);
            }
            // A part that is not known must not matter.
            let met_by_all = by_part
                .iter()
                .cloned()
                .reduce(|left, right| left.intersection(&right).copied().collect());
            let differ = by_part
                .iter()
                .any(|met| met.is_empty() != by_part[0].is_empty());
            unclear |= by_part.is_empty() || differ;
            criteria.extend(met_by_all.unwrap_or_default());
        }
        let met = !criteria.is_empty();
        if impossible && !met {
            return None;
        }
        Some(Answer {
            can_be: met || unclear,
            can_fail: !met,
            criteria,
            nothing_foreign: !uses_foreign,
            impossible,
        })
    }

    /// The printed rule, or that of every part the good may belong to; none
    /// where the code selects no row.
    fn product_rules(&self, subject: &Subject<'_>) -> Vec<String> {
        let row = self
            .code_of(subject.code, subject.edition)
            .and_then(|code| printed_rule(self.tables, self.world.day, &code));
        let Some(text) = row else {
            return Vec::new();
        };
        if !text.starts_with('(') {
            return vec![text];
        }
        text.split("; ")
            .filter(|part| {
                subject
                    .part
                    .is_none_or(|number| part.starts_with(&format!("({number})")))
            })
            .filter_map(|part| part.rsplit_once(": "))
            .map(|(_, rule)| rule.to_owned())
            .collect()
    }

    fn alternative(&self, text: &str, subject: &Subject<'_>, parts: &[Part<'_>]) -> Holds {
        if text == "WO" {
            return Holds::No;
        }
        if text == "CR" {
            return match subject.production.chemical_reaction {
                Some(true) => Holds::Yes,
                _ => Holds::No,
            };
        }
        if let Some(percent) = text.strip_prefix("RVC") {
            return self.value_content(percent.parse().unwrap(), subject, parts);
        }
        let Some(good) = self.code_of(subject.code, subject.edition) else {
            return Holds::No;
        };
        let stuck: Vec<&Part<'_>> = parts
            .iter()
            .filter(|part| {
                part.stands == Stands::Foreign && part.material.role == MaterialRole::Material
            })
            .filter(|part| {
                part.code
                    .as_ref()
                    .is_none_or(|code| !becomes(text, code, &good))
            })
            .collect();
        let tolerates = |stuck: &[&Part<'_>]| {
            stuck.is_empty()
                || (self.tables.agreement == Agreement::Rcep
                    && self.within_tolerance(&good, subject, stuck))
        };
        // A code that leads nowhere can neither be shown to shift nor not to.
        let surely_stuck: Vec<&Part<'_>> = stuck
            .iter()
            .copied()
            .filter(|part| part.code.is_some())
            .collect();
        let shifted = if tolerates(&stuck) {
            Holds::Yes
        } else if tolerates(&surely_stuck) {
            Holds::Contradicted
        } else {
            Holds::No
        };
        let proviso = if text.contains("provided") {
            active_ingredients_hold(parts)
        } else {
            Holds::Yes
        };
        match (shifted, proviso) {
            (Holds::No, _) | (_, Holds::No) => Holds::No,
            (Holds::Yes, Holds::Yes) => Holds::Yes,
            _ => Holds::Contradicted,
        }
    }

    /// Article 3.7: 10 per cent of the price, or in chapters 50 to 63 of weight.
    fn within_tolerance(&self, good: &str, subject: &Subject<'_>, stuck: &[&Part<'_>]) -> bool {
        let value: i128 = stuck.iter().map(|part| minor(part.material.value)).sum();
        let weight: i128 = stuck
            .iter()
            .map(|part| part.material.weight.map_or(0, Weight::wide))
            .sum();
        let chapter: u8 = good[..2].parse().unwrap();
        let by_value = subject.fob > 0 && value * 10 <= subject.fob;
        let by_weight =
            (50..=63).contains(&chapter) && subject.weight > 0 && weight * 10 <= subject.weight;
        by_value || by_weight
    }

    /// Article 3.5. Both formulas measure the same price, so that wherever the
    /// stated parts fit into it the build-down decides.
    fn value_content(&self, percent: i128, subject: &Subject<'_>, parts: &[Part<'_>]) -> Holds {
        let mut non_originating = 0;
        let mut stated = 0;
        for part in parts {
            match part.stands {
                Stands::Ignored => {}
                Stands::Foreign => {
                    non_originating += minor(part.material.value) - foreign_deducted(part.material);
                }
                Stands::Originating(_) => stated += minor(part.material.value),
            }
        }
        let costs = &subject.production.costs;
        for cost in [costs.labour, costs.overhead, costs.profit, costs.other] {
            stated += minor(cost);
        }
        if subject.fob <= 0 {
            return Holds::Contradicted;
        }
        let fits = stated <= (subject.fob - non_originating).max(0);
        let by_build_down = (subject.fob - non_originating) * 100 >= percent * subject.fob;
        match (by_build_down, fits) {
            (true, _) => Holds::Yes,
            (false, true) => Holds::No,
            (false, false) if self.numbers_are_open => Holds::Impossible,
            (false, false) => Holds::Contradicted,
        }
    }

    /// `None` when the supposed figures are impossible together.
    fn apta(&self, subject: &Subject<'_>, parts: &[Part<'_>]) -> Option<Answer> {
        let made_of_something = parts
            .iter()
            .any(|part| part.material.role == MaterialRole::Material);
        let wholly = self.wholly_obtained(subject, parts);
        let mut criteria = BTreeSet::new();
        if wholly == Some(true) {
            criteria.insert("A");
        }
        let mut unclear = wholly.is_none()
            || (!made_of_something && subject.production.wholly_obtained.is_none());
        let mut impossible = false;
        let all_its_own = parts.iter().all(|part| {
            part.stands == Stands::Ignored || part.stands == Stands::Originating(subject.exporter)
        });
        let last_process = all_its_own || self.works_beyond_the_list(subject.production);
        if made_of_something && last_process {
            let mut foreign = 0;
            let mut own = 0;
            let mut from_others = false;
            for part in parts {
                let value = minor(part.material.value);
                match part.stands {
                    Stands::Foreign => foreign += value,
                    Stands::Originating(state) => {
                        from_others |= state != subject.exporter;
                        if part.material.role != MaterialRole::Indirect {
                            own += value;
                        }
                    }
                    Stands::Ignored => {}
                }
            }
            let costs = &subject.production.costs;
            for cost in [costs.labour, costs.overhead, costs.profit, costs.other] {
                own += minor(cost);
            }
            let priced = subject.fob > 0;
            // Nothing is no share of any price.
            unclear |= !priced && foreign > 0;
            let consistent = own + foreign <= subject.fob;
            impossible =
                !consistent && self.numbers_are_open && from_others && own * 2 >= subject.fob;
            let least_developed = self.world.is_least_developed(self.tables, subject.exporter);
            let at_most =
                |percent: i128| foreign == 0 || (priced && foreign * 100 <= percent * subject.fob);
            let at_least = |percent: i128| {
                priced && from_others && consistent && own * 100 >= percent * subject.fob
            };
            if at_most(55) {
                criteria.insert("B");
            }
            if at_least(60) {
                criteria.insert("C");
            }
            if least_developed && (at_most(65) || at_least(50)) {
                criteria.insert("D");
            }
            match self.sector_rule(subject, parts) {
                Holds::Yes => {
                    criteria.insert("E");
                }
                Holds::No => {}
                Holds::Contradicted | Holds::Impossible => unclear = true,
            }
        }
        let met = !criteria.is_empty();
        if impossible && !met {
            return None;
        }
        Some(Answer {
            can_be: met || unclear,
            can_fail: !met,
            criteria,
            nothing_foreign: !parts.iter().any(|part| part.stands == Stands::Foreign),
            impossible,
        })
    }

    /// Whether the table is known to print every rule there is for the code.
    fn all_rules_are_known(&self, subject: &Subject<'_>) -> bool {
        let code = self.code_of(subject.code, subject.edition);
        let table = self
            .tables
            .product_rules
            .iter()
            .find(|table| table.period.contains(self.world.day));
        let (Some(code), Some(table)) = (code, table) else {
            return false;
        };
        if table.complete_within.is_empty() {
            return table.status != Status::Partial;
        }
        table.complete_within.iter().any(|(first, last)| {
            let (first, last) = (first.compact(), last.compact());
            first.as_str() <= &code[..first.len()] && &code[..last.len()] <= last.as_str()
        })
    }

    /// Rule 3(b): a listed rule, or one that may be listed and would demand a
    /// change of heading at the least.
    fn sector_rule(&self, subject: &Subject<'_>, parts: &[Part<'_>]) -> Holds {
        if !parts.iter().any(|part| part.stands == Stands::Foreign) {
            return Holds::No;
        }
        if self.code_of(subject.code, subject.edition).is_none() {
            return Holds::Contradicted;
        }
        let rule = match self.product_rules(subject).as_slice() {
            [text, ..] => text.clone(),
            [] if self.world.unseen_sector_rule && !self.all_rules_are_known(subject) => {
                "CTH".to_owned()
            }
            [] => return Holds::No,
        };
        let outcomes: Vec<Holds> = alternatives(&rule)
            .iter()
            .map(|alternative| self.alternative(alternative, subject, parts))
            .collect();
        if outcomes.contains(&Holds::Yes) {
            Holds::Yes
        } else if outcomes.contains(&Holds::Contradicted) {
            Holds::Contradicted
        } else {
            Holds::No
        }
    }
}

fn foreign_deducted(material: &Material) -> i128 {
    let mut counted = material.clone();
    counted.status = OriginatingStatus::NonOriginating;
    deducted(&counted)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    Yes,
    No,
    /// What is stated cannot be used: it contradicts itself or says nothing.
    Contradicted,
    /// What was supposed contradicts what is stated.
    Impossible,
}

/// The alternatives of a printed rule: an "or" begins a new one unless a code
/// follows, which continues a list of excluded codes.
fn alternatives(rule: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for piece in rule.split(" or ") {
        if piece.starts_with(char::is_numeric) {
            let open = found.last_mut().unwrap();
            open.push_str(" or ");
            open.push_str(piece);
        } else {
            found.push(piece.to_owned());
        }
    }
    found
}

fn symbol(alternative: &str) -> &'static str {
    match alternative {
        "CR" => "CR",
        rvc if rvc.starts_with("RVC") => "RVC",
        _ => "CTC",
    }
}

/// Whether a material of one subheading becomes a good of another by the change
/// printed in the rule.
fn becomes(rule: &str, material: &str, good: &str) -> bool {
    let level = match rule.split(' ').next() {
        Some("CC") => 2,
        Some("CTH") => 4,
        _ => 6,
    };
    let changed = material[..level] != good[..level];
    let excluded = rule
        .split(" provided that ")
        .next()
        .and_then(|shift| shift.split_once(" except from "))
        .is_some_and(|(_, codes)| is_among(codes, material));
    changed && !excluded
}

/// Whether a subheading is among "headings 72.08 through 72.15", "Chapter 01",
/// "subheading 8504.31, 8504.33 or 8504.34" and the like.
fn is_among(codes: &str, material: &str) -> bool {
    let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
    if let Some((first, last)) = codes.split_once(" through ") {
        let (first, last) = (digits(first), digits(last));
        let part = &material[..first.len()];
        return first.as_str() <= part && part <= last.as_str();
    }
    codes
        .split([' ', ','])
        .map(digits)
        .filter(|code| !code.is_empty())
        .any(|code| material.starts_with(&code))
}

/// The proviso of heading 38.08: half of the weight of the active ingredients.
fn active_ingredients_hold(parts: &[Part<'_>]) -> Holds {
    let mut originating = 0;
    let mut total = 0;
    for part in parts {
        let counts = part.material.role == MaterialRole::Material
            && part.material.active_ingredient == Some(true);
        if !counts {
            continue;
        }
        let weight = part.material.weight.map_or(0, Weight::wide);
        total += weight;
        if let Stands::Originating(_) = part.stands {
            originating += weight;
        }
    }
    match total {
        // No active ingredient is named.
        0 => Holds::Contradicted,
        _ if originating * 2 >= total => Holds::Yes,
        _ => Holds::No,
    }
}
