//! Words the reports of this crate share.

use originis_exchange::{Lang, Material, Request};

pub(crate) use originis_exchange::wording::{citation, country, list};

use originis_rules_engine::agreement::Agreement;
use originis_rules_engine::country::Country;
use originis_rules_engine::outcome::Outcome;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

use crate::duty::Untold;

/// A sentence with its place in the law.
pub(crate) fn cited(sentence: &str, place: &str, lang: Lang) -> String {
    let place = citation(place, lang);
    match lang {
        Lang::En => format!("{sentence} [{place}]"),
        Lang::Zh => format!("{sentence}〔{place}〕"),
    }
}

/// Reads a country from its two letters.
pub(crate) fn read_country<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Country, D::Error> {
    String::deserialize(deserializer)?
        .parse()
        .map_err(D::Error::custom)
}

/// The same, or none.
pub(crate) fn read_country_or_none<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Country>, D::Error> {
    Option::<String>::deserialize(deserializer)?
        .map(|text| text.parse().map_err(D::Error::custom))
        .transpose()
}

/// Writes an outcome by the name it has in answers.
pub(crate) fn outcome<S: Serializer>(outcome: &Outcome, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(originis_exchange::outcome_name(*outcome))
}

/// Writes an agreement by the name it has in requests and answers.
pub(crate) fn agreement<S: Serializer>(
    agreement: &Agreement,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(agreement.name())
}

/// The same, or null.
#[expect(clippy::ref_option, reason = "the shape serde calls it with")]
pub(crate) fn agreement_or_null<S: Serializer>(
    agreement: &Option<Agreement>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match agreement {
        Some(agreement) => serializer.serialize_str(agreement.name()),
        None => serializer.serialize_none(),
    }
}

/// The material at a path of indexes, as the request states it.
pub(crate) fn material_of<'a>(request: &'a Request, path: &[u16]) -> Option<&'a Material> {
    let (first, rest) = path.split_first()?;
    let mut material = request
        .production
        .materials
        .as_ref()?
        .get(usize::from(*first))?;
    for index in rest {
        material = material
            .production
            .as_ref()?
            .materials
            .as_ref()?
            .get(usize::from(*index))?;
    }
    Some(material)
}

/// Where a material stands in the request, such as `materials[0].materials[2]`.
pub(crate) fn place(path: &[u16]) -> String {
    let steps: Vec<String> = path
        .iter()
        .map(|index| format!("materials[{index}]"))
        .collect();
    steps.join(".")
}

/// What a material is called: its name, its code, or its number.
pub(crate) fn material_name(request: &Request, path: &[u16], lang: Lang) -> String {
    let material = material_of(request, path);
    if let Some(name) = material.and_then(|material| material.name.as_ref()) {
        return name.clone();
    }
    let number = path.last().map_or(0, |index| index + 1);
    let code = material.and_then(|material| material.hs);
    match (code, lang) {
        (Some(code), Lang::En) => format!("material {number} ({code})"),
        (Some(code), Lang::Zh) => format!("第{number}项材料（{code}）"),
        (None, Lang::En) => format!("material {number}"),
        (None, Lang::Zh) => format!("第{number}项材料"),
    }
}

/// Why a duty is not given in money.
pub(crate) const fn untold(reason: Untold, lang: Lang) -> &'static str {
    match reason {
        Untold::RateNotLoaded => lang.pick("the rate is not loaded", "税率未载入"),
        Untold::NoRate => lang.pick("no rate is granted for the line", "该税目无此税率"),
        Untold::DependsOnProduct => {
            lang.pick("the rate depends on the product", "税率取决于具体产品")
        }
        Untold::PartlyStated => lang.pick(
            "the table states only part of the rate",
            "税则表仅载明部分税率",
        ),
        Untold::OnlyMargin => lang.pick(
            "only a margin is known, not the duty it is taken from",
            "仅知优惠幅度，不知其所依据的税率",
        ),
        Untold::ValueMissing => lang.pick("the customs value is missing", "缺少完税价格"),
        Untold::WeightMissing => lang.pick("the weight is missing", "缺少重量"),
        Untold::OtherCurrency => lang.pick(
            "the duty is stated in another currency",
            "税额以其他币种计算",
        ),
        Untold::OtherUnit => lang.pick(
            "the duty is charged on a unit that is not stated",
            "从量税的计量单位未提供",
        ),
    }
}
