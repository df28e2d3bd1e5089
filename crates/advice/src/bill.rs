//! The bill of materials through all levels, with what each line did to the
//! result and the evidence its status needs.

use originis_exchange::{Lang, Request, wording as words};
use originis_rules_engine::agreement::Agreement;
use originis_rules_engine::country::Country;
use originis_rules_engine::determination::{
    Determination, MaterialEffect, OriginDecision, Standing, StandingReason,
};
use originis_rules_engine::facts::SupplyRegime;
use originis_rules_engine::outcome::Outcome;
use serde::Serialize;

use crate::wording::{country, material_name, place};

/// One material at any level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Where it stands in the request.
    pub material: String,
    /// 1 for the materials of the good, 2 for theirs, and so on.
    pub level: usize,
    /// What it is called.
    pub name: String,
    /// Its code.
    pub hs: Option<String>,
    /// Its country of origin as stated.
    pub origin: Option<String>,
    /// `originating`, `non_originating` or `undecided`.
    pub standing: &'static str,
    /// The Party it is originating in.
    pub originating_in: Option<String>,
    /// Its value.
    pub value: Option<String>,
    /// Whether it made the tariff shift.
    #[serde(serialize_with = "crate::wording::outcome")]
    pub shift: Outcome,
    /// The deepest level at which its code differs from that of the good it is
    /// worked into: `CC`, `CTH`, `CTSH`, `none`, or absent when a code is
    /// missing or of another edition.
    pub change: Option<&'static str>,
    /// The criterion of an intermediate good that is originating.
    pub criterion: Option<&'static str>,
    /// Evidence its status needs.
    pub evidence: Vec<String>,
}

/// Every line of the bill, parents before their materials.
pub fn bill(request: &Request, determination: &Determination, lang: Lang) -> Vec<Line> {
    let mut walk = Walk {
        request,
        agreement: determination.agreement,
        lang,
        lines: Vec::new(),
    };
    walk.level(&determination.origin, request.from, &mut Vec::new());
    walk.lines
}

struct Walk<'a> {
    request: &'a Request,
    agreement: Agreement,
    lang: Lang,
    lines: Vec<Line>,
}

impl Walk<'_> {
    fn level(&mut self, decision: &OriginDecision, producer: Country, path: &mut Vec<u16>) {
        for (index, effect) in (0_u16..).zip(&decision.materials) {
            path.push(index);
            self.line(effect, producer, path);
            if let Some(intermediate) = &effect.intermediate {
                let maker = crate::wording::material_of(self.request, path)
                    .and_then(|material| material.origin)
                    .unwrap_or(producer);
                self.level(intermediate, maker, path);
            }
            path.pop();
        }
    }

    fn line(&mut self, effect: &MaterialEffect, producer: Country, path: &[u16]) {
        let Some(material) = crate::wording::material_of(self.request, path) else {
            return;
        };
        let originating_in = match effect.standing {
            Standing::Originating(party) => Some(party),
            _ => None,
        };
        let parent = path.split_last().and_then(|(_, parent)| {
            if parent.is_empty() {
                Some((self.request.good.hs, self.request.good.hs_edition))
            } else {
                let parent = crate::wording::material_of(self.request, parent)?;
                Some((parent.hs?, parent.hs_edition))
            }
        });
        let change = parent.zip(material.hs).and_then(|((good, edition), own)| {
            (edition == material.hs_edition)
                .then(|| change_of(good, own))
                .flatten()
        });
        self.lines.push(Line {
            material: place(path),
            level: path.len(),
            name: material_name(self.request, path, self.lang),
            hs: material.hs.map(|code| code.to_string()),
            origin: material.origin.map(|origin| origin.to_string()),
            standing: words::material::standing_name(effect.standing),
            originating_in: originating_in.map(|party| party.to_string()),
            value: material.value.map(|value| value.to_string()),
            shift: effect.shift,
            change,
            criterion: effect
                .intermediate
                .as_ref()
                .and_then(|decision| decision.criteria.first())
                .map(|criterion| criterion.symbol()),
            evidence: self.evidence(effect, material.regime, originating_in, producer),
        });
    }

    fn evidence(
        &self,
        effect: &MaterialEffect,
        regime: Option<SupplyRegime>,
        originating_in: Option<Country>,
        producer: Country,
    ) -> Vec<String> {
        let lang = self.lang;
        let mut evidence = Vec::new();
        let mut add = |en: &str, zh: &str| evidence.push(lang.pick(en, zh).to_owned());
        match (effect.reason, originating_in) {
            (StandingReason::Disregarded, _) => {}
            (StandingReason::Indirect, _) => add(
                "cost records that show it is an indirect material",
                "证明其为间接材料的成本记录",
            ),
            (StandingReason::Intermediate, Some(_)) => add(
                "production and cost records of this intermediate good, with its own bill of materials",
                "该中间产品的生产与成本记录及其材料清单",
            ),
            (_, Some(party)) if party == producer => add(
                "producer's or supplier's statement of origin, with production records",
                "生产商或供应商的原产声明及生产记录",
            ),
            (_, Some(party)) => {
                let name = self.agreement.name();
                let from = country(party, lang);
                evidence.push(match lang {
                    Lang::En => format!("{name} proof of origin issued in {from} for this material, and transport documents showing it kept its status on the way"),
                    Lang::Zh => format!("{from}为该材料签发的{name}原产地证明，及表明其在途保持原产资格的运输单证"),
                });
            }
            (StandingReason::UndeterminedOrigin, None) => add(
                "none yet: its origin is not known, so it counts as non-originating until proved",
                "暂无：原产地不明，在证明之前按非原产计",
            ),
            (_, None) => add(
                "import declaration or purchase invoice that shows its code and value",
                "载明其编码与价值的进口报关单或采购发票",
            ),
        }
        let mut add = |en: &str, zh: &str| evidence.push(lang.pick(en, zh).to_owned());
        match regime {
            Some(SupplyRegime::ProcessingTrade) => add(
                "processing-trade handbook: the suspended duty may not be deducted from its value",
                "加工贸易手册：保税税款不得从其价值中扣除",
            ),
            Some(SupplyRegime::BorderTrade) => add(
                "border-trade import declaration naming the true country of origin; processing where it lands gives no origin by itself",
                "载明真实原产国的边民互市进口申报单；落地加工本身不授予原产资格",
            ),
            Some(SupplyRegime::BondedZone) => add(
                "bonded-zone ledger showing its receipt and use",
                "显示其入区与耗用的综合保税区账册",
            ),
            Some(SupplyRegime::FreeCirculation) | None => {}
        }
        evidence
    }
}

/// The widest level at which two codes differ.
fn change_of(
    good: originis_rules_engine::hs::HsCode,
    material: originis_rules_engine::hs::HsCode,
) -> Option<&'static str> {
    for (digits, name) in [(2, "CC"), (4, "CTH"), (6, "CTSH")] {
        match (good.prefix(digits), material.prefix(digits)) {
            (Some(one), Some(other)) if one != other => return Some(name),
            (Some(_), Some(_)) => {}
            _ => return None,
        }
    }
    Some("none")
}
