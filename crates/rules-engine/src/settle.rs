//! Which missing facts would settle the question on their own.
//!
//! Each missing fact is answered in its extreme ways and the good is decided
//! again: if some answer makes the result definite, the fact would settle it.

use jiff::civil::Date;

use crate::agreement::Agreement;
use crate::determination::{Determination, Missing, Verdict};
use crate::determine::{determine, is_claim_question};
use crate::facts::{
    CostElement, FactPath, Facts, GoodField, Material, MaterialField, MaterialRole, Operation,
    OriginatingStatus, Production, ProductionField, Proof, ProofType, TransitField,
    TransitOperation, Transport,
};
use crate::hs::HsEdition;
use crate::nomenclature::EditionCodes;
use crate::outcome::Outcome;
use crate::quantity::{Amount, Weight};
use crate::rulebook::RuleBook;

/// For each missing fact of the determination, whether one answer to it alone
/// can make the verdict definite, or the claim where the fact concerns only that.
pub fn would_settle(book: &RuleBook, facts: &Facts, answer: &Determination) -> Vec<bool> {
    answer
        .origin
        .missing
        .iter()
        .map(|missing| {
            hypotheses(book, facts, answer.agreement, missing)
                .iter()
                .filter_map(|supposed| determine(book, supposed, answer.agreement))
                .any(|supposed| {
                    if is_claim_question(missing.test) {
                        supposed.claim.outcome != Outcome::Unknown
                    } else if answer.verdict == Verdict::Undetermined {
                        supposed.verdict != Verdict::Undetermined
                    } else {
                        supposed.verdict != answer.verdict
                    }
                })
        })
        .collect()
}

/// A value no realistic figure reaches, small enough to be multiplied safely.
const HUGE: i64 = 1_000_000_000_000_000;

fn hypotheses(
    book: &RuleBook,
    facts: &Facts,
    agreement: Agreement,
    missing: &Missing,
) -> Vec<Facts> {
    let mut supposed = Vec::new();
    let mut suppose = |change: &dyn Fn(&mut Facts)| {
        let mut changed = facts.clone();
        change(&mut changed);
        supposed.push(changed);
    };
    let day = facts.date.unwrap_or(book.as_of);
    match &missing.fact {
        FactPath::Date => suppose(&|facts| facts.date = Some(book.as_of)),
        FactPath::Good(field) => {
            let edition = rule_edition(book, agreement, facts);
            suppose_good(*field, missing, edition, &mut suppose);
        }
        FactPath::Production(path, field) => {
            suppose_production(book, agreement, facts, path, *field, &mut suppose);
        }
        FactPath::Material(path, field) => {
            suppose_material(book, agreement, facts, path, *field, missing, &mut suppose);
        }
        FactPath::Transport => suppose(&|facts| {
            facts.transport = Some(Transport {
                direct: Some(true),
                via: Vec::new(),
            });
        }),
        FactPath::Transit(index, field) => suppose_transit(*index, *field, &mut suppose),
        FactPath::Proof | FactPath::ProofIssued => suppose_proof(facts, day, &mut suppose),
        // A table cannot be answered by the user.
        FactPath::Table(_) => {}
    }
    supposed
}

type Suppose<'a> = &'a mut dyn FnMut(&dyn Fn(&mut Facts));

fn suppose_good(field: GoodField, missing: &Missing, edition: HsEdition, suppose: Suppose<'_>) {
    match field {
        GoodField::Hs => {
            for code in &missing.candidates {
                suppose(&|facts| {
                    facts.good.hs = *code;
                    facts.good.edition = edition;
                });
            }
        }
        GoodField::Fob => {
            for minor in [1, HUGE] {
                suppose(&|facts| facts.good.fob = Amount::from_minor(minor));
            }
        }
        GoodField::Weight => {
            for milligrams in [1, HUGE] {
                suppose(&|facts| facts.good.weight = Weight::from_milligrams(milligrams));
            }
        }
        GoodField::CustomsValue => {
            for minor in [0, HUGE] {
                suppose(&|facts| facts.good.customs_value = Amount::from_minor(minor));
            }
        }
        GoodField::Part => {
            for part in 1..=2 {
                suppose(&|facts| facts.good.part = Some(part));
            }
        }
    }
}

fn suppose_production(
    book: &RuleBook,
    agreement: Agreement,
    facts: &Facts,
    path: &[u16],
    field: ProductionField,
    suppose: Suppose<'_>,
) {
    let mut change = |change: &dyn Fn(&mut Production)| {
        suppose(&|facts| {
            if let Some(production) = production_at(&mut facts.production, path) {
                change(production);
            }
        });
    };
    match field {
        ProductionField::WhollyObtained => {
            let grounds = book
                .agreement(agreement)
                .map(|tables| tables.grounds.as_slice())
                .unwrap_or_default();
            for ground in grounds {
                change(&|production| production.wholly_obtained = Some(ground.letter));
            }
        }
        ProductionField::Materials => {
            let local = material(facts, OriginatingStatus::Originating, 0);
            let foreign = material(facts, OriginatingStatus::NonOriginating, HUGE);
            for materials in [Vec::new(), vec![local], vec![foreign]] {
                change(&|production| production.materials = Some(materials.clone()));
            }
        }
        ProductionField::Cost(element) => {
            for minor in [0, HUGE] {
                change(&|production| set_cost(production, element, minor));
            }
        }
        ProductionField::Costs => {
            change(&|production| {
                for element in [
                    CostElement::Labour,
                    CostElement::Overhead,
                    CostElement::Profit,
                    CostElement::Other,
                ] {
                    set_cost(production, element, 0);
                }
            });
        }
        ProductionField::Operations => {
            let minimal = book
                .agreement(agreement)
                .and_then(|tables| tables.minimal_operations.first())
                .map(|(operation, _)| *operation);
            for operation in minimal.into_iter().chain([Operation::SUBSTANTIAL]) {
                change(&|production| production.operations = Some(vec![operation]));
            }
        }
        ProductionField::ChemicalReaction => {
            for took_place in [true, false] {
                change(&|production| production.chemical_reaction = Some(took_place));
            }
        }
    }
}

fn set_cost(production: &mut Production, element: CostElement, minor: i64) {
    let amount = Amount::from_minor(minor);
    let costs = &mut production.costs;
    match element {
        CostElement::Labour => costs.labour = amount,
        CostElement::Overhead => costs.overhead = amount,
        CostElement::Profit => costs.profit = amount,
        CostElement::Other => costs.other = amount,
    }
}

/// A material of the good's own code.
fn material(facts: &Facts, status: OriginatingStatus, value: i64) -> Material {
    Material {
        hs: Some(facts.good.hs),
        edition: facts.good.edition,
        origin: Some(facts.exporter),
        status,
        value: Amount::from_minor(value),
        deductions: Vec::new(),
        weight: Weight::from_milligrams(value),
        role: MaterialRole::Material,
        accessory_with_good: None,
        active_ingredient: None,
        regime: None,
        production: None,
    }
}

/// The edition the product rules of the day are written in, in which candidate
/// codes are offered.
fn rule_edition(book: &RuleBook, agreement: Agreement, facts: &Facts) -> HsEdition {
    book.agreement(agreement)
        .and_then(|tables| tables.product_rules_on(facts.date))
        .map_or(HsEdition::Hs2022, |table| table.edition)
}

fn suppose_material(
    book: &RuleBook,
    agreement: Agreement,
    facts: &Facts,
    path: &[u16],
    field: MaterialField,
    missing: &Missing,
    suppose: Suppose<'_>,
) {
    let exporter = facts.exporter;
    let good = (facts.good.hs, facts.good.edition);
    let mut change = |change: &dyn Fn(&mut Material)| {
        suppose(&|facts| {
            if let Some(material) = material_at(&mut facts.production, path) {
                change(material);
            }
        });
    };
    match field {
        MaterialField::Hs => {
            // The code of the good itself cannot shift; the first, the last and
            // a middle code of the edition do so by most rules.
            change(&|material| (material.hs, material.edition) = (Some(good.0), good.1));
            let edition = rule_edition(book, agreement, facts);
            let codes = book
                .nomenclature
                .edition(edition)
                .map(EditionCodes::codes)
                .unwrap_or_default();
            let far = [codes.first(), codes.get(codes.len() / 2), codes.last()];
            let far = far.into_iter().flatten().map(|code| code.code());
            for code in missing.candidates.iter().copied().chain(far) {
                change(&|material| {
                    material.hs = Some(code);
                    material.edition = edition;
                });
            }
        }
        MaterialField::Origin | MaterialField::Status => {
            change(&|material| {
                material.origin = Some(exporter);
                material.status = OriginatingStatus::Originating;
                material.regime = None;
            });
            change(&|material| {
                material.origin = Some(exporter);
                material.status = OriginatingStatus::NonOriginating;
            });
        }
        MaterialField::Value => {
            // What exceeds the price may contradict other figures, so shares of
            // it are tried as well.
            let price = facts.good.fob.map_or(0, Amount::minor);
            let shares = (0..=10).map(|tenths| price / 10 * tenths);
            for minor in shares.chain([HUGE]) {
                change(&|material| material.value = Amount::from_minor(minor));
            }
        }
        MaterialField::Weight => {
            for milligrams in [0, HUGE] {
                change(&|material| material.weight = Weight::from_milligrams(milligrams));
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
    }
}

fn suppose_transit(index: u16, field: TransitField, suppose: Suppose<'_>) {
    for favourable in [true, false] {
        suppose(&|facts| {
            let place = facts
                .transport
                .as_mut()
                .and_then(|transport| transport.via.get_mut(usize::from(index)));
            let Some(place) = place else { return };
            match field {
                TransitField::CustomsControl => place.customs_control = Some(favourable),
                TransitField::EnteredIntoTrade => place.entered_into_trade = Some(!favourable),
                TransitField::JustifiedByTransport => {
                    place.justified_by_transport = Some(favourable);
                }
                TransitField::Operations => {
                    place.operations = Some(if favourable {
                        Vec::new()
                    } else {
                        vec![TransitOperation::Other]
                    });
                }
            }
        });
    }
}

fn suppose_proof(facts: &Facts, day: Date, suppose: Suppose<'_>) {
    let held = facts
        .proof
        .as_ref()
        .map_or(ProofType::Certificate, |proof| proof.proof);
    for proof in [held, ProofType::None] {
        suppose(&|facts| {
            facts.proof = Some(Proof {
                proof,
                issued: Some(day),
            });
        });
    }
}

fn production_at<'a>(production: &'a mut Production, path: &[u16]) -> Option<&'a mut Production> {
    match path {
        [] => Some(production),
        _ => material_at(production, path)?.production.as_deref_mut(),
    }
}

fn material_at<'a>(production: &'a mut Production, path: &[u16]) -> Option<&'a mut Material> {
    let (first, rest) = path.split_first()?;
    let material = production
        .materials
        .as_mut()?
        .get_mut(usize::from(*first))?;
    if rest.is_empty() {
        Some(material)
    } else {
        material_at(material.production.as_deref_mut()?, rest)
    }
}
