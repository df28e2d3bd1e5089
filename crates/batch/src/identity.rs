//! The identifier of the decision on a line: the same one `originis check`
//! gives for the same facts, so that any line can be decided again alone.

use originis_exchange as exchange;
use originis_rules_engine::agreement::Agreement;
use originis_rules_engine::facts::{
    Costs, Facts, Material, MaterialRole, OriginatingStatus, Production, ProofType,
    TransitOperation, Transport,
};
use originis_rules_engine::hs::HsEdition;
use originis_rules_engine::quantity::{Amount, Weight};

use crate::codes::Currency;
use crate::text::{push_code, push_scaled};

/// Hexadecimal digits of an identifier.
pub const LENGTH: usize = 32;

/// Computes identifiers; keeps its buffer.
#[derive(Debug, Default)]
pub struct Identifier {
    canonical: Vec<u8>,
}

impl Identifier {
    /// Appends the identifier of the decision to `out`. `words` are the words
    /// the operations were stated with.
    pub fn push(
        &mut self,
        out: &mut Vec<u8>,
        facts: &Facts,
        agreement: Agreement,
        currency: Option<Currency>,
        words: Option<&[String]>,
        fingerprint: &str,
    ) {
        if !is_plain(facts, words) {
            let request = request_of(facts, agreement, currency, words);
            let id = exchange::decision_id(&request, fingerprint);
            out.extend_from_slice(id.as_bytes());
            return;
        }
        self.canonical.clear();
        write_canonical(&mut self.canonical, facts, agreement, currency, words);
        self.canonical.push(b'\n');
        self.canonical.extend_from_slice(fingerprint.as_bytes());
        let hash = blake3::hash(&self.canonical);
        for byte in hash.as_bytes().iter().take(LENGTH / 2) {
            out.push(hex_digit(byte >> 4));
            out.push(hex_digit(byte & 15));
        }
    }
}

const fn hex_digit(value: u8) -> u8 {
    if value < 10 {
        b'0' + value
    } else {
        b'a' + value - 10
    }
}

/// Whether the quick canonical form covers the facts.
fn is_plain(facts: &Facts, words: Option<&[String]>) -> bool {
    let production = &facts.production;
    let plain_material = |material: &Material| {
        material.production.is_none() && material.deductions.is_empty() && material.regime.is_none()
    };
    facts
        .transport
        .as_ref()
        .is_none_or(|transport| transport.via.is_empty())
        && words.is_some() == production.operations.is_some()
        && words.into_iter().flatten().all(|word| {
            word.chars()
                .all(|character| !character.is_control() && !matches!(character, '"' | '\\'))
        })
        && production.costs == Costs::default()
        && production.materials.iter().flatten().all(plain_material)
}

/// Canonical JSON: sorted keys, no spaces, unknown facts left out.
fn write_canonical(
    out: &mut Vec<u8>,
    facts: &Facts,
    agreement: Agreement,
    currency: Option<Currency>,
    words: Option<&[String]>,
) {
    out.extend_from_slice(b"{\"agreement\":\"");
    out.extend_from_slice(agreement.name().as_bytes());
    out.push(b'"');
    flag(out, "chemical_reaction", facts.production.chemical_reaction);
    if let Some(date) = facts.date {
        key(out, "date");
        out.push(b'"');
        push_date(out, date);
        out.push(b'"');
    }
    text(out, "from", facts.exporter.as_str());
    key(out, "good");
    write_good(out, facts, currency);
    if let Some(materials) = &facts.production.materials {
        key(out, "materials");
        out.push(b'[');
        for (index, material) in materials.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            write_material(out, material, facts.good.edition);
        }
        out.push(b']');
    }
    if let Some(words) = words {
        key(out, "operations");
        out.push(b'[');
        for (index, word) in words.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            out.push(b'"');
            out.extend_from_slice(word.as_bytes());
            out.push(b'"');
        }
        out.push(b']');
    }
    if let Some(proof) = &facts.proof {
        key(out, "proof");
        out.push(b'{');
        if let Some(issued) = proof.issued {
            first(out, "issued");
            out.push(b'"');
            push_date(out, issued);
            out.push(b'"');
        }
        text(out, "type", proof_name(proof.proof));
        out.push(b'}');
    }
    text(out, "to", facts.importer.as_str());
    if let Some(transport) = &facts.transport {
        key(out, "transport");
        out.push(b'{');
        flag(out, "direct", transport.direct);
        key(out, "via");
        out.extend_from_slice(b"[]}");
    }
    if let Some(letter) = facts.production.wholly_obtained {
        text(out, "wholly_obtained", letter.encode_utf8(&mut [0; 4]));
    }
    out.push(b'}');
}

fn write_good(out: &mut Vec<u8>, facts: &Facts, currency: Option<Currency>) {
    let good = &facts.good;
    out.push(b'{');
    if let Some(currency) = currency {
        first(out, "currency");
        out.push(b'"');
        out.extend_from_slice(&currency);
        out.push(b'"');
    }
    amount(out, "customs_value", good.customs_value);
    amount(out, "fob", good.fob);
    key(out, "hs");
    out.push(b'"');
    push_code(out, good.hs);
    out.push(b'"');
    text(out, "hs_edition", good.edition.year());
    if let Some(part) = good.part {
        key(out, "part");
        push_scaled(out, i128::from(part), 0, 0);
    }
    weight(out, good.weight);
    out.push(b'}');
}

fn write_material(out: &mut Vec<u8>, material: &Material, edition: HsEdition) {
    out.push(b'{');
    flag(out, "active_ingredient", material.active_ingredient);
    if let Some(code) = material.hs {
        key(out, "hs");
        out.push(b'"');
        push_code(out, code);
        out.push(b'"');
    }
    if material.edition != edition {
        text(out, "hs_edition", material.edition.year());
    }
    if let Some(origin) = material.origin {
        text(out, "origin", origin.as_str());
    }
    text(out, "role", role_name(material.role));
    text(out, "status", status_name(material.status));
    amount(out, "value", material.value);
    weight(out, material.weight);
    flag(out, "with_good", material.accessory_with_good);
    out.push(b'}');
}

/// The key of the next field, with the comma before it.
fn key(out: &mut Vec<u8>, name: &str) {
    if out.last() != Some(&b'{') {
        out.push(b',');
    }
    first(out, name);
}

fn first(out: &mut Vec<u8>, name: &str) {
    out.push(b'"');
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}

fn text(out: &mut Vec<u8>, name: &str, value: &str) {
    key(out, name);
    out.push(b'"');
    out.extend_from_slice(value.as_bytes());
    out.push(b'"');
}

fn flag(out: &mut Vec<u8>, name: &str, value: Option<bool>) {
    if let Some(value) = value {
        key(out, name);
        out.extend_from_slice(if value { b"true" } else { b"false" });
    }
}

fn amount(out: &mut Vec<u8>, name: &str, value: Option<Amount>) {
    if let Some(value) = value {
        key(out, name);
        out.push(b'"');
        push_scaled(out, value.wide(), Amount::PLACES, 2);
        out.push(b'"');
    }
}

fn weight(out: &mut Vec<u8>, value: Option<Weight>) {
    if let Some(value) = value {
        key(out, "weight_kg");
        out.push(b'"');
        push_scaled(out, value.wide(), Weight::PLACES, 0);
        out.push(b'"');
    }
}

/// A day as `2026-07-15`.
fn push_date(out: &mut Vec<u8>, date: jiff::civil::Date) {
    let two = |out: &mut Vec<u8>, value: i16| {
        out.push(b'0' + u8::try_from(value / 10 % 10).unwrap_or_default());
        out.push(b'0' + u8::try_from(value % 10).unwrap_or_default());
    };
    two(out, date.year() / 100);
    two(out, date.year() % 100);
    out.push(b'-');
    two(out, i16::from(date.month()));
    out.push(b'-');
    two(out, i16::from(date.day()));
}

const fn role_name(role: MaterialRole) -> &'static str {
    match role {
        MaterialRole::Material => "material",
        MaterialRole::RetailPacking => "retail_packing",
        MaterialRole::TransportPacking => "transport_packing",
        MaterialRole::Accessory => "accessory",
        MaterialRole::Indirect => "indirect",
    }
}

const fn status_name(status: OriginatingStatus) -> &'static str {
    match status {
        OriginatingStatus::Originating => "originating",
        OriginatingStatus::NonOriginating => "non_originating",
        OriginatingStatus::Unknown => "unknown",
    }
}

const fn proof_name(proof: ProofType) -> &'static str {
    match proof {
        ProofType::Certificate => "certificate",
        ProofType::ApprovedExporter => "approved_exporter",
        ProofType::ExporterDeclaration => "exporter_declaration",
        ProofType::ImporterDeclaration => "importer_declaration",
        ProofType::BackToBack => "back_to_back",
        ProofType::None => "none",
    }
}

/// The line as the request `originis check` takes.
pub fn request_of(
    facts: &Facts,
    agreement: Agreement,
    currency: Option<Currency>,
    words: Option<&[String]>,
) -> exchange::Request {
    let good = &facts.good;
    let mut request = exchange::Request::new(facts.exporter, facts.importer, good.hs, good.edition);
    request.agreement = Some(agreement);
    request.date = facts.date;
    request.good.fob = good.fob;
    request.good.currency = currency.map(|code| String::from_utf8_lossy(&code).into_owned());
    request.good.weight = good.weight;
    request.good.customs_value = good.customs_value;
    request.good.part = good.part;
    request.production = production_of(&facts.production);
    request.production.operations = words.map(<[String]>::to_vec);
    request.transport = facts.transport.as_ref().map(transport_of);
    request.proof.clone_from(&facts.proof);
    request
}

/// A bill of materials; intermediate goods of a bill state no operations.
fn production_of(production: &Production) -> exchange::Production {
    exchange::Production {
        wholly_obtained: production.wholly_obtained,
        materials: production
            .materials
            .as_ref()
            .map(|materials| materials.iter().map(material_of).collect()),
        costs: production.costs,
        operations: None,
        chemical_reaction: production.chemical_reaction,
    }
}

fn material_of(material: &Material) -> exchange::Material {
    exchange::Material {
        name: None,
        hs: material.hs,
        hs_edition: material.edition,
        origin: material.origin,
        status: material.status,
        value: material.value,
        weight: material.weight,
        role: material.role,
        deductions: material.deductions.clone(),
        with_good: material.accessory_with_good,
        active_ingredient: material.active_ingredient,
        regime: material.regime,
        production: material.production.as_deref().map(production_of),
    }
}

fn transport_of(transport: &Transport) -> exchange::Transport {
    let operation = |operation: &TransitOperation| {
        match operation {
            TransitOperation::Unloading => "unloading",
            TransitOperation::Reloading => "reloading",
            TransitOperation::Storing => "storing",
            TransitOperation::Preserving => "preserving",
            TransitOperation::Transporting => "transporting",
            TransitOperation::Other => "other",
        }
        .to_owned()
    };
    exchange::Transport {
        direct: transport.direct,
        via: transport
            .via
            .iter()
            .map(|place| exchange::Transit {
                place: place.place,
                customs_control: place.customs_control,
                operations: place
                    .operations
                    .as_ref()
                    .map(|list| list.iter().map(operation).collect()),
                entered_into_trade: place.entered_into_trade,
                justified_by_transport: place.justified_by_transport,
                facility: place.facility,
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use originis_rules_engine::facts::Proof;
    use originis_testkit::facts::{DAY, foreign, good, made_of, originating};

    fn same_as_check(facts: &Facts, currency: Option<Currency>) {
        let mut out = Vec::new();
        assert!(is_plain(facts, None));
        Identifier::default().push(&mut out, facts, Agreement::Rcep, currency, None, "f");
        let request = request_of(facts, Agreement::Rcep, currency, None);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            exchange::decision_id(&request, "f"),
            "{request:?}"
        );
    }

    #[test]
    fn a_line_has_the_identifier_check_gives_its_facts() {
        let mut facts = good("6110121000", "CN", "JP");
        same_as_check(&facts, None);
        facts.good.customs_value = "1260.5".parse().ok();
        facts.good.weight = "40.125".parse().ok();
        facts.good.part = Some(2);
        facts.production.chemical_reaction = Some(false);
        facts.production.wholly_obtained = Some('a');
        facts.proof = Some(Proof {
            proof: ProofType::Certificate,
            issued: Some(DAY),
        });
        facts.transport = Some(Transport {
            direct: Some(true),
            via: Vec::new(),
        });
        same_as_check(&facts, Some(*b"USD"));
        let mut materials = vec![
            foreign("5108", "480"),
            originating("960610", "0.1234", "JP"),
        ];
        if let Some(first) = materials.first_mut() {
            first.edition = HsEdition::Hs2017;
            first.weight = "0.5".parse().ok();
            first.accessory_with_good = Some(true);
            first.active_ingredient = Some(false);
        }
        let mut made = made_of("611012", "CN", "JP", materials);
        made.production.operations = None;
        same_as_check(&made, Some(*b"CNY"));
        made.production.materials = Some(Vec::new());
        made.date = None;
        same_as_check(&made, None);
    }

    #[test]
    fn operations_are_identified_by_their_words() {
        let mut facts = good("611012", "CN", "JP");
        facts.production.operations = Some(Vec::new());
        for word in ["knitting", "针织", "a\"b"] {
            let words = [word.to_owned(), "linking".to_owned()];
            assert_eq!(is_plain(&facts, Some(&words)), word != "a\"b");
            let mut out = Vec::new();
            Identifier::default().push(&mut out, &facts, Agreement::Rcep, None, Some(&words), "f");
            let request = request_of(&facts, Agreement::Rcep, None, Some(&words));
            assert_eq!(
                String::from_utf8(out).unwrap(),
                exchange::decision_id(&request, "f")
            );
        }
    }
}
