//! Every agreement side by side, and the lawful choice with the lowest duty.
//!
//! A rate that is not loaded is compared as unknown, never as zero; where
//! nothing is better than the most-favoured-nation duty, that is said first.

use std::cmp::Ordering;

use originis_exchange::{Lang, Request, RequestErrors, wording as words};
use originis_rules_engine::agreement::{
    Agreement, AgreementBook, Dated, DutyBasis, Status, in_force,
};
use originis_rules_engine::determination::{Determination, Duty, RateStatus, Verdict};
use originis_rules_engine::determine;
use originis_rules_engine::facts::{Facts, ProofType};
use originis_rules_engine::law::proof::proof_term;
use originis_rules_engine::outcome::Outcome;
use originis_rules_engine::quantity::{Amount, Balance};
use originis_rules_engine::rate::Rate;
use originis_rules_engine::rulebook::RuleBook;
use serde::Serialize;

use crate::document::{Cell, Document, Table};
use crate::duty::{Shipment, Span, Untold, dutiable_value, duty_basis, duty_in_money};
use crate::wording;

/// Types of proof in the order they are listed.
pub(crate) const PROOFS: [ProofType; 5] = [
    ProofType::Certificate,
    ProofType::ApprovedExporter,
    ProofType::ExporterDeclaration,
    ProofType::ImporterDeclaration,
    ProofType::BackToBack,
];

/// Why the best choice is the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The most-favoured-nation duty is free: no preference can lower it.
    MfnFree,
    /// No preference is lower than the most-favoured-nation duty.
    MfnAsLow,
    /// It gives the lowest duty of all agreements.
    LowestDuty,
    /// It gives the lowest duty of those whose rates are loaded; another
    /// agreement may be lower.
    LowestKnownDuty,
    /// The duty is the same under several; it is the one listed first.
    SameDuty,
    /// It is the only agreement the good can be claimed under; its duty cannot
    /// be compared.
    OnlyQualifying,
    /// Several qualify and none of their duties can be compared.
    NotComparable,
    /// Facts are missing before any agreement can be relied on.
    FactsMissing,
    /// The good qualifies under no agreement that binds the two countries.
    NoneQualifies,
    /// No agreement binds the two countries on the day.
    NoneBinds,
}

/// The best lawful choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Best {
    /// The agreement to claim; absent when none is worth claiming or can be.
    #[serde(serialize_with = "wording::agreement_or_null")]
    #[schemars(with = "Option<String>")]
    pub agreement: Option<Agreement>,
    /// Why, for programs.
    pub reason: Reason,
    /// Why, for people.
    pub why: String,
}

/// The comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// The best choice.
    pub best: Best,
    /// What is said before anything else: that claiming is pointless, or what
    /// the table cannot tell.
    pub notices: Vec<String>,
    /// The most-favoured-nation duty.
    pub mfn: Option<String>,
    /// What the duty is charged on: `cif`, `fob`, or absent when not loaded.
    pub duty_basis: Option<DutyBasis>,
    /// The value the duties are computed on.
    pub dutiable_value: Option<String>,
    /// One entry for each agreement.
    pub agreements: Vec<Entry>,
}

/// One agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The agreement.
    #[serde(serialize_with = "wording::agreement")]
    pub agreement: Agreement,
    /// Whether it binds the two countries on the day.
    pub binds: &'static str,
    /// The verdict on origin.
    pub verdict: &'static str,
    /// The criterion for the proof.
    pub criterion: Option<&'static str>,
    /// The rule exactly as in the table.
    pub rule: Option<String>,
    /// The preferential rate; absent when not known.
    pub rate: Option<String>,
    /// What is known of it.
    pub rate_status: &'static str,
    /// Duty under the most-favoured-nation rate.
    pub mfn_duty: Money,
    /// Duty under the preference.
    pub duty: Money,
    /// Duty saved.
    pub saving: Money,
    /// Whether the preference can be claimed.
    pub claim: &'static str,
    /// Proofs that may be used between the two countries.
    pub proofs: Vec<ProofChoice>,
    /// Months a proof is valid.
    pub validity_months: Option<u8>,
    /// How the good must travel.
    pub transport_rule: String,
}

/// A type of proof and whether it may be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProofChoice {
    /// The type.
    pub proof: ProofType,
    /// `met`: usable; `not_met`: not usable; `unknown`: not loaded or confirmed.
    pub usable: &'static str,
    /// Where it stands in the law, when a term is loaded.
    pub citation: Option<String>,
}

/// A sum of money that may be a span or not told at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Money {
    /// The sum when exactly one is possible.
    pub amount: Option<String>,
    /// The least and the most possible, when more than one is.
    pub between: Option<(String, String)>,
    /// Why neither can be told.
    pub untold: Option<Untold>,
}

impl Money {
    /// No sum at all.
    pub(crate) const fn nothing() -> Self {
        Self {
            amount: None,
            between: None,
            untold: None,
        }
    }

    /// The sum or its span, when it can be told.
    pub fn told(&self) -> Option<String> {
        self.amount.clone().or_else(|| {
            self.between
                .as_ref()
                .map(|(least, most)| format!("{least} – {most}"))
        })
    }

    /// The most it can be, in minor units.
    pub(crate) fn most_minor(&self) -> Option<i128> {
        self.amount
            .as_ref()
            .or(self.between.as_ref().map(|(_, most)| most))
            .and_then(|text| text.parse::<Amount>().ok())
            .map(Amount::wide)
    }

    pub(crate) fn of(told: Result<Span, Untold>) -> Self {
        match told {
            Ok(span) => match span.known() {
                Some(amount) => Self {
                    amount: Some(amount.to_string()),
                    between: None,
                    untold: None,
                },
                None => Self {
                    amount: None,
                    between: Some((span.least.to_string(), span.most.to_string())),
                    untold: None,
                },
            },
            Err(reason) => Self {
                amount: None,
                between: None,
                untold: Some(reason),
            },
        }
    }

    pub(crate) fn cell(&self, lang: Lang) -> Cell {
        match (&self.amount, &self.between, self.untold) {
            (Some(amount), ..) => Cell::Number(amount.clone()),
            (None, Some((least, most)), _) => Cell::Text(format!("{least} – {most}")),
            (None, None, Some(reason)) => wording::untold(reason, lang).into(),
            (None, None, None) => Cell::Text("—".to_owned()),
        }
    }
}

/// What one agreement comes to, before it is put in words.
pub(crate) struct Candidate<'a> {
    pub tables: &'a AgreementBook,
    pub determination: Determination,
    mfn: Result<Span, Untold>,
    preferential: Result<Span, Untold>,
}

impl<'a> Candidate<'a> {
    fn new(
        tables: &'a AgreementBook,
        request: &Request,
        facts: &Facts,
        determination: Determination,
    ) -> Self {
        let shipment = Shipment {
            value: dutiable_value(tables, facts),
            weight: facts.good.weight,
            currency: request.good.currency.as_deref(),
        };
        Self {
            mfn: duty_in_money(&determination.rate.mfn, shipment),
            preferential: duty_in_money(&determination.rate.preferential, shipment),
            determination,
            tables,
        }
    }

    fn agreement(&self) -> Agreement {
        self.determination.agreement
    }

    /// Originating, and nothing known stands in the way of a claim.
    fn may_be_claimed(&self) -> bool {
        self.determination.verdict == Verdict::Originating
            && self.determination.claim.outcome != Outcome::NotMet
    }

    fn is_open(&self) -> bool {
        self.determination.verdict == Verdict::Undetermined
    }

    /// Which of two candidates has the lower duty; `None` when that cannot be
    /// told.
    fn compare(&self, other: &Self) -> Option<Ordering> {
        let percent = |candidate: &Self| match &candidate.determination.rate.preferential {
            Duty::Rate(rate) => rate.ad_valorem(),
            _ => None,
        };
        if let (Some(one), Some(another)) = (percent(self), percent(other)) {
            return Some(one.cmp(&another));
        }
        let (one, another) = (self.preferential.ok()?, other.preferential.ok()?);
        if one == another && one.known().is_some() {
            Some(Ordering::Equal)
        } else if one.most < another.least {
            Some(Ordering::Less)
        } else if another.most < one.least {
            Some(Ordering::Greater)
        } else {
            None
        }
    }

    fn saving(&self) -> Result<Span, Untold> {
        if let Some(saving) = self.determination.rate.saving {
            return Ok(Span {
                least: saving,
                most: saving,
            });
        }
        let (mfn, preferential) = (self.mfn?, self.preferential?);
        let positive = |difference: i128| Balance(difference.max(0));
        Ok(Span {
            least: positive(mfn.least.0 - preferential.most.0),
            most: positive(mfn.most.0 - preferential.least.0),
        })
    }
}

/// Decides the good under every loaded agreement.
pub(crate) fn candidates<'a>(
    book: &'a RuleBook,
    request: &Request,
    facts: &Facts,
) -> Vec<Candidate<'a>> {
    book.agreements
        .iter()
        .filter_map(|tables| {
            let determination = determine(book, facts, tables.agreement)?;
            Some(Candidate::new(tables, request, facts, determination))
        })
        .collect()
}

fn binds(candidate: &Candidate<'_>, facts: &Facts) -> Outcome {
    if facts.exporter == facts.importer {
        Outcome::NotMet
    } else {
        candidate
            .tables
            .binds(facts.exporter, facts.importer, facts.date)
    }
}

/// Chooses among the agreements.
pub(crate) fn best(candidates: &[Candidate<'_>], facts: &Facts, lang: Lang) -> Best {
    let (agreement, reason) = choose(candidates, facts);
    Best {
        agreement,
        reason,
        why: why(candidates, agreement, reason, lang),
    }
}

fn choose(candidates: &[Candidate<'_>], facts: &Facts) -> (Option<Agreement>, Reason) {
    let binding: Vec<&Candidate<'_>> = candidates
        .iter()
        .filter(|candidate| binds(candidate, facts) != Outcome::NotMet)
        .collect();
    if binding.is_empty() {
        return (None, Reason::NoneBinds);
    }
    if mfn_is_free(&binding) {
        return (None, Reason::MfnFree);
    }
    let claimable: Vec<&Candidate<'_>> = binding
        .iter()
        .copied()
        .filter(|candidate| candidate.may_be_claimed())
        .collect();
    if claimable.is_empty() {
        let open = binding.iter().any(|candidate| candidate.is_open());
        return (
            None,
            if open {
                Reason::FactsMissing
            } else {
                Reason::NoneQualifies
            },
        );
    }
    let worthwhile: Vec<&Candidate<'_>> = claimable
        .iter()
        .copied()
        .filter(|candidate| candidate.determination.rate.mfn_is_as_good != Outcome::Met)
        .collect();
    match worthwhile.as_slice() {
        [] => (None, Reason::MfnAsLow),
        [only] => {
            let told = is_told(only);
            let others_open = binding.iter().any(|candidate| candidate.is_open());
            let reason = match (told, others_open, claimable.len()) {
                (false, ..) => Reason::OnlyQualifying,
                (true, true, _) => Reason::LowestKnownDuty,
                (true, false, _) => Reason::LowestDuty,
            };
            (Some(only.agreement()), reason)
        }
        several => choose_among(several, &binding),
    }
}

/// Whether the preference is known well enough to be compared.
fn is_told(candidate: &Candidate<'_>) -> bool {
    candidate.determination.rate.status == RateStatus::Known || candidate.preferential.is_ok()
}

fn choose_among(
    several: &[&Candidate<'_>],
    binding: &[&Candidate<'_>],
) -> (Option<Agreement>, Reason) {
    let told: Vec<&Candidate<'_>> = several
        .iter()
        .copied()
        .filter(|candidate| is_told(candidate))
        .collect();
    let lowest = told.iter().copied().find(|one| {
        told.iter()
            .all(|other| one.compare(other).is_some_and(Ordering::is_le))
    });
    let Some(lowest) = lowest else {
        return (None, Reason::NotComparable);
    };
    let unknown_remain =
        told.len() < several.len() || binding.iter().any(|candidate| candidate.is_open());
    let tied = told
        .iter()
        .filter(|other| lowest.compare(other) == Some(Ordering::Equal))
        .count()
        > 1;
    let reason = match (unknown_remain, tied) {
        (true, _) => Reason::LowestKnownDuty,
        (false, true) => Reason::SameDuty,
        (false, false) => Reason::LowestDuty,
    };
    (Some(lowest.agreement()), reason)
}

/// Whether the most-favoured-nation duty is known to be free.
fn mfn_is_free(candidates: &[&Candidate<'_>]) -> bool {
    candidates
        .iter()
        .any(|candidate| candidate.determination.rate.mfn == Duty::Rate(Rate::FREE))
}

fn why(
    candidates: &[Candidate<'_>],
    agreement: Option<Agreement>,
    reason: Reason,
    lang: Lang,
) -> String {
    let name = agreement.map_or("", Agreement::name);
    let chosen = candidates
        .iter()
        .find(|candidate| Some(candidate.agreement()) == agreement);
    let rates = chosen.map_or_else(String::new, |candidate| {
        let rate = &candidate.determination.rate;
        let preferential = words::rate::duty(&rate.preferential, lang);
        let mfn = words::rate::duty(&rate.mfn, lang);
        let is_loaded = rate.preferential != Duty::NotLoaded && rate.mfn != Duty::NotLoaded;
        match (lang, is_loaded) {
            (Lang::En, true) => format!("{preferential} instead of {mfn}"),
            (Lang::En, false) => {
                format!("preferential rate: {preferential}, most-favoured-nation rate: {mfn}")
            }
            (Lang::Zh, true) => format!("税率为{preferential}，最惠国税率为{mfn}"),
            (Lang::Zh, false) => format!("优惠税率：{preferential}，最惠国税率：{mfn}"),
        }
    });
    let claim = chosen.map_or("", |candidate| {
        match candidate.determination.claim.outcome {
            Outcome::Met | Outcome::NotApplicable => "",
            _ => lang.pick(
                " The claim still lacks facts named in its result.",
                "申报仍缺少结果中列明的事实。",
            ),
        }
    });
    let sentence = match (reason, lang) {
        (Reason::MfnFree, Lang::En) => "The most-favoured-nation duty is already free: no proof of origin is worth obtaining.".to_owned(),
        (Reason::MfnFree, Lang::Zh) => "最惠国税率已为零：无须为此取得原产地证明。".to_owned(),
        (Reason::MfnAsLow, Lang::En) => "No preference is lower than the most-favoured-nation duty: claim none.".to_owned(),
        (Reason::MfnAsLow, Lang::Zh) => "没有任何优惠税率低于最惠国税率：无须申请优惠。".to_owned(),
        (Reason::LowestDuty, Lang::En) => format!("{name} gives the lowest duty: {rates}."),
        (Reason::LowestDuty, Lang::Zh) => format!("{name}的税负最低：{rates}。"),
        (Reason::LowestKnownDuty, Lang::En) => format!("{name} gives the lowest duty of those that can be told: {rates}. Another agreement may be lower once its rate or its missing facts are known."),
        (Reason::LowestKnownDuty, Lang::Zh) => format!("在可以确定的协定中，{name}的税负最低：{rates}。其他协定的税率或所缺事实补齐后可能更低。"),
        (Reason::SameDuty, Lang::En) => format!("Several agreements give the same duty; {name} is listed first: {rates}."),
        (Reason::SameDuty, Lang::Zh) => format!("多个协定税负相同，{name}列在最前：{rates}。"),
        (Reason::OnlyQualifying, Lang::En) => format!("The good qualifies only under {name}, whose duty cannot be told in full ({rates}): ask for the rate before claiming."),
        (Reason::OnlyQualifying, Lang::Zh) => format!("货物仅符合{name}，但其税负尚不能完全确定（{rates}）：申报前请核实税率。"),
        (Reason::NotComparable, Lang::En) => "The good qualifies under several agreements, but their duties cannot be compared with the rates and facts at hand.".to_owned(),
        (Reason::NotComparable, Lang::Zh) => "货物符合多个协定，但现有税率与事实不足以比较税负。".to_owned(),
        (Reason::FactsMissing, Lang::En) => "No agreement can be relied on before the missing facts are known.".to_owned(),
        (Reason::FactsMissing, Lang::Zh) => "所缺事实补齐之前，无法依据任何协定。".to_owned(),
        (Reason::NoneQualifies, Lang::En) => "The good qualifies under no agreement between the two countries.".to_owned(),
        (Reason::NoneQualifies, Lang::Zh) => "货物不符合两国之间的任何协定。".to_owned(),
        (Reason::NoneBinds, Lang::En) => "No loaded agreement binds the two countries on the day.".to_owned(),
        (Reason::NoneBinds, Lang::Zh) => "当日没有已载入的协定对两国生效。".to_owned(),
    };
    format!("{sentence}{claim}")
}

/// Compares every loaded agreement for one good.
///
/// # Errors
/// When the request states what cannot be true.
pub fn compare(
    book: &RuleBook,
    request: &Request,
    lang: Lang,
) -> Result<Comparison, RequestErrors> {
    let facts = request.to_facts(book)?;
    let candidates = candidates(book, request, &facts);
    let best = best(&candidates, &facts, lang);
    let binding: Vec<&Candidate<'_>> = candidates
        .iter()
        .filter(|candidate| binds(candidate, &facts) != Outcome::NotMet)
        .collect();
    let first = binding.first().copied().or(candidates.first());
    let basis = first.and_then(|candidate| duty_basis(candidate.tables, &facts));
    Ok(Comparison {
        notices: notices(&binding, &best, &facts, basis, lang),
        mfn: candidates
            .iter()
            .find_map(|candidate| words::rate::figure(&candidate.determination.rate.mfn)),
        duty_basis: basis.map(|basis| basis.value),
        dutiable_value: first
            .and_then(|candidate| dutiable_value(candidate.tables, &facts))
            .map(|value| value.to_string()),
        agreements: candidates
            .iter()
            .map(|candidate| entry(book, candidate, &facts, lang))
            .collect(),
        best,
    })
}

fn notices(
    binding: &[&Candidate<'_>],
    best: &Best,
    facts: &Facts,
    basis: Option<&Dated<DutyBasis>>,
    lang: Lang,
) -> Vec<String> {
    let mut notices = Vec::new();
    if matches!(best.reason, Reason::MfnFree | Reason::MfnAsLow) {
        notices.push(best.why.clone());
    }
    for candidate in binding {
        let name = candidate.agreement().name();
        let rate = &candidate.determination.rate;
        match rate.status {
            RateStatus::NotLoaded => notices.push(match lang {
                Lang::En => format!("{name}: the importing country's schedule is not loaded; its rate is unknown, not zero."),
                Lang::Zh => format!("{name}：进口国减让表未载入；税率未知，而非为零。"),
            }),
            RateStatus::Conditional => notices.push(match lang {
                Lang::En => format!("{name}: the rate depends on the national line, the product or the country of origin; only its span is given."),
                Lang::Zh => format!("{name}：税率取决于具体税目、产品或原产国；此处仅给出范围。"),
            }),
            _ => {}
        }
        if rate.mfn_is_as_good == Outcome::Met && best.reason != Reason::MfnFree {
            notices.push(match lang {
                Lang::En => format!("{name}: the most-favoured-nation duty is as low or lower."),
                Lang::Zh => format!("{name}：最惠国税率不高于协定税率。"),
            });
        }
    }
    if facts.good.customs_value.is_none()
        && let Some(basis) = basis
    {
        match (basis.value, facts.good.fob) {
            (DutyBasis::Fob, Some(_)) => notices.push(uncertain(basis.status, lang, lang.pick(
                "Duty is computed on the FOB value, which the importing country charges.",
                "进口国以FOB价为完税基础，税额按FOB价计算。",
            ))),
            (DutyBasis::Fob, None) => {}
            (DutyBasis::Cif, _) => notices.push(uncertain(basis.status, lang, lang.pick(
                "Duty is charged on the CIF value; the FOB value is not used in its place, so state the customs value.",
                "税额以CIF价为基础；不以FOB价代替，请提供完税价格。",
            ))),
        }
    }
    notices
}

fn uncertain(status: Status, lang: Lang, sentence: &str) -> String {
    if matches!(status, Status::Unconfirmed | Status::Secondary) {
        format!(
            "{sentence}{}",
            lang.pick(
                " (The basis is not confirmed from an official source.)",
                "（计税基础尚未经官方来源核实。）"
            )
        )
    } else {
        sentence.to_owned()
    }
}

fn entry(book: &RuleBook, candidate: &Candidate<'_>, facts: &Facts, lang: Lang) -> Entry {
    let determination = &candidate.determination;
    let tables = candidate.tables;
    let rule = determination.origin.rule.and_then(|applied| {
        tables
            .product_rules
            .get(applied.table)?
            .rules
            .get(applied.rule)
    });
    let originating = determination.verdict == Verdict::Originating;
    Entry {
        agreement: candidate.agreement(),
        binds: originis_exchange::outcome_name(binds(candidate, facts)),
        verdict: determination.verdict.name(),
        criterion: determination
            .origin
            .criteria
            .first()
            .map(|criterion| criterion.symbol()),
        rule: rule.map(|row| row.text.clone()),
        rate: words::rate::figure(&determination.rate.preferential),
        rate_status: determination.rate.status.name(),
        mfn_duty: Money::of(candidate.mfn),
        duty: Money::of(candidate.preferential),
        // A good that is not originating saves nothing.
        saving: if originating {
            Money::of(candidate.saving())
        } else {
            Money::nothing()
        },
        claim: words::claim_name(determination.claim.outcome),
        proofs: PROOFS
            .into_iter()
            .map(|proof| {
                let term = proof_term(tables, facts.exporter, facts.importer, facts.date, proof);
                ProofChoice {
                    proof,
                    usable: originis_exchange::outcome_name(
                        term.map_or(Outcome::Unknown, |term| term.usable.value),
                    ),
                    citation: term.map(|term| book.citation(term.usable.citation).to_owned()),
                }
            })
            .collect(),
        validity_months: in_force(&tables.thresholds.proof_validity_months, facts.date)
            .map(|row| row.value),
        transport_rule: transport_rule(candidate.agreement(), lang).to_owned(),
    }
}

/// How the good must travel, in one sentence.
pub(crate) const fn transport_rule(agreement: Agreement, lang: Lang) -> &'static str {
    match agreement {
        Agreement::Rcep => lang.pick(
            "directly, or through other countries with nothing but logistics and under customs control there (Article 3.15)",
            "直接运输；经其他国家的，仅限物流处理并处于当地海关监管之下（第三·十五条）",
        ),
        Agreement::Apta => lang.pick(
            "directly, or through a non-member for reasons of geography or transport only, not entered into trade there, with unloading, reloading and preserving only (Rule 5)",
            "直接运输；经非成员国的，须仅因地理或运输原因、未在当地进入贸易或消费，且仅装卸和保持良好状态（规则五）",
        ),
    }
}

/// A type of proof in words.
pub(crate) const fn proof_words(proof: ProofType, lang: Lang) -> &'static str {
    match proof {
        ProofType::Certificate => lang.pick("certificate of origin", "原产地证书"),
        ProofType::ApprovedExporter => lang.pick(
            "declaration by an approved exporter",
            "经核准出口商原产地声明",
        ),
        ProofType::ExporterDeclaration => lang.pick(
            "declaration by any exporter or producer",
            "出口商或生产商自主声明",
        ),
        ProofType::ImporterDeclaration => lang.pick("declaration by the importer", "进口商声明"),
        ProofType::BackToBack => lang.pick("back-to-back proof", "背对背原产地证明"),
        ProofType::None => lang.pick("none", "无"),
    }
}

impl Comparison {
    /// The comparison for people.
    pub fn document(&self, lang: Lang) -> Document {
        let mut document = Document::new(lang.pick("Agreements compared", "协定比较"));
        document.text(self.best.why.clone());
        document.list(
            self.notices
                .iter()
                .filter(|notice| **notice != self.best.why)
                .cloned()
                .collect(),
        );
        let mut table = Table::with_head(
            std::iter::once(lang.pick("", "").to_owned()).chain(
                self.agreements
                    .iter()
                    .map(|entry| entry.agreement.name().to_owned()),
            ),
        );
        let mut row = |title: &str, cell: &dyn Fn(&Entry) -> Cell| {
            table.rows.push(
                std::iter::once(Cell::from(title))
                    .chain(self.agreements.iter().map(cell))
                    .collect(),
            );
        };
        row(
            lang.pick("binds both countries", "对两国生效"),
            &|entry| outcome_words(entry.binds, lang).into(),
        );
        row(lang.pick("rule", "规则"), &|entry| {
            Cell::text(entry.rule.as_ref())
        });
        row(lang.pick("verdict", "结论"), &|entry| {
            verdict_words(entry.verdict, lang).into()
        });
        row(lang.pick("criterion", "标准"), &|entry| {
            Cell::text(entry.criterion)
        });
        row(lang.pick("MFN rate", "最惠国税率"), &|_| {
            Cell::text(self.mfn.as_ref())
        });
        row(lang.pick("preferential rate", "协定税率"), &|entry| {
            entry.rate.as_ref().map_or_else(
                || rate_status_words(entry.rate_status, lang).into(),
                |rate| Cell::Text(rate.clone()),
            )
        });
        row(lang.pick("duty", "税额"), &|entry| entry.duty.cell(lang));
        row(lang.pick("saving", "节省"), &|entry| {
            entry.saving.cell(lang)
        });
        row(lang.pick("claim", "享惠"), &|entry| {
            claim_words(entry.claim, lang).into()
        });
        row(lang.pick("usable proofs", "可用证明"), &|entry| {
            let usable: Vec<String> = entry
                .proofs
                .iter()
                .filter(|proof| proof.usable == "met")
                .map(|proof| proof_words(proof.proof, lang).to_owned())
                .collect();
            Cell::text((!usable.is_empty()).then(|| wording::list(&usable, lang)))
        });
        row(lang.pick("valid (months)", "有效期（月）"), &|entry| {
            Cell::number(entry.validity_months)
        });
        row(lang.pick("transport", "运输"), &|entry| {
            entry.transport_rule.clone().into()
        });
        document.table(table);
        document
    }
}

pub(crate) fn outcome_words(outcome: &str, lang: Lang) -> &'static str {
    match outcome {
        "met" => lang.pick("yes", "是"),
        "not_met" => lang.pick("no", "否"),
        "not_applicable" => lang.pick("does not apply", "不适用"),
        _ => lang.pick("not known", "未知"),
    }
}

pub(crate) fn verdict_words(verdict: &str, lang: Lang) -> &'static str {
    match verdict {
        "originating" => lang.pick("originating", "原产"),
        "not_originating" => lang.pick("not originating", "非原产"),
        _ => lang.pick("undetermined", "无法确定"),
    }
}

fn rate_status_words(status: &str, lang: Lang) -> &'static str {
    match status {
        "not_loaded" => lang.pick("not loaded", "未载入"),
        "no_concession" => lang.pick("no concession", "无减让"),
        "excluded" => lang.pick("excluded", "除外"),
        _ => lang.pick("depends", "视情况"),
    }
}

pub(crate) fn claim_words(claim: &str, lang: Lang) -> &'static str {
    match claim {
        "eligible" => lang.pick("eligible", "可以享惠"),
        "not_eligible" => lang.pick("not eligible", "不可享惠"),
        _ => lang.pick("undetermined", "无法确定"),
    }
}
