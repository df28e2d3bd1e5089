//! The identifier of the decision on a line: the same one `originis check`
//! gives for the same facts, so that any line can be decided again alone.

use jiff::civil::Date;
use originis_exchange as exchange;
use originis_rules_engine::agreement::Agreement;
use originis_rules_engine::facts::{
    Costs, Facts, Material, MaterialRole, OriginatingStatus, Production, ProofType,
    TransitOperation, Transport,
};
use originis_rules_engine::hs::{HsCode, HsEdition};
use originis_rules_engine::quantity::{Amount, Weight};

use crate::codes::Currency;
use crate::hash::QuickMap;
use crate::line::{Description, Line, Particulars};
use crate::text::{push_code, push_scaled};

/// Hexadecimal digits of an identifier.
pub const LENGTH: usize = 32;

/// Descriptions whose digest is kept before the identifier starts over, which
/// bounds its memory.
const MOST_KEPT: usize = 65_536;

/// Computes identifiers; keeps the digests of descriptions and its buffer.
#[derive(Debug, Default)]
pub struct Identifier {
    digests: QuickMap<(u64, Agreement, Option<Date>), [u8; 32]>,
    canonical: Vec<u8>,
}

impl Identifier {
    /// The digest of a line's description under an agreement; `None` where the
    /// quick canonical form does not cover its facts.
    pub fn digest(
        &mut self,
        description: &Description,
        facts: &Facts,
        agreement: Agreement,
        fingerprint: &str,
    ) -> Option<[u8; 32]> {
        let words = description.words();
        if !is_plain(facts, words) {
            return None;
        }
        let issued = facts.proof.as_ref().and_then(|proof| proof.issued);
        let asked = (description.number, agreement, issued);
        if let Some(digest) = self.digests.get(&asked) {
            return Some(*digest);
        }
        self.canonical.clear();
        write_described(
            &mut self.canonical,
            facts,
            agreement,
            description.currency,
            words,
        );
        let digest = exchange::description_digest(&self.canonical, fingerprint);
        if self.digests.len() >= MOST_KEPT {
            self.digests.clear();
        }
        self.digests.insert(asked, digest);
        Some(digest)
    }

    /// Appends the identifier of the decision on a line whose description has the
    /// digest.
    pub fn push(
        &mut self,
        out: &mut Vec<u8>,
        digest: &[u8; 32],
        line: &Line,
        materials: Option<&[Material]>,
    ) {
        self.canonical.clear();
        let edition = line.description.edition;
        write_particulars(&mut self.canonical, &line.particulars, materials, edition);
        out.extend_from_slice(&exchange::identifier(digest, &self.canonical));
    }
}

/// The identifier of a decision on facts that the quick canonical form does not
/// cover.
pub fn of_any(
    description: &Description,
    facts: &Facts,
    agreement: Agreement,
    fingerprint: &str,
) -> String {
    let words = description.words();
    let request = request_of(facts, agreement, description.currency, words);
    exchange::decision_id(&request, fingerprint)
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

/// The canonical particulars: sorted keys, no spaces, unknown facts left out.
fn write_particulars(
    out: &mut Vec<u8>,
    particulars: &Particulars,
    materials: Option<&[Material]>,
    edition: HsEdition,
) {
    out.push(b'{');
    amount(out, br#""customs_value":"#, particulars.customs_value);
    if let Some(date) = particulars.date {
        day(out, br#""date":"#, date);
    }
    amount(out, br#""fob":"#, particulars.fob);
    if let Some(materials) = materials {
        key(out, br#""materials":"#);
        out.push(b'[');
        for (index, material) in materials.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            write_material(out, material, edition);
        }
        out.push(b']');
    }
    weight(out, particulars.weight);
    out.push(b'}');
}

/// The canonical description, in the same form.
fn write_described(
    out: &mut Vec<u8>,
    facts: &Facts,
    agreement: Agreement,
    currency: Option<Currency>,
    words: Option<&[String]>,
) {
    out.push(b'{');
    text(out, br#""agreement":"#, agreement.name());
    flag(
        out,
        br#""chemical_reaction":"#,
        facts.production.chemical_reaction,
    );
    text(out, br#""from":"#, facts.exporter.as_str());
    key(out, br#""good":"#);
    out.push(b'{');
    if let Some(currency) = currency {
        text(out, br#""currency":"#, &String::from_utf8_lossy(&currency));
    }
    code(out, br#""hs":"#, facts.good.hs);
    text(out, br#""hs_edition":"#, facts.good.edition.year());
    if let Some(part) = facts.good.part {
        key(out, br#""part":"#);
        push_scaled(out, i128::from(part), 0, 0);
    }
    out.push(b'}');
    if let Some(words) = words {
        key(out, br#""operations":"#);
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
        key(out, br#""proof":"#);
        out.push(b'{');
        if let Some(issued) = proof.issued {
            day(out, br#""issued":"#, issued);
        }
        text(out, br#""type":"#, proof_name(proof.proof));
        out.push(b'}');
    }
    text(out, br#""to":"#, facts.importer.as_str());
    if let Some(transport) = &facts.transport {
        key(out, br#""transport":"#);
        out.push(b'{');
        flag(out, br#""direct":"#, transport.direct);
        key(out, br#""via":"#);
        out.extend_from_slice(b"[]}");
    }
    if let Some(letter) = facts.production.wholly_obtained {
        text(
            out,
            br#""wholly_obtained":"#,
            letter.encode_utf8(&mut [0; 4]),
        );
    }
    out.push(b'}');
}

fn write_material(out: &mut Vec<u8>, material: &Material, edition: HsEdition) {
    out.push(b'{');
    flag(out, br#""active_ingredient":"#, material.active_ingredient);
    if let Some(hs) = material.hs {
        code(out, br#""hs":"#, hs);
    }
    if material.edition != edition {
        text(out, br#""hs_edition":"#, material.edition.year());
    }
    if let Some(origin) = material.origin {
        text(out, br#""origin":"#, origin.as_str());
    }
    text(out, br#""role":"#, role_name(material.role));
    text(out, br#""status":"#, status_name(material.status));
    amount(out, br#""value":"#, material.value);
    weight(out, material.weight);
    flag(out, br#""with_good":"#, material.accessory_with_good);
    out.push(b'}');
}

/// The key of the next field, such as `"hs":`, with the comma before it.
fn key(out: &mut Vec<u8>, key: &[u8]) {
    if out.last() != Some(&b'{') {
        out.push(b',');
    }
    out.extend_from_slice(key);
}

fn code(out: &mut Vec<u8>, name: &[u8], value: HsCode) {
    key(out, name);
    out.push(b'"');
    push_code(out, value);
    out.push(b'"');
}

fn day(out: &mut Vec<u8>, name: &[u8], value: Date) {
    key(out, name);
    out.push(b'"');
    push_date(out, value);
    out.push(b'"');
}

fn text(out: &mut Vec<u8>, name: &[u8], value: &str) {
    key(out, name);
    out.push(b'"');
    out.extend_from_slice(value.as_bytes());
    out.push(b'"');
}

fn flag(out: &mut Vec<u8>, name: &[u8], value: Option<bool>) {
    if let Some(value) = value {
        key(out, name);
        out.extend_from_slice(if value { b"true" } else { b"false" });
    }
}

fn amount(out: &mut Vec<u8>, name: &[u8], value: Option<Amount>) {
    if let Some(value) = value {
        key(out, name);
        out.push(b'"');
        push_scaled(out, value.wide(), Amount::PLACES, 2);
        out.push(b'"');
    }
}

fn weight(out: &mut Vec<u8>, value: Option<Weight>) {
    if let Some(value) = value {
        key(out, br#""weight_kg":"#);
        out.push(b'"');
        push_scaled(out, value.wide(), Weight::PLACES, 0);
        out.push(b'"');
    }
}

/// A day as `2026-07-15`.
fn push_date(out: &mut Vec<u8>, date: Date) {
    let two = |value: u16| {
        let [_, tens] = (value / 10 % 10).to_be_bytes();
        let [_, units] = (value % 10).to_be_bytes();
        [b'0' + tens, b'0' + units]
    };
    let year = date.year().unsigned_abs();
    let [y1, y2] = two(year / 100);
    let [y3, y4] = two(year % 100);
    let [m1, m2] = two(date.month().unsigned_abs().into());
    let [d1, d2] = two(date.day().unsigned_abs().into());
    out.extend_from_slice(&[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2]);
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
        usage: exchange::Usage::default(),
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

    fn described(
        facts: &Facts,
        currency: Option<Currency>,
        words: Option<Vec<String>>,
    ) -> Description {
        let mut description = Description::of(facts);
        description.currency = currency;
        description.rare.get_or_insert_default().words = words;
        description
    }

    /// The quick identifier, `None` where the quick form does not cover the facts.
    fn quick(description: Description, facts: &Facts) -> Option<String> {
        let mut identifier = Identifier::default();
        let digest = identifier.digest(&description, facts, Agreement::Rcep, "f")?;
        let mut line = Line::of(description, facts.clone());
        let materials = line.materials.take();
        let mut out = Vec::new();
        identifier.push(&mut out, &digest, &line, materials.as_deref());
        Some(String::from_utf8(out).unwrap())
    }

    fn same_as_check(facts: &Facts, currency: Option<Currency>) {
        let description = described(facts, currency, None);
        let by_check = of_any(&description, facts, Agreement::Rcep, "f");
        assert_eq!(quick(description, facts), Some(by_check), "{facts:?}");
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
            let words = vec![word.to_owned(), "linking".to_owned()];
            let description = described(&facts, None, Some(words));
            let by_check = of_any(&description, &facts, Agreement::Rcep, "f");
            let quick = quick(description, &facts);
            assert_eq!(quick, (word != "a\"b").then_some(by_check));
        }
    }
}
