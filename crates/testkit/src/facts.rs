//! Short ways to state facts: every fact not named stays absent.

use jiff::civil::{Date, date};
use originis_rules_engine::country::Country;
use originis_rules_engine::facts::{
    Deduction, DeductionKind, Facts, Good, Material, MaterialRole, Operation, OriginatingStatus,
    Production, Proof, ProofType, Transport,
};
use originis_rules_engine::hs::{HsCode, HsEdition};
use originis_rules_engine::quantity::{Amount, Weight};

/// The country of a two-letter code.
pub fn country(code: &str) -> Country {
    code.parse().unwrap()
}

/// An HS code with or without dots.
pub fn code(digits: &str) -> HsCode {
    digits.parse().unwrap()
}

/// An amount of money such as `"480.00"`.
pub fn amount(text: &str) -> Amount {
    text.parse().unwrap()
}

/// A weight in kilograms such as `"0.38"`.
pub fn weight(text: &str) -> Weight {
    text.parse().unwrap()
}

/// The day every fact of this module is stated for.
pub const DAY: Date = date(2026, 7, 15);

/// A good of one hundred units of money going from one country to another on
/// [`DAY`]; nothing is known of how it is produced, carried or proved.
pub fn good(hs: &str, from: &str, to: &str) -> Facts {
    Facts {
        exporter: country(from),
        importer: country(to),
        date: Some(DAY),
        good: Good {
            hs: code(hs),
            edition: HsEdition::Hs2022,
            fob: Some(amount("100")),
            in_us_dollars: true,
            weight: None,
            customs_value: None,
            part: None,
        },
        production: Production::default(),
        transport: None,
        proof: None,
    }
}

/// The good made of these materials by a substantial process.
pub fn made_of(hs: &str, from: &str, to: &str, materials: Vec<Material>) -> Facts {
    let mut facts = good(hs, from, to);
    facts.production = production(materials);
    facts
}

/// Production from these materials by a substantial process.
pub fn production(materials: Vec<Material>) -> Production {
    Production {
        materials: Some(materials),
        operations: Some(vec![Operation::SUBSTANTIAL]),
        ..Production::default()
    }
}

/// A non-originating material.
pub fn foreign(hs: &str, value: &str) -> Material {
    material(hs, value, OriginatingStatus::NonOriginating, None)
}

/// A material originating in a Party.
pub fn originating(hs: &str, value: &str, party: &str) -> Material {
    material(
        hs,
        value,
        OriginatingStatus::Originating,
        Some(country(party)),
    )
}

/// A material of unknown origin.
pub fn unknown(hs: &str, value: &str) -> Material {
    material(hs, value, OriginatingStatus::Unknown, None)
}

fn material(hs: &str, value: &str, status: OriginatingStatus, origin: Option<Country>) -> Material {
    Material {
        hs: Some(code(hs)),
        edition: HsEdition::Hs2022,
        origin,
        status,
        value: Some(amount(value)),
        deductions: Vec::new(),
        weight: None,
        role: MaterialRole::Material,
        accessory_with_good: None,
        active_ingredient: None,
        regime: None,
        production: None,
    }
}

/// The same material in another role.
pub fn as_role(mut material: Material, role: MaterialRole) -> Material {
    material.role = role;
    material
}

/// The same material with a documented expense deducted.
pub fn less(mut material: Material, kind: DeductionKind, text: &str) -> Material {
    material.deductions.push(Deduction {
        kind,
        amount: amount(text),
        proved: true,
    });
    material
}

/// Straight carriage and a certificate issued two weeks before [`DAY`].
pub fn shipped_directly(mut facts: Facts) -> Facts {
    facts.transport = Some(Transport {
        direct: Some(true),
        via: Vec::new(),
    });
    facts.proof = Some(Proof {
        proof: ProofType::Certificate,
        issued: Some(date(2026, 7, 1)),
    });
    facts
}
