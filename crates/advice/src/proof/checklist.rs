//! The evidence to hold for exactly this claim.

use originis_exchange::{Lang, Request};
use originis_rules_engine::agreement::{Agreement, AgreementBook};
use originis_rules_engine::determination::{Criterion, Determination, Standing};
use originis_rules_engine::facts::{DeductionKind, Facts, TransitFacility};
use originis_rules_engine::rulebook::RuleBook;
use serde::Serialize;

use super::back_to_back::Condition;
use crate::bill::Line;
use crate::wording::{country, material_name};

/// One thing to hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// `good`, `materials`, `value`, `transport`, `proof` or `records`.
    pub group: &'static str,
    /// What to hold.
    pub what: String,
    /// Where the need for it stands in the law.
    pub citation: String,
}

pub(super) struct Claim<'a> {
    pub book: &'a RuleBook,
    pub tables: &'a AgreementBook,
    pub request: &'a Request,
    pub facts: &'a Facts,
    pub determination: &'a Determination,
    pub lines: &'a [Line],
    pub back_to_back: &'a [Condition],
    pub lang: Lang,
}

/// The checklist of a claim.
pub(super) fn checklist(claim: &Claim<'_>) -> Vec<Item> {
    let mut items = Vec::new();
    claim.criterion(&mut items);
    claim.materials(&mut items);
    claim.value(&mut items);
    claim.transport(&mut items);
    claim.proof(&mut items);
    items
}

impl Claim<'_> {
    fn item(
        &self,
        group: &'static str,
        what: impl Into<String>,
        citation: originis_rules_engine::agreement::CitationId,
    ) -> Item {
        Item {
            group,
            what: what.into(),
            citation: self.book.citation(citation).to_owned(),
        }
    }

    fn criterion(&self, items: &mut Vec<Item>) {
        let lang = self.lang;
        let articles = &self.tables.articles;
        let criteria = &self.determination.origin.criteria;
        let has = |criterion: Criterion| criteria.contains(&criterion);
        if has(Criterion::WhollyObtained) || has(Criterion::AptaWholly) {
            items.push(self.item(
                "good",
                lang.pick(
                    "records of where it was grown, born, raised, caught, extracted or collected",
                    "种植、出生、饲养、捕捞、开采或收集地点的记录",
                ),
                articles.wholly_obtained,
            ));
        }
        if has(Criterion::TariffShift) || has(Criterion::AptaSector) {
            items.push(self.item(
                "good",
                lang.pick(
                    "bill of materials with the code of every non-originating material, and the basis for each code",
                    "列明每项非原产材料编码及归类依据的材料清单",
                ),
                articles.tariff_shift,
            ));
        }
        if has(Criterion::ChemicalReaction) {
            items.push(self.item(
                "good",
                lang.pick(
                    "description of the chemical reaction and the place it took place",
                    "化学反应说明及反应发生地",
                ),
                articles.chemical_reaction,
            ));
        }
        if self.facts.production.operations.is_some() {
            items.push(self.item(
                "good",
                lang.pick(
                    "production records that show the operations carried out in the exporting country",
                    "表明在出口国进行的加工工序的生产记录",
                ),
                articles.minimal_operations,
            ));
        }
    }

    fn materials(&self, items: &mut Vec<Item>) {
        for line in self.lines {
            for evidence in &line.evidence {
                let name = &line.name;
                let citation = if line.originating_in.is_some() {
                    self.tables.articles.cumulation
                } else {
                    self.tables.articles.undetermined_origin
                };
                items.push(self.item(
                    "materials",
                    match self.lang {
                        Lang::En => format!("{name}: {evidence}"),
                        Lang::Zh => format!("{name}：{evidence}"),
                    },
                    citation,
                ));
            }
        }
    }

    fn value(&self, items: &mut Vec<Item>) {
        let lang = self.lang;
        let articles = &self.tables.articles;
        let by_value = self.determination.origin.criteria.iter().any(|criterion| {
            matches!(
                criterion,
                Criterion::ValueContent
                    | Criterion::AptaContent
                    | Criterion::AptaAggregate
                    | Criterion::AptaLeastDeveloped
            )
        });
        if by_value || self.determination.origin.de_minimis_used {
            items.push(self.item(
                "value",
                lang.pick(
                    "cost breakdown that adds up to the producer's own FOB value",
                    "与生产商自身FOB价相符的成本明细",
                ),
                if by_value {
                    articles.value_content
                } else {
                    articles.de_minimis
                },
            ));
        }
        let materials = self
            .facts
            .production
            .materials
            .as_deref()
            .unwrap_or_default();
        for (index, material) in (0_u16..).zip(materials) {
            for deduction in &material.deductions {
                let name = material_name(self.request, &[index], lang);
                let what = match (deduction.kind, lang) {
                    (DeductionKind::Transport, Lang::En) => {
                        format!("{name}: freight and insurance documents for the deduction")
                    }
                    (DeductionKind::Transport, Lang::Zh) => {
                        format!("{name}：扣除运费、保险费的单证")
                    }
                    (DeductionKind::DutiesPaid, Lang::En) => {
                        format!("{name}: receipts for duty paid and not recovered")
                    }
                    (DeductionKind::DutiesPaid, Lang::Zh) => {
                        format!("{name}：已缴且未退还税款的凭证")
                    }
                    (DeductionKind::DutiesRecovered, Lang::En) => {
                        format!("{name}: the recovered duty stays in the value; nothing to deduct")
                    }
                    (DeductionKind::DutiesRecovered, Lang::Zh) => {
                        format!("{name}：已退还的税款保留在价值中，不得扣除")
                    }
                    (DeductionKind::Waste, Lang::En) => {
                        format!("{name}: records of waste and of the value of scrap")
                    }
                    (DeductionKind::Waste, Lang::Zh) => format!("{name}：损耗与废料价值的记录"),
                };
                items.push(self.item("value", what, articles.value_content));
            }
        }
    }

    fn transport(&self, items: &mut Vec<Item>) {
        let lang = self.lang;
        let citation = self.tables.articles.direct_consignment;
        let Some(transport) = &self.facts.transport else {
            items.push(self.item(
                "transport",
                lang.pick(
                    "the route is not stated: through bill of lading or documents of every place passed",
                    "未说明运输路线：提供全程提单或途经各地的单证",
                ),
                citation,
            ));
            return;
        };
        if transport.via.is_empty() {
            items.push(self.item(
                "transport",
                lang.pick(
                    "bill of lading, air waybill or waybill from the exporting to the importing country",
                    "自出口国至进口国的提单、空运单或运单",
                ),
                citation,
            ));
        }
        for place in &transport.via {
            let name = country(place.place, lang);
            let what = match (place.facility, lang) {
                (Some(TransitFacility::BondedZone), Lang::En) => format!(
                    "{name}: bonded-zone documents that show customs control and that the good was not cleared there"
                ),
                (Some(TransitFacility::BondedZone), Lang::Zh) => {
                    format!("{name}：证明处于海关监管且未在当地放行的保税区单证")
                }
                (Some(TransitFacility::ConsolidationHub), Lang::En) => format!(
                    "{name}: for each consignment put together there, its own transport documents and a certificate of non-manipulation"
                ),
                (Some(TransitFacility::ConsolidationHub), Lang::Zh) => {
                    format!("{name}：集拼的每批货物各自的运输单证及未再加工证明")
                }
                (None, Lang::En) => format!(
                    "{name}: customs documents of the place or a through transport document, and a certificate of non-manipulation if asked for"
                ),
                (None, Lang::Zh) => {
                    format!("{name}：当地海关单证或全程运输单证，必要时提供未再加工证明")
                }
            };
            items.push(self.item("transport", what, citation));
        }
    }

    fn proof(&self, items: &mut Vec<Item>) {
        let lang = self.lang;
        let citation = self.tables.articles.proof;
        items.push(self.item(
            "proof",
            lang.pick(
                "the proof of origin, held when the claim is made in the import declaration",
                "进口申报享惠时持有的原产地证明",
            ),
            citation,
        ));
        for condition in self.back_to_back {
            items.push(self.item("proof", condition.words.clone(), citation));
        }
        let cumulated = self.lines.iter().any(|line| {
            line.level == 1
                && line
                    .originating_in
                    .as_deref()
                    .is_some_and(|party| party != self.facts.exporter.as_str())
        });
        if cumulated && self.determination.agreement == Agreement::Rcep {
            items.push(self.item(
                "proof",
                lang.pick(
                    "the mark ACU beside the criterion, as materials of another Party are relied on",
                    "因使用其他缔约方的原产材料，标准旁注明ACU",
                ),
                self.tables.articles.cumulation,
            ));
        }
        let other = self
            .determination
            .origin
            .materials
            .iter()
            .any(|effect| matches!(effect.standing, Standing::Undecided));
        if other {
            items.push(self.item(
                "materials",
                lang.pick(
                    "materials whose status is open: settle them before relying on the result",
                    "存在状态待定的材料：依据结论前请先确定",
                ),
                self.tables.articles.undetermined_origin,
            ));
        }
    }
}
