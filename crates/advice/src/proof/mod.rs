//! The paper: which proof may be issued and accepted, until when it is valid,
//! what evidence to hold, and the sheets to hand in.

mod back_to_back;
mod certificate;
mod checklist;
mod dates;
mod details;
mod letter;
mod lint;
mod sheets;

use originis_exchange::{Lang, Request, RequestErrors, wording as words};
use originis_rules_engine::agreement::{Agreement, AgreementBook, ImporterTerm, Status, in_force};
use originis_rules_engine::determination::{Determination, Verdict};
use originis_rules_engine::facts::{Facts, ProofType};
use originis_rules_engine::law::proof::proof_term;
use originis_rules_engine::outcome::Outcome;
use originis_rules_engine::rulebook::RuleBook;
use originis_rules_engine::{agreements_between, determine};
use serde::Serialize;

use crate::bill::{Line, bill};
use crate::comparison::{PROOFS, outcome_words, proof_words, transport_rule};
use crate::decide::not_loaded;
use crate::document::{Cell, Document, Table};
use crate::origin;
use crate::wording::{self, citation, cited};

pub use back_to_back::Condition;
pub use certificate::FormBox;
pub use checklist::Item;
pub use dates::DateRule;
pub(crate) use details::not_readable;
pub use details::{Details, Original, ThirdParty};
pub use letter::{OriginEntry, origin_entry};
pub use lint::{Certificate, Severity, Slip, document as lint_document, lint};

/// Everything about the proof for one good under one agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProofReport {
    /// The agreement.
    #[serde(serialize_with = "wording::agreement")]
    pub agreement: Agreement,
    /// The verdict on origin; sheets are filled only for an originating good.
    pub verdict: &'static str,
    /// The entry of the origin box.
    pub origin_entry: Option<OriginEntry>,
    /// Which proofs may be used.
    pub proofs: Vec<ProofUse>,
    /// Date rules.
    pub dates: Vec<DateRule>,
    /// Whether the value is low enough to need no proof.
    pub waiver: Option<Waiver>,
    /// Whether an invoice of a third country is accepted.
    pub third_party_invoice: Option<ThirdPartyRule>,
    /// Conditions of a back-to-back proof, when one is described.
    pub back_to_back: Vec<Condition>,
    /// How the good must travel.
    pub transport_rule: String,
    /// Evidence to hold for exactly this claim.
    pub checklist: Vec<Item>,
    /// The boxes of the certificate.
    pub certificate: Vec<FormBox>,
    /// Every material with its evidence.
    pub materials: Vec<Line>,
    #[serde(skip)]
    cost_breakdown: Document,
    #[serde(skip)]
    against_rule: Document,
}

/// A type of proof between the two countries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProofUse {
    /// The type.
    pub proof: ProofType,
    /// Whether it may be used.
    #[serde(serialize_with = "wording::outcome")]
    pub usable: Outcome,
    /// How sure that is.
    pub status: Option<Status>,
    /// Where it stands in the law.
    pub citation: Option<String>,
}

/// The low-value waiver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Waiver {
    /// Customs value in US dollars up to which no proof is needed.
    pub limit_usd: String,
    /// Whether it applies.
    #[serde(serialize_with = "wording::outcome")]
    pub outcome: Outcome,
    /// In words.
    pub words: String,
    /// Where it stands in the law.
    pub citation: String,
}

/// The rule on invoices of third countries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ThirdPartyRule {
    /// Whether one is accepted.
    #[serde(serialize_with = "wording::outcome")]
    pub accepted: Outcome,
    /// In words.
    pub words: String,
    /// Where it stands in the law.
    pub citation: String,
}

/// Advises on the proof under the agreement the request names, or under each
/// that binds the two countries.
///
/// # Errors
/// When the request states what cannot be true, or names an agreement whose
/// tables are not loaded.
pub fn proof(
    book: &RuleBook,
    request: &Request,
    details: &Details,
    lang: Lang,
) -> Result<Vec<ProofReport>, RequestErrors> {
    let facts = request.to_facts(book)?;
    let agreements = match request.agreement {
        Some(agreement) => vec![agreement],
        None => agreements_between(book, &facts).to_vec(),
    };
    agreements
        .into_iter()
        .map(|agreement| {
            let tables = book
                .agreement(agreement)
                .ok_or_else(|| not_loaded(agreement))?;
            let determination =
                determine(book, &facts, agreement).ok_or_else(|| not_loaded(agreement))?;
            report(&Case {
                book,
                tables,
                request,
                facts: &facts,
                details,
                determination: &determination,
                lang,
            })
        })
        .collect()
}

struct Case<'a> {
    book: &'a RuleBook,
    tables: &'a AgreementBook,
    request: &'a Request,
    facts: &'a Facts,
    details: &'a Details,
    determination: &'a Determination,
    lang: Lang,
}

fn report(case: &Case<'_>) -> Result<ProofReport, RequestErrors> {
    let &Case {
        book,
        tables,
        request,
        facts,
        details,
        determination,
        lang,
    } = case;
    let lines = bill(request, determination, lang);
    let back_to_back = details.original.as_ref().map_or_else(Vec::new, |original| {
        back_to_back::conditions(tables, facts, original, lang)
    });
    let origin = match tables.agreement {
        Agreement::Rcep => origin::country_of_origin(book, request, lang)?,
        Agreement::Apta => None,
    };
    let sheet = certificate::Sheet {
        request,
        facts,
        details,
        determination,
        origin: origin.as_ref(),
        rule_edition: tables
            .product_rules_on(facts.date)
            .map(|table| table.edition),
        rule_code: determination
            .origin
            .rule
            .map(|applied| applied.subheading.to_string())
            .or_else(|| facts.good.hs.subheading().map(|code| code.to_string())),
        lang,
    };
    let claim = checklist::Claim {
        book,
        tables,
        request,
        facts,
        determination,
        lines: &lines,
        back_to_back: &back_to_back,
        lang,
    };
    Ok(ProofReport {
        agreement: tables.agreement,
        verdict: determination.verdict.name(),
        origin_entry: origin_entry(determination, lang),
        proofs: proofs(case),
        dates: dates::date_rules(book, tables, facts, details, lang),
        waiver: waiver(case),
        third_party_invoice: third_party_invoice(case),
        transport_rule: transport_rule(tables.agreement, lang).to_owned(),
        checklist: checklist::checklist(&claim),
        certificate: sheet.boxes(),
        cost_breakdown: sheets::cost_breakdown(request, facts, determination, details, lang),
        against_rule: sheets::materials_against_rule(request, tables, determination, &lines, lang),
        back_to_back,
        materials: lines,
    })
}

fn proofs(case: &Case<'_>) -> Vec<ProofUse> {
    PROOFS
        .into_iter()
        .map(|proof| {
            let term = proof_term(
                case.tables,
                case.facts.exporter,
                case.facts.importer,
                case.facts.date,
                proof,
            );
            ProofUse {
                proof,
                usable: term.map_or(Outcome::Unknown, |term| term.usable.value),
                status: term.map(|term| term.usable.status),
                citation: term.map(|term| case.book.citation(term.usable.citation).to_owned()),
            }
        })
        .collect()
}

fn waiver(case: &Case<'_>) -> Option<Waiver> {
    let limit = in_force(&case.tables.thresholds.proof_waiver_usd, case.facts.date)?;
    let good = &case.facts.good;
    let outcome = match good.customs_value {
        Some(value) if good.in_us_dollars => Outcome::known(value <= limit.value),
        // A value in another currency is not converted here.
        Some(_) | None => Outcome::Unknown,
    };
    let value = limit.value;
    Some(Waiver {
        limit_usd: value.to_string(),
        outcome,
        words: match case.lang {
            Lang::En => format!(
                "no proof is needed up to a customs value of USD {value}, or a higher national limit, unless the import is one of a series made to avoid it"
            ),
            Lang::Zh => format!(
                "完税价格不超过{value}美元（或更高的国内限额）可免交原产地证明，但为规避而分批进口的除外"
            ),
        },
        citation: case.book.citation(limit.citation).to_owned(),
    })
}

fn third_party_invoice(case: &Case<'_>) -> Option<ThirdPartyRule> {
    let term = ImporterTerm::in_force(
        &case.tables.formalities.third_party_invoice,
        case.facts.importer,
        case.facts.date,
    )?;
    let words = match (term.value, case.tables.agreement) {
        (Outcome::Met, _) => case.lang.pick(
            "an invoice issued in a third country is no reason for refusal: tick third-party invoicing and name the company and its country",
            "第三方发票不构成拒绝理由：勾选第三方发票并注明公司名称及所在国",
        ),
        (Outcome::NotMet, _) => case.lang.pick(
            "the importing State has refused invoices issued in a third country: invoice from the exporting State",
            "进口国曾拒绝第三国开具的发票：请由出口国开具发票",
        ),
        _ => case.lang.pick(
            "whether an invoice issued in a third country is accepted is not settled: ask the importing customs first",
            "是否接受第三国发票尚无定论：请先咨询进口国海关",
        ),
    };
    Some(ThirdPartyRule {
        accepted: term.value,
        words: words.to_owned(),
        citation: case.book.citation(term.citation).to_owned(),
    })
}

impl ProofReport {
    /// The advice for people: proofs, dates, checklist.
    pub fn document(&self, lang: Lang) -> Document {
        let name = self.agreement.name();
        let mut document = Document::new(match lang {
            Lang::En => format!("{name}: proof of origin"),
            Lang::Zh => format!("{name}：原产地证明"),
        });
        match &self.origin_entry {
            Some(entry) => {
                document.text(match lang {
                    Lang::En => format!("Origin box: {}", entry.entry),
                    Lang::Zh => format!("原产标准栏：{}", entry.entry),
                });
                if let Some(meaning) = &entry.meaning {
                    document.text(meaning.clone());
                }
            }
            None => document.text(match lang {
                Lang::En => format!(
                    "The good is {}: no proof of origin may be applied for on these facts.",
                    crate::comparison::verdict_words(self.verdict, lang)
                ),
                Lang::Zh => format!(
                    "货物{}：依现有事实不得申请原产地证明。",
                    crate::comparison::verdict_words(self.verdict, lang)
                ),
            }),
        }
        let mut table = Table::with_head([
            lang.pick("proof", "证明"),
            lang.pick("usable", "可用"),
            lang.pick("source", "依据"),
        ]);
        for proof in &self.proofs {
            let sure = proof
                .status
                .filter(|status| matches!(status, Status::Secondary | Status::Unconfirmed));
            let usable = outcome_words(originis_exchange::outcome_name(proof.usable), lang);
            table.rows.push(vec![
                proof_words(proof.proof, lang).into(),
                match sure {
                    Some(status) => {
                        Cell::Text(format!("{usable} ({})", words::status(status, lang)))
                    }
                    None => usable.into(),
                },
                Cell::text(proof.citation.as_ref().map(|place| citation(place, lang))),
            ]);
        }
        document.heading(lang.pick("Which proof", "可用证明"));
        document.table(table);
        let mut table = Table::with_head([
            lang.pick("rule", "要求"),
            lang.pick("last day", "最后日期"),
            lang.pick("kept", "是否遵守"),
            lang.pick("source", "依据"),
        ]);
        for rule in &self.dates {
            table.rows.push(vec![
                rule.words.clone().into(),
                Cell::text(rule.last_day.as_ref()),
                outcome_words(originis_exchange::outcome_name(rule.outcome), lang).into(),
                citation(&rule.citation, lang).into(),
            ]);
        }
        document.heading(lang.pick("Dates", "日期"));
        document.table(table);
        let mut further = vec![format!(
            "{}{}",
            lang.pick("Transport: ", "运输："),
            self.transport_rule
        )];
        further.extend(
            self.waiver
                .iter()
                .map(|waiver| cited(&waiver.words, &waiver.citation, lang)),
        );
        further.extend(
            self.third_party_invoice
                .iter()
                .map(|rule| cited(&rule.words, &rule.citation, lang)),
        );
        document.heading(lang.pick("Also", "此外"));
        document.list(further);
        if !self.back_to_back.is_empty() {
            document.heading(lang.pick("Back-to-back proof", "背对背原产地证明"));
            document.list(
                self.back_to_back
                    .iter()
                    .map(|condition| {
                        format!(
                            "{}: {}",
                            condition.words,
                            outcome_words(originis_exchange::outcome_name(condition.outcome), lang)
                        )
                    })
                    .collect(),
            );
        }
        if self.verdict == Verdict::Originating.name() {
            document.heading(lang.pick("Evidence to hold", "应持有的证明材料"));
            document.checklist(
                self.checklist
                    .iter()
                    .map(|item| cited(&item.what, &item.citation, lang))
                    .collect(),
            );
        }
        document
    }

    /// The advice and every sheet that goes with it: the certificate's boxes
    /// (only for an originating good), the cost breakdown, the materials
    /// against the rule.
    pub fn documents(&self, lang: Lang) -> Vec<Document> {
        let mut documents = vec![self.document(lang)];
        if !self.certificate.is_empty() {
            documents.push(certificate::document(
                self.agreement,
                &self.certificate,
                lang,
            ));
        }
        documents.push(self.cost_breakdown.clone());
        documents.push(self.against_rule.clone());
        documents
    }
}
