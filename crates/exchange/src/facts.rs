//! From the request to the facts the engine decides on, and what cannot be true.

use originis_rules_engine::facts::{self, Facts, MaterialRole, Operation};
use originis_rules_engine::hs::{HsCode, HsEdition};
use originis_rules_engine::law::product_rule::possible_codes;
use originis_rules_engine::quantity::Weight;
use originis_rules_engine::rulebook::RuleBook;

use crate::problem::{Fault, RequestError, RequestErrors};
use crate::request::{Material, Production, Request, Transit, Transport};
use crate::vocabulary::{normal_word, transit_operation};

impl Request {
    /// The facts for the engine.
    ///
    /// # Errors
    /// What no set of facts could make true: a code that belongs to no edition
    /// and to no known heading, a material heavier than the good it is in.
    pub fn to_facts(&self, book: &RuleBook) -> Result<Facts, RequestErrors> {
        let mut errors = Vec::new();
        check_code(
            book,
            self.good.hs,
            self.good.hs_edition,
            "/good/hs",
            &mut errors,
        );
        check_production(book, &self.production, self.good.weight, "", &mut errors);
        if !errors.is_empty() {
            return Err(RequestErrors(errors));
        }
        Ok(Facts {
            exporter: self.from,
            importer: self.to,
            date: self.date,
            good: facts::Good {
                hs: self.good.hs,
                edition: self.good.hs_edition,
                fob: self.good.fob,
                in_us_dollars: self.good.currency.as_deref() == Some("USD"),
                weight: self.good.weight,
                customs_value: self.good.customs_value,
                part: self.good.part,
            },
            production: production(book, &self.production),
            transport: self.transport.as_ref().map(transport),
            proof: self.proof.clone(),
        })
    }
}

/// The operation a word stands for: a word of the list, its label in either
/// language, or else what the rule book makes of it.
pub(crate) fn operation(book: &RuleBook, word: &str) -> Operation {
    let wanted = normal_word(word);
    book.operations
        .iter()
        .find(|known| {
            [&known.word, &known.label_en, &known.label_zh]
                .into_iter()
                .any(|spelling| normal_word(spelling) == wanted)
        })
        .map_or_else(|| book.operation(&wanted), |known| known.operation)
}

fn production(book: &RuleBook, stated: &Production) -> facts::Production {
    facts::Production {
        wholly_obtained: stated.wholly_obtained,
        materials: stated
            .materials
            .as_ref()
            .map(|list| list.iter().map(|entry| material(book, entry)).collect()),
        costs: stated.costs,
        operations: stated
            .operations
            .as_ref()
            .map(|words| words.iter().map(|word| operation(book, word)).collect()),
        chemical_reaction: stated.chemical_reaction,
    }
}

fn material(book: &RuleBook, stated: &Material) -> facts::Material {
    facts::Material {
        hs: stated.hs,
        edition: stated.hs_edition,
        origin: stated.origin,
        status: stated.status,
        value: stated.value.or_else(|| stated.usage.value()),
        deductions: stated.deductions.clone(),
        weight: stated.weight,
        role: stated.role,
        accessory_with_good: stated.with_good,
        active_ingredient: stated.active_ingredient,
        regime: stated.regime,
        production: stated
            .production
            .as_ref()
            .map(|own| Box::new(production(book, own))),
    }
}

fn transport(stated: &Transport) -> facts::Transport {
    let place = |transit: &Transit| facts::TransitPlace {
        place: transit.place,
        customs_control: transit.customs_control,
        operations: transit
            .operations
            .as_ref()
            .map(|words| words.iter().map(|word| transit_operation(word)).collect()),
        entered_into_trade: transit.entered_into_trade,
        justified_by_transport: transit.justified_by_transport,
        facility: transit.facility,
    };
    facts::Transport {
        direct: stated.direct,
        via: stated.via.iter().map(place).collect(),
    }
}

/// A code that is valid in some edition, or whose heading is, is asked about by
/// the engine with candidates; one that is nowhere is an error.
fn check_code(
    book: &RuleBook,
    code: HsCode,
    edition: HsEdition,
    pointer: &str,
    errors: &mut Vec<RequestError>,
) {
    let nomenclature = &book.nomenclature;
    let loaded = HsEdition::ALL
        .into_iter()
        .any(|edition| nomenclature.edition(edition).is_some());
    if !loaded || !nomenclature.editions_with(code).is_empty() {
        return;
    }
    let near = possible_codes(nomenclature, code, edition, edition);
    if !near.is_empty() {
        return;
    }
    let fault = Fault::new(
        "unknown_hs_code",
        format!(
            "{code} is in no edition of the Harmonized System (2012, 2017, 2022), nor is its heading: check the digits"
        ),
        format!("{code} 在协调制度 2012、2017、2022 各版中均不存在，其品目也不存在：请核对编码"),
    );
    errors.push(fault.at(pointer));
}

fn check_production(
    book: &RuleBook,
    production: &Production,
    whole: Option<Weight>,
    pointer: &str,
    errors: &mut Vec<RequestError>,
) {
    for (index, material) in production.materials.iter().flatten().enumerate() {
        let place = format!("{pointer}/materials/{index}");
        if let Some(code) = material.hs {
            check_code(
                book,
                code,
                material.hs_edition,
                &format!("{place}/hs"),
                errors,
            );
        }
        check_weight(material, whole, &place, errors);
        if let Some(own) = &material.production {
            check_production(book, own, material.weight, &place, errors);
        }
    }
}

/// The weight of a material in the good (RCEP Article 3.7.1(b)) cannot be more
/// than the good weighs.
fn check_weight(
    material: &Material,
    whole: Option<Weight>,
    place: &str,
    errors: &mut Vec<RequestError>,
) {
    let (Some(part), Some(whole)) = (material.weight, whole) else {
        return;
    };
    let in_the_good = matches!(
        material.role,
        MaterialRole::Material | MaterialRole::Accessory
    );
    if in_the_good && part > whole {
        let fault = Fault::new(
            "weight_above_total",
            format!(
                "{part} kg of this material is more than the {whole} kg the good weighs: give the weight that ends up in the good"
            ),
            format!("该材料重 {part} 千克，超过货物总重 {whole} 千克：请填写最终进入货物的重量"),
        );
        errors.push(fault.at(format!("{place}/weight_kg")));
    }
}
