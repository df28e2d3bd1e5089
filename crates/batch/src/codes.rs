//! Code lists of customs declarations: countries, currencies, units, delivery
//! terms and agreements. Each code carries how sure its meaning is; a meaning
//! that was not seen in a real file is used, but always reported as unverified.

use std::collections::HashMap;

use originis_exchange::wording;
use originis_rules_engine::agreement::Agreement;
use originis_rules_engine::country::Country;
use originis_rules_engine::quantity::Weight;

use crate::hash::QuickMap;
use crate::number::Decimal;

/// How sure the meaning of a code is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Certainty {
    /// Defined by a published standard, or seen in real files.
    Certain,
    /// From general knowledge only; reported wherever it is used.
    Unverified,
}

/// A value with the certainty of the code it was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coded<T> {
    /// The value.
    pub value: T,
    /// How sure the code list is about it.
    pub certainty: Certainty,
}

/// What a bare three-digit country code means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CountryNumbers {
    /// The numeric codes of older Chinese customs declarations.
    #[default]
    Customs,
    /// ISO 3166-1 numeric codes.
    Iso,
}

/// A currency, ISO 4217.
pub type Currency = [u8; 3];

/// The code of a currency as text; empty when it is not known.
pub fn currency_text(currency: Option<Currency>) -> String {
    currency.map_or_else(String::new, |code| {
        String::from_utf8_lossy(&code).into_owned()
    })
}

/// What the price of a delivery term includes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PriceBasis {
    /// Cost, insurance and freight.
    Cif,
    /// Cost and freight.
    Cfr,
    /// Free on board.
    Fob,
    /// Cost and insurance.
    Cni,
    /// Ex works: cost to the port of shipment is not included.
    Exw,
    /// Delivered to a place in the importing country.
    Delivered,
    /// A price that is on no delivery term.
    Other,
}

/// A unit of quantity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Its name in Chinese.
    pub name_zh: String,
    /// Its name in English.
    pub name_en: String,
    /// Kilograms in one unit, where it is a unit of weight.
    pub kilograms: Option<Decimal>,
}

/// The agreement a declaration names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeclaredAgreement {
    /// One of those decided here.
    Decided(Agreement),
    /// A known agreement outside RCEP and APTA.
    Other,
}

/// All code lists.
#[derive(Debug, Clone)]
pub struct Codes {
    countries: QuickMap<Vec<u8>, Coded<Country>>,
    currencies: HashMap<String, Coded<Currency>>,
    units: HashMap<String, Coded<usize>>,
    unit_list: Vec<Unit>,
    terms: HashMap<String, Coded<PriceBasis>>,
    agreements: HashMap<String, Coded<DeclaredAgreement>>,
}

const COUNTRIES: &str = include_str!("../codes/countries.csv");
const CURRENCIES: &str = include_str!("../codes/currencies.csv");
const UNITS: &str = include_str!("../codes/units.csv");
const TERMS: &str = include_str!("../codes/terms.csv");
const AGREEMENTS: &str = include_str!("../codes/agreements.csv");

/// Rows of an embedded list without its heading.
pub(crate) fn rows(list: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    list.lines()
        .skip(1)
        .filter(|line| !line.is_empty())
        .map(|line| line.split(',').collect())
}

fn certainty(status: &str) -> Certainty {
    if status == "unverified" {
        Certainty::Unverified
    } else {
        Certainty::Certain
    }
}

fn names(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('|').filter(|name| !name.is_empty())
}

impl Codes {
    /// Reads the embedded lists.
    pub fn new(numbers: CountryNumbers) -> Self {
        let mut codes = Self {
            countries: QuickMap::default(),
            currencies: HashMap::new(),
            units: HashMap::new(),
            unit_list: Vec::new(),
            terms: HashMap::new(),
            agreements: HashMap::new(),
        };
        codes.read_countries(numbers);
        codes.read_currencies();
        codes.read_units();
        codes.read_terms();
        codes.read_agreements();
        codes
    }

    fn read_countries(&mut self, numbers: CountryNumbers) {
        for row in rows(COUNTRIES) {
            let &[alpha2, alpha3, iso, customs, status, zh] = row.as_slice() else {
                continue;
            };
            let Ok(value) = alpha2.parse::<Country>() else {
                continue;
            };
            let mut add = |key: &str, certainty| {
                if !key.is_empty() {
                    let coded = Coded { value, certainty };
                    self.countries.insert(key.as_bytes().to_vec(), coded);
                }
            };
            add(alpha2, Certainty::Certain);
            add(alpha3, Certainty::Certain);
            match numbers {
                CountryNumbers::Customs => add(customs, certainty(status)),
                CountryNumbers::Iso => add(iso, Certainty::Certain),
            }
            for name in names(zh) {
                add(&crate::columns::normalised(name), Certainty::Certain);
            }
        }
        for (alpha2, en, zh) in wording::countries() {
            let Ok(value) = alpha2.parse::<Country>() else {
                continue;
            };
            let certainty = Certainty::Certain;
            for name in [en, zh] {
                let name = crate::columns::normalised(name).to_uppercase();
                let coded = Coded { value, certainty };
                self.countries.insert(name.into_bytes(), coded);
            }
        }
    }

    fn read_currencies(&mut self) {
        for row in rows(CURRENCIES) {
            let &[alpha3, customs, status, zh] = row.as_slice() else {
                continue;
            };
            let Ok(value) = <Currency>::try_from(alpha3.as_bytes()) else {
                continue;
            };
            let certain = Coded {
                value,
                certainty: Certainty::Certain,
            };
            self.currencies.insert(alpha3.to_owned(), certain);
            for name in names(zh) {
                self.currencies.insert(name.to_owned(), certain);
            }
            if !customs.is_empty() {
                let coded = Coded {
                    value,
                    certainty: certainty(status),
                };
                self.currencies.insert(customs.to_owned(), coded);
            }
        }
    }

    fn read_units(&mut self) {
        for row in rows(UNITS) {
            let &[code, status, zh, en, kilograms] = row.as_slice() else {
                continue;
            };
            let index = self.unit_list.len();
            self.unit_list.push(Unit {
                name_zh: zh.to_owned(),
                name_en: en.to_owned(),
                kilograms: Decimal::read(kilograms.as_bytes()).ok().flatten(),
            });
            let named = Coded {
                value: index,
                certainty: Certainty::Certain,
            };
            self.units.entry(zh.to_owned()).or_insert(named);
            self.units.entry(en.to_ascii_uppercase()).or_insert(named);
            let coded = Coded {
                value: index,
                certainty: certainty(status),
            };
            self.units.insert(code.to_owned(), coded);
        }
        for (alias, name) in [("公斤", "千克"), ("KGS", "千克"), ("PCS", "个")] {
            if let Some(unit) = self.units.get(name).copied() {
                self.units.insert(alias.to_owned(), unit);
            }
        }
    }

    fn read_terms(&mut self) {
        for row in rows(TERMS) {
            let &[code, status, basis, spellings] = row.as_slice() else {
                continue;
            };
            let value = match basis {
                "cif" => PriceBasis::Cif,
                "cfr" => PriceBasis::Cfr,
                "fob" => PriceBasis::Fob,
                "cni" => PriceBasis::Cni,
                "exw" => PriceBasis::Exw,
                "delivered" => PriceBasis::Delivered,
                _ => PriceBasis::Other,
            };
            let coded = |certainty| Coded { value, certainty };
            if !code.is_empty() {
                self.terms.insert(code.to_owned(), coded(certainty(status)));
            }
            for name in names(spellings) {
                self.terms
                    .insert(name.to_owned(), coded(Certainty::Certain));
            }
        }
    }

    fn read_agreements(&mut self) {
        for row in rows(AGREEMENTS) {
            let &[code, status, agreement, zh, en] = row.as_slice() else {
                continue;
            };
            let value = agreement
                .parse()
                .map_or(DeclaredAgreement::Other, DeclaredAgreement::Decided);
            let coded = Coded {
                value,
                certainty: certainty(status),
            };
            for key in [code, code.trim_start_matches('0'), agreement, zh, en] {
                if !key.is_empty() {
                    self.agreements.insert(key.to_uppercase(), coded);
                }
            }
        }
    }

    /// The country of a code or Chinese name. Forms such as `MYS | 马来西亚` and
    /// `日本(116)` are read by their parts.
    pub fn country(&self, text: &str) -> Option<Coded<Country>> {
        if let Some(found) = self.countries.get(text.as_bytes()) {
            return Some(*found);
        }
        let normalised = crate::columns::normalised(text).to_uppercase();
        if let Some(found) = self.countries.get(normalised.as_bytes()) {
            return Some(*found);
        }
        let mut found = None;
        for part in normalised.split(['|', '(', ')', '-', '/']) {
            if part.is_empty() {
                continue;
            }
            let here = self.countries.get(part.as_bytes()).copied()?;
            // Parts that name different countries are no country.
            if found.is_some_and(|known: Coded<Country>| known.value != here.value) {
                return None;
            }
            found = match found {
                Some(known) if known.certainty <= here.certainty => Some(known),
                _ => Some(here),
            };
        }
        found
    }

    /// The currency of a code or Chinese name. Any three letters are a currency.
    pub fn currency(&self, text: &str) -> Option<Coded<Currency>> {
        let upper = first_part(text).to_uppercase();
        if let Some(found) = self.currencies.get(&upper) {
            return Some(*found);
        }
        <Currency>::try_from(upper.as_bytes())
            .ok()
            .filter(|letters| letters.iter().all(u8::is_ascii_uppercase))
            .map(|value| Coded {
                value,
                certainty: Certainty::Certain,
            })
    }

    /// The unit of a code or name.
    pub fn unit(&self, text: &str) -> Option<Coded<&Unit>> {
        let found = self.units.get(&first_part(text).to_uppercase())?;
        Some(Coded {
            value: self.unit_list.get(found.value)?,
            certainty: found.certainty,
        })
    }

    /// The price basis of a delivery term.
    pub fn terms(&self, text: &str) -> Option<Coded<PriceBasis>> {
        self.terms.get(&first_part(text).to_uppercase()).copied()
    }

    /// The agreement of a code or name.
    pub fn agreement(&self, text: &str) -> Option<Coded<DeclaredAgreement>> {
        self.agreements
            .get(&first_part(text).to_uppercase())
            .copied()
    }
}

/// The code of a cell such as `USD | 美元`.
fn first_part(text: &str) -> &str {
    text.split(['|', '(', '（'])
        .next()
        .unwrap_or_default()
        .trim()
}

/// The weight of a quantity in a unit of weight, exact or nothing.
pub fn weight_of(quantity: Decimal, unit: &Unit) -> Option<Weight> {
    quantity.times(unit.kilograms?)?.weight()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn country(codes: &Codes, text: &str) -> Option<(String, Certainty)> {
        codes
            .country(text)
            .map(|coded| (coded.value.to_string(), coded.certainty))
    }

    #[test]
    fn countries_are_read_in_every_form() {
        let codes = Codes::new(CountryNumbers::Customs);
        for text in [
            "JP",
            "jp",
            "JPN",
            "日本",
            "JPN | 日本",
            "日本（JPN）",
            "Japan",
        ] {
            assert_eq!(
                country(&codes, text),
                Some(("JP".to_owned(), Certainty::Certain)),
                "{text}"
            );
        }
        assert_eq!(
            country(&codes, "116"),
            Some(("JP".to_owned(), Certainty::Unverified))
        );
        assert_eq!(
            country(&codes, "136"),
            Some(("TH".to_owned(), Certainty::Certain))
        );
        assert_eq!(country(&codes, "JPN | 韩国"), None);
        assert_eq!(country(&codes, "392"), None);
        let iso = Codes::new(CountryNumbers::Iso);
        assert_eq!(
            country(&iso, "392"),
            Some(("JP".to_owned(), Certainty::Certain))
        );
        assert_eq!(
            country(&iso, "116"),
            Some(("KH".to_owned(), Certainty::Certain))
        );
    }

    #[test]
    fn no_name_stands_for_two_countries() {
        let mut seen: HashMap<&str, &str> = HashMap::new();
        for row in rows(COUNTRIES) {
            assert_eq!(row.len(), 6, "{row:?}");
            for name in names(row[5]) {
                assert_eq!(seen.insert(name, row[0]), None, "{name}");
            }
        }
        for (code, en, zh) in wording::countries() {
            assert_eq!(seen.insert(en, code), None, "{en}");
            assert_eq!(seen.insert(zh, code), None, "{zh}");
        }
        assert_eq!(seen.get("日本"), Some(&"JP"));
    }

    #[test]
    fn units_terms_currencies_and_agreements() {
        let codes = Codes::new(CountryNumbers::Customs);
        let kilogram = codes.unit("035").unwrap();
        assert_eq!(kilogram.certainty, Certainty::Certain);
        assert_eq!(
            weight_of(Decimal(12_500_000), kilogram.value),
            "12.5".parse().ok()
        );
        assert_eq!(codes.unit("千克").unwrap().value, kilogram.value);
        assert_eq!(codes.unit("070").unwrap().certainty, Certainty::Unverified);
        assert_eq!(codes.terms("1").unwrap().value, PriceBasis::Cif);
        assert_eq!(codes.terms("fob").unwrap().value, PriceBasis::Fob);
        assert_eq!(codes.currency("502").unwrap().value, *b"USD");
        assert_eq!(
            codes.currency("502").unwrap().certainty,
            Certainty::Unverified
        );
        assert_eq!(codes.currency("人民币").unwrap().value, *b"CNY");
        assert_eq!(
            codes.agreement("22").unwrap().value,
            DeclaredAgreement::Decided(Agreement::Rcep)
        );
        assert_eq!(
            codes.agreement("1").unwrap().value,
            DeclaredAgreement::Decided(Agreement::Apta)
        );
        assert_eq!(
            codes.agreement("02").unwrap().value,
            DeclaredAgreement::Other
        );
    }
}
