//! Reads the JSON request and gathers everything that is wrong with it.
//!
//! Values are looked at as they are written, so that `0.1` and `12345678.9012`
//! are read exactly and never pass through a float.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use originis_rules_engine::agreement::{Agreement, AgreementError};
use originis_rules_engine::country::{Country, CountryError};
use originis_rules_engine::facts::{Costs, Deduction, MaterialRole, OriginatingStatus, Proof};
use originis_rules_engine::hs::{HsCode, HsEdition, HsError};
use originis_rules_engine::quantity::QuantityError;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::problem::{Fault, RequestError, RequestErrors};
use crate::request::{Good, Material, Production, Request, Transit, Transport, Usage};
use crate::vocabulary::{self, Words, value_of};

/// How deep bills of materials may stand inside one another. Real products have
/// a few levels; the limit keeps hostile input from exhausting the stack.
const DEEPEST: usize = 12;

/// Materials are numbered with 16 bits.
const MOST_MATERIALS: usize = 65_535;

/// Reads a request.
pub(crate) fn read(text: &str) -> Result<Request, RequestErrors> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let raw: &RawValue = serde_json::from_str(text).map_err(|error| {
        let fault = Fault::new(
            "not_json",
            format!("not valid JSON: {error}"),
            format!(
                "不是有效的 JSON：第 {} 行第 {} 列有语法错误",
                error.line(),
                error.column()
            ),
        );
        RequestErrors(vec![fault.at("")])
    })?;
    let mut reader = Reader { errors: Vec::new() };
    let request = reader.request(raw);
    match request {
        Some(request) if reader.errors.is_empty() => Ok(request),
        _ => Err(RequestErrors(reader.errors)),
    }
}

struct Reader {
    errors: Vec<RequestError>,
}

/// A value with its place.
struct Place<'a> {
    pointer: String,
    raw: &'a RawValue,
}

/// What a JSON value is, from its first character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Null,
    Bool,
    Number,
    Text,
    List,
    Object,
}

impl Kind {
    fn of(raw: &RawValue) -> Self {
        match raw.get().bytes().next() {
            Some(b'n') | None => Self::Null,
            Some(b't' | b'f') => Self::Bool,
            Some(b'"') => Self::Text,
            Some(b'[') => Self::List,
            Some(b'{') => Self::Object,
            Some(_) => Self::Number,
        }
    }

    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Null => ("null", "null"),
            Self::Bool => ("true or false", "true 或 false"),
            Self::Number => ("a number", "数字"),
            Self::Text => ("a string", "字符串"),
            Self::List => ("a list", "数组"),
            Self::Object => ("an object", "对象"),
        }
    }
}

/// The fields of an object in order, each key as often as it is written.
struct Fields<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, &'de RawValue>()? {
                    fields.push((key, value));
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

/// An object being read: fields not asked for by the end are unknown.
struct Object<'a> {
    pointer: String,
    fields: Vec<(String, &'a RawValue)>,
    known: Vec<&'static str>,
}

impl<'a> Object<'a> {
    /// The place of a field; `None` when it is absent or null.
    fn take(&mut self, key: &'static str) -> Option<Place<'a>> {
        self.known.push(key);
        let position = self.fields.iter().position(|(name, _)| name == key)?;
        let (_, raw) = self.fields.remove(position);
        (Kind::of(raw) != Kind::Null).then(|| Place {
            pointer: self.below(key),
            raw,
        })
    }

    fn below(&self, key: &str) -> String {
        let escaped = key.replace('~', "~0").replace('/', "~1");
        format!("{}/{escaped}", self.pointer)
    }
}

impl Reader {
    fn fault(&mut self, pointer: impl Into<String>, fault: Fault) {
        self.errors.push(fault.at(pointer));
    }

    fn wrong_kind(&mut self, place: &Place<'_>, wanted: Kind) {
        let ((found_en, found_zh), (wanted_en, wanted_zh)) =
            (Kind::of(place.raw).names(), wanted.names());
        self.fault(
            place.pointer.clone(),
            Fault::new(
                "wrong_type",
                format!("expected {wanted_en}, found {found_en}"),
                format!("应为{wanted_zh}，实为{found_zh}"),
            ),
        );
    }

    fn object<'a>(&mut self, place: &Place<'a>) -> Option<Object<'a>> {
        let fields = serde_json::from_str::<Fields<'a>>(place.raw.get());
        match fields {
            Ok(Fields(fields)) => Some(Object {
                pointer: place.pointer.clone(),
                fields,
                known: Vec::new(),
            }),
            Err(_) => {
                self.wrong_kind(place, Kind::Object);
                None
            }
        }
    }

    fn list<'a>(&mut self, place: &Place<'a>) -> Option<Vec<Place<'a>>> {
        match serde_json::from_str::<Vec<&'a RawValue>>(place.raw.get()) {
            Ok(items) => Some(
                items
                    .into_iter()
                    .enumerate()
                    .map(|(index, raw)| Place {
                        pointer: format!("{}/{index}", place.pointer),
                        raw,
                    })
                    .collect(),
            ),
            Err(_) => {
                self.wrong_kind(place, Kind::List);
                None
            }
        }
    }

    /// Names the fields that were not asked for, and those written twice.
    fn finish(&mut self, object: Object<'_>) {
        for (name, _) in &object.fields {
            let pointer = object.below(name);
            if object.known.contains(&name.as_str()) {
                self.fault(
                    pointer,
                    Fault::new(
                        "repeated_field",
                        format!("`{name}` is written twice: keep one"),
                        format!("“{name}”重复出现：请只保留一个"),
                    ),
                );
                continue;
            }
            let known = object.known.join(", ");
            self.fault(
                pointer,
                Fault::new(
                    "unknown_field",
                    format!("unknown field `{name}`: the fields here are {known}"),
                    format!("未知字段“{name}”：此处可用的字段为 {known}"),
                ),
            );
        }
    }

    fn text(&mut self, place: &Place<'_>) -> Option<String> {
        if Kind::of(place.raw) != Kind::Text {
            self.wrong_kind(place, Kind::Text);
            return None;
        }
        serde_json::from_str(place.raw.get()).ok()
    }

    /// An optional name: blank is the same as absent.
    fn name(&mut self, object: &mut Object<'_>, key: &'static str) -> Option<String> {
        let place = object.take(key)?;
        let text = self.text(&place)?;
        let trimmed = text.trim();
        (!trimmed.is_empty()).then(|| trimmed.to_owned())
    }

    fn flag(&mut self, object: &mut Object<'_>, key: &'static str) -> Option<bool> {
        let place = object.take(key)?;
        match place.raw.get() {
            "true" => Some(true),
            "false" => Some(false),
            _ => {
                self.wrong_kind(&place, Kind::Bool);
                None
            }
        }
    }

    /// Text that is read by a type of the engine.
    fn parsed<T: FromStr<Err = E>, E: Into<Fault>>(
        &mut self,
        object: &mut Object<'_>,
        key: &'static str,
    ) -> Option<T> {
        let place = object.take(key)?;
        let text = self.text(&place)?;
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.fault(place.pointer, error.into());
                None
            }
        }
    }

    /// Text that is read by a type of the engine and must be there.
    fn required<T: FromStr<Err = E>, E: Into<Fault>>(
        &mut self,
        object: &mut Object<'_>,
        key: &'static str,
        what: (&str, &str),
    ) -> Option<T> {
        let before = self.errors.len();
        let value = self.parsed(object, key);
        if value.is_none() && self.errors.len() == before {
            self.fault(object.below(key), missing_field(key, what));
        }
        value
    }

    /// A decimal, as a string or as a plain JSON number, exactly as written.
    fn decimal<T: FromStr<Err = QuantityError>>(
        &mut self,
        object: &mut Object<'_>,
        key: &'static str,
    ) -> Option<T> {
        let place = object.take(key)?;
        let text = match Kind::of(place.raw) {
            Kind::Number => {
                let written = place.raw.get();
                if written.contains(['e', 'E']) {
                    self.fault(
                        place.pointer,
                        Fault::new(
                            "inexact_number",
                            format!("`{written}` is in exponent form: write it as a string, such as \"1200.50\""),
                            format!("“{written}”为指数形式：请写成字符串，例如 \"1200.50\""),
                        ),
                    );
                    return None;
                }
                written.to_owned()
            }
            _ => self.text(&place)?,
        };
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.fault(place.pointer, error.into());
                None
            }
        }
    }

    /// A code or an edition, also as a bare number where no leading zero can
    /// have been lost.
    fn digits<T: FromStr<Err = HsError>>(
        &mut self,
        object: &mut Object<'_>,
        key: &'static str,
    ) -> Option<T> {
        let place = object.take(key)?;
        let text = match Kind::of(place.raw) {
            Kind::Number => {
                let written = place.raw.get();
                let even = written.len() % 2 == 0;
                if !even || written.bytes().any(|byte| !byte.is_ascii_digit()) {
                    self.fault(
                        place.pointer,
                        Fault::new(
                            "inexact_number",
                            format!("`{written}` as a number may have lost a zero: write the code as a string"),
                            format!("“{written}”写成数字可能丢失了零：请把编码写成字符串"),
                        ),
                    );
                    return None;
                }
                written.to_owned()
            }
            _ => self.text(&place)?,
        };
        match text.trim().parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.fault(place.pointer, Fault::from(error));
                None
            }
        }
    }

    fn date(&mut self, object: &mut Object<'_>, key: &'static str) -> Option<Date> {
        let place = object.take(key)?;
        let text = self.text(&place)?;
        let trimmed = text.trim();
        let shape = trimmed.len() == 10
            && trimmed.bytes().enumerate().all(|(index, byte)| {
                if matches!(index, 4 | 7) {
                    byte == b'-'
                } else {
                    byte.is_ascii_digit()
                }
            });
        let fault = match trimmed.parse::<Date>() {
            Ok(date) if shape => return Some(date),
            _ if shape => Fault::new(
                "impossible_date",
                format!("`{trimmed}` is not a day of the calendar"),
                format!("“{trimmed}”不是日历上的日期"),
            ),
            _ => Fault::new(
                "not_a_date",
                format!("`{trimmed}` is not a date: expected year-month-day, such as 2026-07-15"),
                format!("“{trimmed}”不是日期：应为“年-月-日”，例如 2026-07-15"),
            ),
        };
        self.fault(place.pointer, fault);
        None
    }

    /// A word of a closed list.
    fn word<T: Copy>(
        &mut self,
        object: &mut Object<'_>,
        key: &'static str,
        words: &Words<T>,
    ) -> Option<T> {
        let place = object.take(key)?;
        let text = self.text(&place)?;
        let value = value_of(words, text.trim());
        if value.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let known = known.join(", ");
            self.fault(
                place.pointer,
                Fault::new(
                    "unknown_word",
                    format!("`{text}` is not a word known here: expected one of {known}"),
                    format!("“{text}”不是此处可用的词：应为 {known} 之一"),
                ),
            );
        }
        value
    }

    /// A list of words.
    fn words(&mut self, object: &mut Object<'_>, key: &'static str) -> Option<Vec<String>> {
        let place = object.take(key)?;
        let items = self.list(&place)?;
        let mut words = Vec::with_capacity(items.len());
        for item in items {
            let Some(word) = self.text(&item) else {
                continue;
            };
            let word = word.trim();
            if word.is_empty() {
                self.fault(
                    item.pointer,
                    Fault::new(
                        "empty_word",
                        "an empty word says nothing: name the operation or leave it out",
                        "空词没有意义：请写明操作，或删除该项",
                    ),
                );
                continue;
            }
            words.push(word.to_owned());
        }
        Some(words)
    }

    fn request(&mut self, raw: &RawValue) -> Option<Request> {
        let mut object = self.object(&Place {
            pointer: String::new(),
            raw,
        })?;
        let agreement = self.parsed::<Agreement, AgreementError>(&mut object, "agreement");
        let from = self.required::<Country, CountryError>(
            &mut object,
            "from",
            ("the exporting country", "出口国"),
        );
        let to = self.required::<Country, CountryError>(
            &mut object,
            "to",
            ("the importing country", "进口国"),
        );
        let date = self.date(&mut object, "date");
        let good = match object.take("good") {
            Some(place) => self.good(&place),
            None => {
                self.fault("/good", missing_field("good", ("the good", "货物")));
                None
            }
        };
        let edition = good
            .as_ref()
            .map_or(HsEdition::Hs2022, |good| good.hs_edition);
        let production = self.production(&mut object, edition, 0);
        let transport = object
            .take("transport")
            .and_then(|place| self.transport(&place));
        let proof = object.take("proof").and_then(|place| self.proof(&place));
        self.finish(object);
        Some(Request {
            agreement,
            from: from?,
            to: to?,
            date,
            good: good?,
            production,
            transport,
            proof,
        })
    }

    fn good(&mut self, place: &Place<'_>) -> Option<Good> {
        let mut object = self.object(place)?;
        let before = self.errors.len();
        let hs = self.digits::<HsCode>(&mut object, "hs");
        if hs.is_none() && self.errors.len() == before {
            self.fault(
                object.below("hs"),
                missing_field("hs", ("the HS code of the good", "货物的 HS 编码")),
            );
        }
        let hs_edition = self.digits::<HsEdition>(&mut object, "hs_edition");
        let name = self.name(&mut object, "name");
        let fob = self.decimal(&mut object, "fob");
        let currency = self.currency(&mut object);
        let weight = self.decimal(&mut object, "weight_kg");
        let customs_value = self.decimal(&mut object, "customs_value");
        let part = self.part(&mut object);
        self.finish(object);
        Some(Good {
            hs: hs?,
            hs_edition: hs_edition.unwrap_or(HsEdition::Hs2022),
            name,
            fob,
            currency,
            weight,
            customs_value,
            part,
        })
    }

    fn currency(&mut self, object: &mut Object<'_>) -> Option<String> {
        let place = object.take("currency")?;
        let text = self.text(&place)?;
        let code = text.trim().to_ascii_uppercase();
        if code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Some(code);
        }
        self.fault(
            place.pointer,
            Fault::new(
                "not_a_currency",
                format!("`{text}` is not a currency code: expected three letters (ISO 4217), such as USD"),
                format!("“{text}”不是货币代码：应为三个字母（ISO 4217），例如 USD"),
            ),
        );
        None
    }

    fn part(&mut self, object: &mut Object<'_>) -> Option<u8> {
        let place = object.take("part")?;
        let text = match Kind::of(place.raw) {
            Kind::Number => place.raw.get().to_owned(),
            _ => self.text(&place)?,
        };
        match text.trim().parse::<u8>() {
            Ok(part) if part > 0 => Some(part),
            _ => {
                self.fault(
                    place.pointer,
                    Fault::new(
                        "not_a_part",
                        format!("`{text}` is not a part of the rule: expected 1, 2, … as the rule numbers its products"),
                        format!("“{text}”不是规则的分项：应为规则中产品的编号 1、2……"),
                    ),
                );
                None
            }
        }
    }

    fn production(
        &mut self,
        object: &mut Object<'_>,
        edition: HsEdition,
        depth: usize,
    ) -> Production {
        let wholly_obtained = self.ground(object);
        let materials = object
            .take("materials")
            .and_then(|place| self.materials(&place, edition, depth));
        let costs = object
            .take("costs")
            .and_then(|place| self.costs(&place))
            .unwrap_or_default();
        Production {
            wholly_obtained,
            materials,
            costs,
            operations: self.words(object, "operations"),
            chemical_reaction: self.flag(object, "chemical_reaction"),
        }
    }

    /// The letter of a ground: `a`, `A` or `(a)`.
    fn ground(&mut self, object: &mut Object<'_>) -> Option<char> {
        let place = object.take("wholly_obtained")?;
        let text = self.text(&place)?;
        let inner = text.trim();
        let inner = inner
            .strip_prefix('(')
            .and_then(|rest| rest.strip_suffix(')'))
            .unwrap_or(inner);
        let mut letters = inner.chars();
        match (letters.next(), letters.next()) {
            (Some(letter), None) if letter.is_ascii_alphabetic() => {
                Some(letter.to_ascii_lowercase())
            }
            _ => {
                self.fault(
                    place.pointer,
                    Fault::new(
                        "unknown_ground",
                        format!("`{text}` is not a ground: expected one letter of RCEP Article 3.3 or APTA Rule 2, such as \"a\", or null when not claimed"),
                        format!("“{text}”不是完全获得的理由：应为 RCEP 第 3.3 条或 APTA 规则二的一个字母，例如 \"a\"；未主张时为 null"),
                    ),
                );
                None
            }
        }
    }

    fn costs(&mut self, place: &Place<'_>) -> Option<Costs> {
        let mut object = self.object(place)?;
        let costs = Costs {
            labour: self.decimal(&mut object, "labour"),
            overhead: self.decimal(&mut object, "overhead"),
            profit: self.decimal(&mut object, "profit"),
            other: self.decimal(&mut object, "other"),
        };
        self.finish(object);
        Some(costs)
    }

    fn materials(
        &mut self,
        place: &Place<'_>,
        edition: HsEdition,
        depth: usize,
    ) -> Option<Vec<Material>> {
        let items = self.list(place)?;
        if items.len() > MOST_MATERIALS || depth > DEEPEST {
            self.fault(
                place.pointer.clone(),
                Fault::new(
                    "too_many",
                    format!("a bill of materials may have {MOST_MATERIALS} entries and stand {DEEPEST} levels deep at most"),
                    format!("物料清单最多 {MOST_MATERIALS} 项、{DEEPEST} 层"),
                ),
            );
            return None;
        }
        Some(
            items
                .iter()
                .filter_map(|item| self.material(item, edition, depth))
                .collect(),
        )
    }

    fn material(
        &mut self,
        place: &Place<'_>,
        edition: HsEdition,
        depth: usize,
    ) -> Option<Material> {
        let mut object = self.object(place)?;
        let name = self.name(&mut object, "name");
        let hs = self.digits::<HsCode>(&mut object, "hs");
        let hs_edition = self
            .digits::<HsEdition>(&mut object, "hs_edition")
            .unwrap_or(edition);
        let origin = self.parsed::<Country, CountryError>(&mut object, "origin");
        let status = self
            .word(&mut object, "status", vocabulary::STATUS)
            .unwrap_or(OriginatingStatus::Unknown);
        let value = self.decimal(&mut object, "value");
        let usage = Usage {
            quantity: self.decimal(&mut object, "quantity"),
            unit: self.name(&mut object, "unit"),
            unit_price: self.decimal(&mut object, "unit_price"),
        };
        let weight = self.decimal(&mut object, "weight_kg");
        let role = self
            .word(&mut object, "role", vocabulary::ROLE)
            .unwrap_or(MaterialRole::Material);
        let deductions = object
            .take("deductions")
            .and_then(|place| self.deductions(&place))
            .unwrap_or_default();
        let with_good = self.flag(&mut object, "with_good");
        let active_ingredient = self.flag(&mut object, "active_ingredient");
        let regime = self.word(&mut object, "regime", vocabulary::REGIME);
        let production = self.production(&mut object, hs_edition, depth + 1);
        self.finish(object);
        Some(Material {
            name,
            hs,
            hs_edition,
            origin,
            status,
            value,
            usage,
            weight,
            role,
            deductions,
            with_good,
            active_ingredient,
            regime,
            production: (production != Production::default()).then_some(production),
        })
    }

    fn deductions(&mut self, place: &Place<'_>) -> Option<Vec<Deduction>> {
        let items = self.list(place)?;
        Some(
            items
                .iter()
                .filter_map(|item| self.deduction(item))
                .collect(),
        )
    }

    fn deduction(&mut self, place: &Place<'_>) -> Option<Deduction> {
        let mut object = self.object(place)?;
        let before = self.errors.len();
        let kind = self.word(&mut object, "kind", vocabulary::DEDUCTION);
        if kind.is_none() && self.errors.len() == before {
            self.fault(
                object.below("kind"),
                missing_field("kind", ("the kind of expense", "费用种类")),
            );
        }
        let before = self.errors.len();
        let amount = self.decimal(&mut object, "amount");
        if amount.is_none() && self.errors.len() == before {
            self.fault(
                object.below("amount"),
                missing_field("amount", ("the amount of the expense", "费用金额")),
            );
        }
        // Not said to be proved is not proved: nothing is deducted.
        let proved = self.flag(&mut object, "proved").unwrap_or(false);
        self.finish(object);
        Some(Deduction {
            kind: kind?,
            amount: amount?,
            proved,
        })
    }

    fn transport(&mut self, place: &Place<'_>) -> Option<Transport> {
        let mut object = self.object(place)?;
        let direct = self.flag(&mut object, "direct");
        let via = object
            .take("via")
            .and_then(|place| self.list(&place))
            .unwrap_or_default();
        let via = via.iter().filter_map(|item| self.transit(item)).collect();
        self.finish(object);
        Some(Transport { direct, via })
    }

    fn transit(&mut self, place: &Place<'_>) -> Option<Transit> {
        let mut object = self.object(place)?;
        let country = self.required::<Country, CountryError>(
            &mut object,
            "place",
            ("the country passed", "途经国家或地区"),
        );
        let transit = Transit {
            place: country?,
            customs_control: self.flag(&mut object, "customs_control"),
            operations: self.words(&mut object, "operations"),
            entered_into_trade: self.flag(&mut object, "entered_into_trade"),
            justified_by_transport: self.flag(&mut object, "justified_by_transport"),
            facility: self.word(&mut object, "facility", vocabulary::FACILITY),
        };
        self.finish(object);
        Some(transit)
    }

    fn proof(&mut self, place: &Place<'_>) -> Option<Proof> {
        let mut object = self.object(place)?;
        let before = self.errors.len();
        let proof = self.word(&mut object, "type", vocabulary::PROOF);
        if proof.is_none() && self.errors.len() == before {
            self.fault(
                object.below("type"),
                missing_field("type", ("the type of proof", "原产地证明类型")),
            );
        }
        let issued = self.date(&mut object, "issued");
        self.finish(object);
        Some(Proof {
            proof: proof?,
            issued,
        })
    }
}

fn missing_field(key: &str, what: (&str, &str)) -> Fault {
    Fault::new(
        "missing_field",
        format!("`{key}` is missing: {} is needed", what.0),
        format!("缺少“{key}”：需要{}", what.1),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(text: &str) -> Vec<(String, &'static str)> {
        read(text)
            .unwrap_err()
            .0
            .into_iter()
            .map(|error| (error.pointer, error.code))
            .collect()
    }

    const LEAST: &str = r#"{"from":"CN","to":"JP","good":{"hs":"6110.12"}}"#;

    #[test]
    fn the_least_request_leaves_everything_else_unknown() {
        let request = read(LEAST).unwrap();
        assert_eq!(request.good.hs_edition, HsEdition::Hs2022);
        assert_eq!(request.production, Production::default());
        assert_eq!(request.production.materials, None);
        assert!(request.transport.is_none() && request.proof.is_none());
    }

    #[test]
    fn null_is_absent_and_an_empty_list_is_not() {
        let text = r#"{"from":"CN","to":"JP","good":{"hs":"611012","fob":null},
            "wholly_obtained":null,"materials":[]}"#;
        let request = read(text).unwrap();
        assert_eq!(request.production.materials, Some(Vec::new()));
        assert_eq!(request.good.fob, None);
    }

    #[test]
    fn every_error_is_gathered_with_its_place() {
        let text = r#"{"from":"China","to":"JP","date":"2026-02-30","colour":1,
            "good":{"hs":"61x","fob":-5,"weight":"3","currency":"dollar"},
            "materials":[{"status":"local","value":"1,200","hs":"51.08"},7],
            "transport":{"via":[{"customs_control":"yes"}]},
            "proof":{"issued":"15/07/2026"}}"#;
        assert_eq!(
            errors(text),
            [
                ("/from".to_owned(), "not_a_country"),
                ("/date".to_owned(), "impossible_date"),
                ("/good/hs".to_owned(), "not_an_hs_code"),
                ("/good/fob".to_owned(), "negative_value"),
                ("/good/currency".to_owned(), "not_a_currency"),
                ("/good/weight".to_owned(), "unknown_field"),
                ("/materials/0/status".to_owned(), "unknown_word"),
                ("/materials/0/value".to_owned(), "not_a_decimal"),
                ("/materials/1".to_owned(), "wrong_type"),
                ("/transport/via/0/place".to_owned(), "missing_field"),
                ("/proof/type".to_owned(), "missing_field"),
                ("/proof/issued".to_owned(), "not_a_date"),
                ("/colour".to_owned(), "unknown_field"),
            ]
        );
    }

    #[test]
    fn an_unknown_field_is_named() {
        let text = r#"{"from":"CN","to":"JP","good":{"hs":"611012"},"materails":[]}"#;
        let RequestErrors(errors) = read(text).unwrap_err();
        assert_eq!(errors.len(), 1);
        assert!(errors[0].detail_en.contains("`materails`"));
        assert!(errors[0].detail_zh.contains("materails"));
    }

    #[test]
    fn numbers_are_read_as_written() {
        let fob = |written: &str| {
            let text =
                format!(r#"{{"from":"CN","to":"JP","good":{{"hs":"611012","fob":{written}}}}}"#);
            read(&text).map(|request| request.good.fob.unwrap().to_string())
        };
        assert_eq!(fob("1200").unwrap(), "1200.00");
        assert_eq!(fob("\"1200.5\"").unwrap(), "1200.50");
        // The nearest float to this is a different number.
        assert_eq!(fob("123456789012.3457").unwrap(), "123456789012.3457");
        for (written, code) in [
            ("1.2e3", "inexact_number"),
            ("0.00001", "too_precise"),
            ("-0.5", "negative_value"),
            ("99999999999999999999", "too_large"),
            ("true", "wrong_type"),
        ] {
            assert_eq!(fob(written).unwrap_err().0[0].code, code, "{written}");
        }
    }

    #[test]
    fn a_code_written_as_a_number_may_have_lost_its_zero() {
        let text = r#"{"from":"CN","to":"JP","good":{"hs":10121}}"#;
        assert_eq!(errors(text), [("/good/hs".to_owned(), "inexact_number")]);
        let text = r#"{"from":"CN","to":"JP","good":{"hs":611012,"hs_edition":2017}}"#;
        assert_eq!(read(text).unwrap().good.hs_edition, HsEdition::Hs2017);
    }

    #[test]
    fn what_is_no_object_is_refused_without_panic() {
        for text in [
            "",
            "[",
            "[]",
            "null",
            "7",
            "\"x\"",
            "{\"good\":",
            "{\"from\":}",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
        let deep = format!(
            "{}{}{}",
            r#"{"from":"CN","to":"JP","good":{"hs":"611012"}"#,
            r#","materials":[{"name":"x""#.repeat(40),
            "}]".repeat(40) + "}"
        );
        let (pointer, code) = errors(&deep).remove(0);
        assert_eq!(code, "too_many");
        assert_eq!(pointer.matches("materials").count(), DEEPEST + 2);
    }

    #[test]
    fn a_material_with_its_own_bill_is_an_intermediate_good() {
        let text = r#"{"from":"CN","to":"JP","good":{"hs":"611012"},
            "materials":[{"status":"unknown","materials":[{"hs":"5102.11","origin":"MN",
            "status":"non_originating"}],"operations":["spinning"]}]}"#;
        let material = read(text).unwrap().production.materials.unwrap().remove(0);
        let inner = material.production.unwrap();
        assert_eq!(inner.materials.unwrap().len(), 1);
        assert_eq!(inner.operations.unwrap(), ["spinning"]);
    }

    #[test]
    fn a_cut_or_changed_request_is_read_or_refused_with_reasons() {
        let whole = include_str!("../testdata/open-questions.json");
        let try_reading = |text: &str| {
            if let Err(RequestErrors(errors)) = read(text) {
                assert!(!errors.is_empty(), "{text}");
            }
        };
        for (position, character) in whole.char_indices() {
            let (before, rest) = whole.split_at(position);
            let after = rest.strip_prefix(character).unwrap();
            try_reading(before);
            for other in ["", "\"", "{", "9", "-", "null", "\u{4e00}"] {
                try_reading(&format!("{before}{other}{after}"));
            }
        }
    }

    #[test]
    fn a_field_written_twice_is_an_error() {
        let text = r#"{"from":"CN","from":"KR","to":"JP","good":{"hs":"611012"}}"#;
        assert_eq!(errors(text), [("/from".to_owned(), "repeated_field")]);
    }
}
