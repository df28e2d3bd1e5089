//! A certificate already issued, read against the good it is for: what a
//! customs officer would refuse, and what he would ask about.

use jiff::civil::Date;
use originis_exchange::{Lang, Request, RequestErrors};
use originis_rules_engine::agreement::{Agreement, AgreementBook, ImporterTerm, in_force};
use originis_rules_engine::country::Country;
use originis_rules_engine::determination::{Determination, Figures, Finding, Test, Verdict};
use originis_rules_engine::determine;
use originis_rules_engine::facts::{Facts, ProofType};
use originis_rules_engine::hs::HsCode;
use originis_rules_engine::law::proof::{last_valid_day, proof_term};
use originis_rules_engine::outcome::Outcome;
use originis_rules_engine::quantity::Percent;
use originis_rules_engine::rulebook::RuleBook;
use serde::{Deserialize, Serialize};

use super::dates::after_working_days;
use super::details::not_readable;
use super::letter::origin_entry;
use crate::decide::not_loaded;
use crate::document::{Document, Table};
use crate::wording;

/// What the certificate says. A field left out was not read, except that marks
/// and ticks left out are not there.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// `RCEP` or `APTA`.
    pub agreement: String,
    /// Its number.
    pub number: Option<String>,
    /// The country that issued it.
    #[serde(default, deserialize_with = "wording::read_country_or_none")]
    pub issued_in: Option<Country>,
    /// The day it was issued.
    pub issued: Option<Date>,
    /// The day of shipment it states.
    pub shipped: Option<Date>,
    /// The code of the good as printed.
    pub hs: Option<String>,
    /// The origin box as printed, such as `CTC ACU` or `B 45%`.
    pub criterion: Option<String>,
    /// The RCEP country of origin as printed, such as `CN` or `CN**`.
    pub country_of_origin: Option<String>,
    /// The FOB value printed.
    pub fob: Option<String>,
    /// Text of the remarks box.
    #[serde(default)]
    pub remarks: String,
    /// Whether the third-party invoicing box is ticked.
    #[serde(default)]
    pub third_party_ticked: bool,
    /// The country of the company that issued the invoice.
    #[serde(default, deserialize_with = "wording::read_country_or_none")]
    pub invoiced_in: Option<Country>,
    /// The day of the invoice.
    pub invoice_date: Option<Date>,
    /// Days on which offices were closed between shipment and issue, besides
    /// Saturdays and Sundays; absent when not known.
    pub public_holidays: Option<Vec<Date>>,
}

impl Certificate {
    /// Reads a certificate from JSON.
    ///
    /// # Errors
    /// Text that is no JSON, a field that does not exist, a value of the wrong
    /// kind.
    pub fn from_json(text: &str) -> Result<Self, RequestErrors> {
        serde_json::from_str(text).map_err(|error| not_readable("/certificate", &error))
    }
}

/// How bad a slip is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// A ground for refusing the claim.
    Refused,
    /// Something customs may ask about.
    Doubtful,
}

/// One slip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Slip {
    /// The box of the form, or 0 for the certificate as a whole.
    pub form_box: u8,
    /// How bad it is.
    pub severity: Severity,
    /// What kind it is; stable, for programs.
    pub code: &'static str,
    /// What is wrong and what to do.
    pub words: String,
}

/// Reads a certificate against the good.
///
/// # Errors
/// When the request states what cannot be true, or the certificate names an
/// agreement whose tables are not loaded.
pub fn lint(
    book: &RuleBook,
    request: &Request,
    certificate: &Certificate,
    lang: Lang,
) -> Result<Vec<Slip>, RequestErrors> {
    let facts = request.to_facts(book)?;
    let agreement: Agreement = certificate.agreement.parse().map_err(|error| {
        RequestErrors(vec![originis_exchange::RequestError {
            pointer: "/certificate/agreement".to_owned(),
            code: "unknown_agreement",
            detail_en: format!("{error}"),
            detail_zh: format!("`{}`不是协定名称：应为RCEP或APTA", certificate.agreement),
        }])
    })?;
    let tables = book
        .agreement(agreement)
        .ok_or_else(|| not_loaded(agreement))?;
    let determination = determine(book, &facts, agreement).ok_or_else(|| not_loaded(agreement))?;
    let mut reader = Reader {
        tables,
        facts: &facts,
        certificate,
        determination: &determination,
        lang,
        slips: Vec::new(),
    };
    reader.origin();
    reader.code();
    reader.dates();
    reader.invoice();
    match agreement {
        Agreement::Rcep => reader.rcep(),
        Agreement::Apta => reader.apta(),
    }
    let mut slips = reader.slips;
    slips.sort_by_key(|slip| (slip.severity, slip.form_box));
    Ok(slips)
}

struct Reader<'a> {
    tables: &'a AgreementBook,
    facts: &'a Facts,
    certificate: &'a Certificate,
    determination: &'a Determination,
    lang: Lang,
    slips: Vec<Slip>,
}

const LATE: &str = "ISSUED RETROACTIVELY";
const COPY: &str = "CERTIFIED TRUE COPY";

impl Reader<'_> {
    fn slip(
        &mut self,
        form_box: u8,
        severity: Severity,
        code: &'static str,
        en: impl Into<String>,
        zh: impl Into<String>,
    ) {
        let words = match self.lang {
            Lang::En => en.into(),
            Lang::Zh => zh.into(),
        };
        self.slips.push(Slip {
            form_box,
            severity,
            code,
            words,
        });
    }

    fn remarks(&self) -> String {
        self.certificate.remarks.to_ascii_uppercase()
    }

    /// The paper can be no better than the good.
    fn origin(&mut self) {
        match self.determination.verdict {
            Verdict::Originating => {}
            Verdict::NotOriginating => self.slip(
                0,
                Severity::Refused,
                "not_originating",
                "on the facts given the good is not originating, whatever the certificate says",
                "依所给事实货物非原产，证书内容不能改变这一点",
            ),
            Verdict::Undetermined => self.slip(
                0,
                Severity::Doubtful,
                "undetermined",
                "on the facts given origin cannot be told, so the certificate cannot be confirmed",
                "依所给事实无法确定原产资格，无法确认证书内容",
            ),
        }
        if let Some(issued_in) = self.certificate.issued_in {
            let back_to_back = self.remarks().contains("BACK-TO-BACK");
            if issued_in != self.facts.exporter && !back_to_back {
                self.slip(
                    0,
                    Severity::Refused,
                    "issued_elsewhere",
                    "it is issued outside the exporting country and is not marked as back-to-back",
                    "签发地不是出口国，且未注明背对背",
                );
            }
            if self.tables.is_member(issued_in, self.facts.date) == Outcome::NotMet {
                self.slip(
                    0,
                    Severity::Refused,
                    "issuer_not_a_party",
                    "the country that issued it is not a member of the agreement",
                    "签发国不是协定成员",
                );
            }
        }
        let proof = if self.remarks().contains("BACK-TO-BACK") {
            ProofType::BackToBack
        } else {
            ProofType::Certificate
        };
        let term = proof_term(
            self.tables,
            self.facts.exporter,
            self.facts.importer,
            self.facts.date,
            proof,
        );
        if term.is_some_and(|term| term.usable.value == Outcome::NotMet) {
            self.slip(
                0,
                Severity::Refused,
                "proof_not_usable",
                "this type of proof may not be used between the two countries",
                "两国之间不得使用此类证明",
            );
        }
    }

    fn code(&mut self) {
        let form_box = match self.tables.agreement {
            Agreement::Rcep => 9,
            Agreement::Apta => 5,
        };
        let Some(printed) = &self.certificate.hs else {
            return;
        };
        let Ok(code) = printed.parse::<HsCode>() else {
            let text = printed.clone();
            self.slip(
                form_box,
                Severity::Refused,
                "code_unreadable",
                format!("`{text}` is no HS code: six digits are expected"),
                format!("`{text}`不是HS编码：应为六位"),
            );
            return;
        };
        if code.digit_count() != 6 {
            self.slip(
                form_box,
                Severity::Doubtful,
                "code_length",
                "six digits are expected",
                "应填六位编码",
            );
        }
        let expected = self
            .determination
            .origin
            .rule
            .map(|applied| applied.subheading)
            .or_else(|| self.facts.good.hs.subheading());
        let (Some(expected), Some(stated)) = (expected, code.subheading()) else {
            return;
        };
        if stated != expected {
            let edition = self
                .tables
                .product_rules_on(self.facts.date)
                .map_or("", |table| table.edition.year());
            self.slip(
                form_box,
                Severity::Refused,
                "code_differs",
                format!("{stated} is printed, but the good is {expected} in the HS {edition} edition the rules are read in"),
                format!("证书为{stated}，而按规则所用的HS {edition}版，货物为{expected}"),
            );
        }
    }

    fn dates(&mut self) {
        let Some(issued) = self.certificate.issued else {
            self.slip(
                0,
                Severity::Doubtful,
                "no_issue_date",
                "the date of issue is not given",
                "未提供签发日期",
            );
            return;
        };
        if let (Some(day), Some(months)) = (
            self.facts.date,
            in_force(
                &self.tables.thresholds.proof_validity_months,
                self.facts.date,
            ),
        ) {
            let last = last_valid_day(issued, months.value);
            if day > last {
                self.slip(
                    0,
                    Severity::Refused,
                    "expired",
                    format!("it expired on {last}, before importation on {day}"),
                    format!("已于{last}失效，早于进口日{day}"),
                );
            }
            if issued > day {
                self.slip(
                    0,
                    Severity::Refused,
                    "issued_after_import",
                    format!("it was issued on {issued}, after importation on {day}: it was not held when the claim was made"),
                    format!("签发日{issued}晚于进口日{day}：申报时未持有"),
                );
            }
        }
        self.issue(issued);
    }

    fn issue(&mut self, issued: Date) {
        let Some(shipped) = self.certificate.shipped else {
            return;
        };
        let marked_late = self.remarks().contains(LATE);
        if let Some(days) = in_force(&self.tables.formalities.issue_working_days, self.facts.date) {
            let holidays = self.certificate.public_holidays.as_deref();
            let last = after_working_days(shipped, days.value, holidays);
            let count = days.value;
            if issued > last && holidays.is_some() {
                self.slip(
                    0,
                    Severity::Refused,
                    "issued_late",
                    format!("issued on {issued}, more than {count} working days after shipment on {shipped}; {last} was the last day"),
                    format!("{issued}签发，超过装运日{shipped}后{count}个工作日；最后期限为{last}"),
                );
            } else if issued > last {
                self.slip(
                    0,
                    Severity::Doubtful,
                    "issued_late_unless_holidays",
                    format!("issued on {issued}; without public holidays {last} was the last of {count} working days after shipment"),
                    format!("{issued}签发；如无公共假日，装运后{count}个工作日的最后一日为{last}"),
                );
            }
            if marked_late {
                self.slip(
                    0,
                    Severity::Refused,
                    "no_late_issue",
                    "ISSUED RETROACTIVELY is printed, but the agreement knows no late issue",
                    "注明了ISSUED RETROACTIVELY，但该协定没有补发制度",
                );
            }
            return;
        }
        if issued > shipped && !marked_late && !self.remarks().contains(COPY) {
            self.slip(
                14,
                Severity::Refused,
                "late_not_marked",
                format!(
                    "issued on {issued}, after shipment on {shipped}, without the words {LATE}"
                ),
                format!("{issued}签发，晚于装运日{shipped}，但未注明{LATE}"),
            );
        }
        if marked_late && issued <= shipped {
            self.slip(
                14,
                Severity::Doubtful,
                "late_mark_without_need",
                format!("the words {LATE} are printed, but it was issued by shipment"),
                format!("注明了{LATE}，但签发日不晚于装运日"),
            );
        }
        if let Some(months) = in_force(&self.tables.formalities.late_issue_months, self.facts.date)
        {
            let last = last_valid_day(shipped, months.value);
            if issued > last {
                self.slip(
                    0,
                    Severity::Refused,
                    "issued_too_late",
                    format!("issued on {issued}; late issue ended on {last}"),
                    format!("{issued}签发；补发期限已于{last}届满"),
                );
            }
        }
    }

    fn invoice(&mut self) {
        let third = self.certificate.invoiced_in.is_some_and(|country| {
            country != self.facts.exporter && country != self.facts.importer
        });
        if third {
            let accepted = ImporterTerm::in_force(
                &self.tables.formalities.third_party_invoice,
                self.facts.importer,
                self.facts.date,
            )
            .map_or(Outcome::Unknown, |term| term.value);
            match accepted {
                Outcome::Met => {
                    if !self.certificate.third_party_ticked {
                        self.slip(
                            14,
                            Severity::Doubtful,
                            "third_party_not_ticked",
                            "the invoice comes from a third country, but third-party invoicing is not ticked",
                            "发票由第三国开具，但未勾选第三方发票",
                        );
                    } else if self.certificate.remarks.trim().is_empty() {
                        self.slip(
                            14,
                            Severity::Doubtful,
                            "third_party_not_named",
                            "the company that issued the invoice and its country are not named in the remarks",
                            "备注中未注明开具发票的公司及其所在国",
                        );
                    }
                }
                Outcome::NotMet => self.slip(
                    0,
                    Severity::Refused,
                    "third_party_refused",
                    "the importing State does not accept an invoice of a third country",
                    "进口国不接受第三国发票",
                ),
                _ => self.slip(
                    0,
                    Severity::Doubtful,
                    "third_party_open",
                    "whether the importing State accepts an invoice of a third country is not settled",
                    "进口国是否接受第三国发票尚无定论",
                ),
            }
        }
        if let (Some(invoice), Some(shipped)) =
            (self.certificate.invoice_date, self.certificate.shipped)
            && invoice > shipped
        {
            self.slip(
                0,
                Severity::Doubtful,
                "invoice_after_shipment",
                "the invoice is dated after shipment, which issuing bodies ask about",
                "发票日期晚于装运日，签证机构通常会质询",
            );
        }
    }

    fn rcep(&mut self) {
        let Some(printed) = self.certificate.criterion.clone() else {
            self.slip(
                10,
                Severity::Refused,
                "no_criterion",
                "no criterion is given",
                "未填写原产标准",
            );
            return;
        };
        let words: Vec<String> = printed
            .split([' ', ',', '/', '+', '&', '，', '、'])
            .filter(|word| !word.is_empty())
            .map(str::to_ascii_uppercase)
            .collect();
        let is = |word: &str| words.iter().any(|known| known == word);
        let bases: Vec<&String> = words
            .iter()
            .filter(|word| matches!(word.as_str(), "WO" | "PE" | "CTC" | "RVC" | "CR"))
            .collect();
        for word in &words {
            let known = matches!(
                word.as_str(),
                "WO" | "PE" | "CTC" | "RVC" | "CR" | "ACU" | "DMI"
            );
            if !known {
                self.slip(
                    10,
                    Severity::Refused,
                    "criterion_unknown",
                    format!("`{word}` is no RCEP criterion: write CTC for any change in classification, RVC for any value content"),
                    format!("`{word}`不是RCEP原产标准：归类改变一律填CTC，区域价值成分一律填RVC"),
                );
            }
        }
        match bases.as_slice() {
            [] => self.slip(
                10,
                Severity::Refused,
                "no_base_criterion",
                "ACU and DMI never stand alone: one of WO, PE, CTC, RVC, CR is needed",
                "ACU、DMI不得单独填写：须填WO、PE、CTC、RVC、CR之一",
            ),
            [base] => self.base_criterion(base, is("ACU"), is("DMI")),
            _ => self.slip(
                10,
                Severity::Refused,
                "several_criteria",
                "exactly one of WO, PE, CTC, RVC, CR is printed",
                "WO、PE、CTC、RVC、CR只能填一个",
            ),
        }
        let rvc = bases.iter().any(|base| *base == "RVC");
        match (rvc, &self.certificate.fob) {
            (true, None) => self.slip(
                12,
                Severity::Refused,
                "fob_missing",
                "with RVC the FOB value is printed",
                "适用RVC时须填写FOB价",
            ),
            (false, Some(_)) => self.slip(
                12,
                Severity::Doubtful,
                "fob_not_needed",
                "the FOB value is printed only with RVC",
                "仅在适用RVC时填写FOB价",
            ),
            _ => {}
        }
        self.box_11();
    }

    fn base_criterion(&mut self, base: &str, cumulated: bool, tolerance: bool) {
        if self.determination.verdict != Verdict::Originating {
            return;
        }
        let met = self
            .determination
            .origin
            .criteria
            .iter()
            .any(|criterion| criterion.symbol() == base);
        if !met {
            let all: Vec<String> = self
                .determination
                .origin
                .criteria
                .iter()
                .map(|criterion| criterion.symbol().to_owned())
                .collect();
            let all = wording::list(&all, self.lang);
            self.slip(
                10,
                Severity::Refused,
                "criterion_not_met",
                format!("{base} is printed, but on the facts given the good qualifies under {all}"),
                format!("证书为{base}，而依所给事实货物符合的是{all}"),
            );
        }
        if base == "WO" && cumulated {
            self.slip(
                10,
                Severity::Refused,
                "wo_with_acu",
                "a wholly obtained good uses no materials of another Party: WO and ACU contradict each other",
                "完全获得货物不使用其他缔约方材料：WO与ACU相互矛盾",
            );
        }
        if tolerance && base != "CTC" {
            self.slip(
                10,
                Severity::Refused,
                "dmi_without_ctc",
                "the tolerance repairs only a change in classification: DMI stands beside CTC alone",
                "微小含量仅适用于税则归类改变：DMI只能与CTC并用",
            );
        }
        if met && base == "CTC" && self.determination.origin.de_minimis_used && !tolerance {
            self.slip(
                10,
                Severity::Doubtful,
                "dmi_missing",
                "the tolerance is needed, so DMI is printed beside the criterion",
                "适用了微小含量规则，应在标准旁注明DMI",
            );
        }
        if met && base != "WO" && self.determination.origin.cumulation_used && !cumulated {
            self.slip(
                10,
                Severity::Doubtful,
                "acu_missing",
                "materials of another Party are relied on, so ACU is printed beside the criterion",
                "使用了其他缔约方原产材料，应在标准旁注明ACU",
            );
        }
    }

    fn box_11(&mut self) {
        let Some(printed) = self.certificate.country_of_origin.clone() else {
            self.slip(
                11,
                Severity::Refused,
                "no_country_of_origin",
                "the RCEP country of origin is always filled in",
                "RCEP原产国必须填写",
            );
            return;
        };
        let bare = printed.trim_end_matches('*').trim();
        let marked = printed.contains('*');
        let Ok(stated) = bare.parse::<Country>() else {
            self.slip(
                11,
                Severity::Doubtful,
                "country_unreadable",
                "the country is not given as two letters, so it was not compared",
                "未以两位字母代码给出国家，未作比对",
            );
            return;
        };
        let determined = self
            .determination
            .country_of_origin
            .and_then(|origin| origin.party);
        match determined {
            Some(party) if party != stated && !marked => {
                let expected = wording::country(party, self.lang);
                self.slip(
                    11,
                    Severity::Refused,
                    "country_differs",
                    format!("{stated} is printed, but Article 2.6 gives {expected}"),
                    format!("证书为{stated}，而第二·六条确定的原产国为{expected}"),
                );
            }
            Some(_) if marked => self.slip(
                11,
                Severity::Doubtful,
                "mark_without_need",
                "the country carries a mark, though it can be told: the marked choice gives the highest rate",
                "原产国可以确定却带标记：标记方式适用最高税率",
            ),
            _ => {}
        }
    }

    fn apta(&mut self) {
        let Some(printed) = self.certificate.criterion.clone() else {
            self.slip(
                8,
                Severity::Refused,
                "no_criterion",
                "no criterion is given",
                "未填写原产地标准",
            );
            return;
        };
        let printed = printed.trim().to_ascii_uppercase();
        let letter: String = printed
            .chars()
            .take_while(char::is_ascii_alphabetic)
            .collect();
        let number: String = printed
            .chars()
            .filter(|character| character.is_ascii_digit() || *character == '.')
            .collect();
        let percentage: Option<Percent> = number.parse().ok();
        match letter.as_str() {
            "A" | "E" => {
                if percentage.is_some() {
                    self.slip(
                        8,
                        Severity::Doubtful,
                        "percentage_not_needed",
                        format!("{letter} stands without a percentage"),
                        format!("{letter}不需填写百分比"),
                    );
                }
            }
            "B" | "C" | "D" => match percentage {
                None => self.slip(
                    8,
                    Severity::Refused,
                    "percentage_missing",
                    format!("{letter} is followed by its percentage"),
                    format!("{letter}后须填写百分比"),
                ),
                Some(percentage) => self.apta_percentage(&letter, percentage),
            },
            other => {
                let other = other.to_owned();
                self.slip(
                    8,
                    Severity::Refused,
                    "criterion_unknown",
                    format!("`{other}` is no APTA criterion: expected A, B, C, D or E"),
                    format!("`{other}`不是APTA原产地标准：应为A、B、C、D或E"),
                );
                return;
            }
        }
        if self.determination.verdict == Verdict::Originating {
            let met = self
                .determination
                .origin
                .criteria
                .iter()
                .any(|criterion| criterion.symbol() == letter);
            if !met {
                let expected = origin_entry(self.determination, self.lang)
                    .map_or_else(String::new, |entry| entry.entry);
                self.slip(
                    8,
                    Severity::Refused,
                    "criterion_not_met",
                    format!("{letter} is printed, but on the facts given the box reads {expected}"),
                    format!("证书为{letter}，而依所给事实应填{expected}"),
                );
            }
        }
    }

    /// B and D state the non-originating share, C the share of the States: the
    /// one must stay below its threshold, the other reach it.
    fn apta_percentage(&mut self, letter: &str, percentage: Percent) {
        let thresholds = &self.tables.thresholds;
        let day = self.facts.date;
        let rows = match letter {
            "B" => &thresholds.non_originating_content,
            "C" => &thresholds.aggregate_content,
            _ => &thresholds.non_originating_content_least_developed,
        };
        let Some(row) = in_force(rows, day) else {
            return;
        };
        let part = i128::from(percentage.thousandths());
        let keeps = if letter == "C" {
            row.value.is_reached_by(part, Percent::WHOLE)
        } else {
            row.value.is_not_exceeded_by(part, Percent::WHOLE)
        };
        let limit = row.value.as_percent();
        if !keeps {
            let turned = Percent::WHOLE - part;
            let swapped = if letter == "C" {
                false
            } else {
                row.value.is_not_exceeded_by(turned, Percent::WHOLE)
            };
            if swapped {
                self.slip(
                    8,
                    Severity::Refused,
                    "percentage_turned_round",
                    format!("{letter} states the non-originating share, at most {limit} %; {percentage} looks like the originating share"),
                    format!("{letter}填写的是非原产成分比例，不高于{limit} %；{percentage}看起来是原产成分比例"),
                );
            } else {
                self.slip(
                    8,
                    Severity::Refused,
                    "percentage_beyond_threshold",
                    format!("{letter} {percentage} % does not keep its threshold of {limit} %"),
                    format!("{letter} {percentage} %不符合{limit} %的限度"),
                );
            }
            return;
        }
        self.compare_share(letter, percentage);
    }

    /// The share printed may not be better than the one computed.
    fn compare_share(&mut self, letter: &str, percentage: Percent) {
        let test = match letter {
            "C" => Test::AggregateContent,
            "D" => Test::LeastDeveloped,
            _ => Test::ValueContent,
        };
        let figures = self
            .determination
            .origin
            .findings
            .iter()
            .find(|finding| finding.test == test)
            .map(Finding::figures);
        let Some(Figures::ShareOfFob {
            part: Some(part),
            fob: Some(fob),
            ..
        }) = figures
        else {
            return;
        };
        let printed = i128::from(percentage.thousandths()) * fob.0;
        let computed = part.0 * Percent::WHOLE;
        // A whole per cent of difference is more than rounding explains.
        let apart = (printed - computed).abs() > fob.0 * 1_000;
        if apart {
            let expected = origin_entry(self.determination, self.lang)
                .map_or_else(String::new, |entry| entry.entry);
            self.slip(
                8,
                Severity::Doubtful,
                "percentage_differs",
                format!("{percentage} % is printed; on the facts given the box reads {expected}"),
                format!("证书为{percentage} %；依所给事实应填{expected}"),
            );
        }
    }
}

/// The slips for people.
pub fn document(slips: &[Slip], lang: Lang) -> Document {
    let mut document = Document::new(lang.pick("Certificate checked", "证书核对"));
    if slips.is_empty() {
        document.text(lang.pick(
            "Nothing was found that speaks against it, on the facts given.",
            "依所给事实未发现问题。",
        ));
        return document;
    }
    let mut table = Table::with_head([
        lang.pick("box", "栏"),
        lang.pick("weight", "程度"),
        lang.pick("what is wrong", "问题"),
    ]);
    for slip in slips {
        table.rows.push(vec![
            if slip.form_box == 0 {
                "—".into()
            } else {
                slip.form_box.to_string().into()
            },
            match slip.severity {
                Severity::Refused => lang.pick("refused", "不予接受"),
                Severity::Doubtful => lang.pick("doubtful", "存疑"),
            }
            .into(),
            slip.words.clone().into(),
        ]);
    }
    document.table(table);
    document
}
