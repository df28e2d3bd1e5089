//! The request written back: as JSON for people, and in the canonical form a
//! decision is identified by.

use originis_rules_engine::facts::Costs;
use originis_rules_engine::hs::HsEdition;
use serde_json::{Map, Value};

use crate::request::{Material, Production, Request, Transit, Transport};
use crate::vocabulary::{self, word_of};

impl Request {
    /// The request as JSON, in the order of the contract; unknown facts are
    /// left out.
    pub fn to_json(&self) -> Value {
        let mut fields = Map::new();
        put(&mut fields, "agreement", self.agreement);
        put(&mut fields, "from", Some(self.from));
        put(&mut fields, "to", Some(self.to));
        put(&mut fields, "date", self.date);
        let mut good = Map::new();
        put(&mut good, "hs", Some(self.good.hs));
        put(&mut good, "hs_edition", Some(self.good.hs_edition));
        put(&mut good, "name", self.good.name.as_ref());
        put(&mut good, "fob", self.good.fob);
        put(&mut good, "currency", self.good.currency.as_ref());
        put(&mut good, "weight_kg", self.good.weight);
        put(&mut good, "customs_value", self.good.customs_value);
        if let Some(part) = self.good.part {
            good.insert("part".to_owned(), part.into());
        }
        fields.insert("good".to_owned(), good.into());
        put_production(&mut fields, &self.production, self.good.hs_edition);
        if let Some(transport) = &self.transport {
            fields.insert("transport".to_owned(), transport_json(transport));
        }
        if let Some(proof) = &self.proof {
            let mut inner = Map::new();
            put(
                &mut inner,
                "type",
                Some(word_of(vocabulary::PROOF, proof.proof)),
            );
            put(&mut inner, "issued", proof.issued);
            fields.insert("proof".to_owned(), inner.into());
        }
        fields.into()
    }
}

fn put(fields: &mut Map<String, Value>, key: &str, value: Option<impl ToString>) {
    if let Some(value) = value {
        fields.insert(key.to_owned(), value.to_string().into());
    }
}

fn put_flag(fields: &mut Map<String, Value>, key: &str, value: Option<bool>) {
    if let Some(value) = value {
        fields.insert(key.to_owned(), value.into());
    }
}

fn put_production(fields: &mut Map<String, Value>, production: &Production, edition: HsEdition) {
    put(fields, "wholly_obtained", production.wholly_obtained);
    if let Some(materials) = &production.materials {
        let list = materials
            .iter()
            .map(|material| material_json(material, edition))
            .collect();
        fields.insert("materials".to_owned(), Value::Array(list));
    }
    if production.costs != Costs::default() {
        let mut costs = Map::new();
        put(&mut costs, "labour", production.costs.labour);
        put(&mut costs, "overhead", production.costs.overhead);
        put(&mut costs, "profit", production.costs.profit);
        put(&mut costs, "other", production.costs.other);
        fields.insert("costs".to_owned(), costs.into());
    }
    put_words(fields, production.operations.as_deref());
    put_flag(fields, "chemical_reaction", production.chemical_reaction);
}

fn put_words(fields: &mut Map<String, Value>, words: Option<&[String]>) {
    if let Some(words) = words {
        fields.insert("operations".to_owned(), words.into());
    }
}

fn material_json(material: &Material, edition: HsEdition) -> Value {
    let mut fields = Map::new();
    put(&mut fields, "name", material.name.as_ref());
    put(&mut fields, "hs", material.hs);
    if material.hs_edition != edition {
        put(&mut fields, "hs_edition", Some(material.hs_edition));
    }
    put(&mut fields, "origin", material.origin);
    put(
        &mut fields,
        "status",
        Some(word_of(vocabulary::STATUS, material.status)),
    );
    put(&mut fields, "value", material.value);
    put(&mut fields, "quantity", material.usage.quantity);
    put(&mut fields, "unit", material.usage.unit.as_ref());
    put(&mut fields, "unit_price", material.usage.unit_price);
    put(&mut fields, "weight_kg", material.weight);
    put(
        &mut fields,
        "role",
        Some(word_of(vocabulary::ROLE, material.role)),
    );
    if !material.deductions.is_empty() {
        let list = material
            .deductions
            .iter()
            .map(|deduction| {
                let mut inner = Map::new();
                put(
                    &mut inner,
                    "kind",
                    Some(word_of(vocabulary::DEDUCTION, deduction.kind)),
                );
                put(&mut inner, "amount", Some(deduction.amount));
                inner.insert("proved".to_owned(), deduction.proved.into());
                Value::Object(inner)
            })
            .collect();
        fields.insert("deductions".to_owned(), Value::Array(list));
    }
    put_flag(&mut fields, "with_good", material.with_good);
    put_flag(&mut fields, "active_ingredient", material.active_ingredient);
    put(
        &mut fields,
        "regime",
        material
            .regime
            .map(|regime| word_of(vocabulary::REGIME, regime)),
    );
    if let Some(production) = &material.production {
        put_production(&mut fields, production, material.hs_edition);
    }
    fields.into()
}

fn transport_json(transport: &Transport) -> Value {
    let mut fields = Map::new();
    put_flag(&mut fields, "direct", transport.direct);
    let via = transport.via.iter().map(transit_json).collect();
    fields.insert("via".to_owned(), Value::Array(via));
    fields.into()
}

fn transit_json(transit: &Transit) -> Value {
    let mut fields = Map::new();
    put(&mut fields, "place", Some(transit.place));
    put_flag(&mut fields, "customs_control", transit.customs_control);
    put_words(&mut fields, transit.operations.as_deref());
    put_flag(
        &mut fields,
        "entered_into_trade",
        transit.entered_into_trade,
    );
    put_flag(
        &mut fields,
        "justified_by_transport",
        transit.justified_by_transport,
    );
    put(
        &mut fields,
        "facility",
        transit
            .facility
            .map(|facility| word_of(vocabulary::FACILITY, facility)),
    );
    fields.into()
}

/// What differs from one consignment of the same description to the next.
const PARTICULARS: [&str; 3] = ["costs", "date", "materials"];
/// The same inside the good.
const PARTICULARS_OF_GOOD: [&str; 3] = ["customs_value", "fob", "weight_kg"];

/// Identifies a decision: the same facts under the same tables always give the
/// same identifier, however the request was spelled.
///
/// The canonical request (sorted keys, normalised numbers and codes) is divided
/// into its particulars, which are the day, materials, costs, values and weight,
/// and its description, which is the rest. BLAKE3 over the description, a line
/// break and the fingerprint of the tables gives a digest; the identifier is
/// BLAKE3 over the particulars with that digest as its key; 32 hexadecimal digits. A file of
/// declarations repeats its descriptions, whose digest is then computed once.
pub fn decision_id(request: &Request, fingerprint: &str) -> String {
    let mut described = request.to_json();
    let mut particulars = Map::new();
    let mut set_apart = |from: Option<&mut Map<String, Value>>, keys: [&str; 3]| {
        let Some(from) = from else { return };
        for key in keys {
            if let Some(value) = from.remove(key) {
                particulars.insert(key.to_owned(), value);
            }
        }
    };
    set_apart(described.as_object_mut(), PARTICULARS);
    set_apart(
        described.get_mut("good").and_then(Value::as_object_mut),
        PARTICULARS_OF_GOOD,
    );
    let digest = description_digest(sorted(&described).as_bytes(), fingerprint);
    let id = identifier(&digest, sorted(&particulars.into()).as_bytes());
    String::from_utf8_lossy(&id).into_owned()
}

/// The digest of a canonical description under the tables of a fingerprint.
pub fn description_digest(description: &[u8], fingerprint: &str) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(description);
    hasher.update(b"\n");
    hasher.update(fingerprint.as_bytes());
    hasher.finalize().into()
}

/// The identifier of canonical particulars under the digest of a description, as
/// hexadecimal digits.
pub fn identifier(digest: &[u8; 32], particulars: &[u8]) -> [u8; 32] {
    let hash = blake3::keyed_hash(digest, particulars);
    let mut digits = [0; 32];
    for (pair, byte) in digits.chunks_exact_mut(2).zip(hash.as_bytes()) {
        if let [high, low] = pair {
            *high = hex_digit(byte >> 4);
            *low = hex_digit(byte & 15);
        }
    }
    digits
}

const fn hex_digit(value: u8) -> u8 {
    if value < 10 {
        b'0' + value
    } else {
        b'a' + value - 10
    }
}

fn sorted(value: &Value) -> String {
    let mut text = String::new();
    write_sorted(value, &mut text);
    text
}

/// JSON without spaces, the keys of every object in order.
fn write_sorted(value: &Value, out: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut sorted: Vec<(&String, &Value)> = fields.iter().collect();
            sorted.sort_unstable_by_key(|(key, _)| *key);
            out.push('{');
            for (index, (key, value)) in sorted.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                write_sorted(value, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_sorted(item, out);
            }
            out.push(']');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Request {
        Request::from_json(text).unwrap()
    }

    const FULL: &str = r#"{"agreement":"RCEP","from":"CN","to":"JP","date":"2026-07-15",
        "good":{"hs":"6110.12","hs_edition":"2022","name":"pullover","fob":"1200.00",
        "currency":"USD","weight_kg":"40","customs_value":"1260","part":2},
        "wholly_obtained":"a","materials":[{"name":"yarn","hs":"5108.10","hs_edition":"2017",
        "origin":"MN","status":"non_originating","value":"480","quantity":"0.95","unit":"kg","unit_price":"12.5","weight_kg":"38","role":"material",
        "deductions":[{"kind":"transport","amount":"3","proved":true}],"with_good":false,
        "active_ingredient":true,"regime":"processing_trade","materials":[{"hs":"5102"}],"costs":{"labour":"1"},
        "operations":["spinning"]}],
        "costs":{"labour":"300.00","overhead":"100","profit":"200","other":"120"},
        "operations":["knitting"],"chemical_reaction":false,
        "transport":{"direct":false,"via":[{"place":"HK","customs_control":true,
        "operations":["unloading"],"entered_into_trade":false,"justified_by_transport":true,"facility":"bonded_zone"}]},
        "proof":{"type":"certificate","issued":"2026-07-01"}}"#;

    #[test]
    fn writing_and_reading_are_inverse() {
        let request = read(FULL);
        assert_eq!(read(&request.to_json().to_string()), request);
    }

    #[test]
    fn spelling_does_not_change_the_identifier() {
        let one = read(r#"{"from":"cn","to":"JP","good":{"hs":"6110.12","fob":"1200"}}"#);
        let same =
            read(r#"{"good":{"fob":1200.00,"hs":"611012"},"to":"jp","from":"CN","date":null}"#);
        let other = read(r#"{"from":"CN","to":"JP","good":{"hs":"6110.12","fob":"1200.01"}}"#);
        let elsewhere = read(r#"{"from":"CN","to":"KR","good":{"hs":"6110.12","fob":"1200"}}"#);
        let later = read(
            r#"{"from":"CN","to":"JP","date":"2026-07-15","good":{"hs":"6110.12","fob":"1200"}}"#,
        );
        assert_eq!(decision_id(&one, "f"), decision_id(&same, "f"));
        for different in [other, elsewhere, later] {
            assert_ne!(decision_id(&one, "f"), decision_id(&different, "f"));
        }
        assert_ne!(decision_id(&one, "f"), decision_id(&one, "g"));
        assert_eq!(decision_id(&one, "f").len(), 32);
    }
}
