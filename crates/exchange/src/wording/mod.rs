//! Every sentence a person reads, in English and Simplified Chinese, keyed by
//! the engine's codes. Rule symbols, codes and figures are the same in both.

pub mod finding;
pub mod material;
pub mod missing;
pub mod rate;
pub mod rule;
mod shape;
mod system;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use originis_rules_engine::agreement::Status;
use originis_rules_engine::country::Country;
use originis_rules_engine::determination::{CountryOfOriginBasis, Criterion, Test, Verdict};
use originis_rules_engine::outcome::Outcome;

pub use shape::{not_read, shape};
pub use system::system;

use crate::lang::Lang;

/// The verdict as a sentence.
pub const fn verdict(verdict: Verdict, lang: Lang) -> &'static str {
    match verdict {
        Verdict::Originating => lang.pick("The good is originating.", "货物具备原产资格。"),
        Verdict::NotOriginating => {
            lang.pick("The good is not originating.", "货物不具备原产资格。")
        }
        Verdict::Undetermined => lang.pick(
            "Undetermined: the facts or tables at hand do not settle it.",
            "无法确定：现有事实或规则表不足以作出结论。",
        ),
    }
}

/// The verdict in one or two words.
pub const fn verdict_short(verdict: Verdict, lang: Lang) -> &'static str {
    match verdict {
        Verdict::Originating => lang.pick("ORIGINATING", "具备原产资格"),
        Verdict::NotOriginating => lang.pick("NOT ORIGINATING", "不具备原产资格"),
        Verdict::Undetermined => lang.pick("UNDETERMINED", "无法确定"),
    }
}

/// An outcome in one or two words.
pub const fn outcome(outcome: Outcome, lang: Lang) -> &'static str {
    match outcome {
        Outcome::Met => lang.pick("met", "符合"),
        Outcome::NotMet => lang.pick("not met", "不符合"),
        Outcome::Unknown => lang.pick("open", "待定"),
        Outcome::NotApplicable => lang.pick("no bearing", "不适用"),
    }
}

/// Whether the preference can be claimed, as a sentence.
pub const fn claim(outcome: Outcome, lang: Lang) -> &'static str {
    match outcome {
        Outcome::Met => lang.pick("The preference can be claimed.", "可以申请享受协定税率。"),
        Outcome::NotMet | Outcome::NotApplicable => lang.pick(
            "The preference cannot be claimed.",
            "不能申请享受协定税率。",
        ),
        Outcome::Unknown => lang.pick(
            "Whether the preference can be claimed is still open.",
            "能否申请享受协定税率尚不能确定。",
        ),
    }
}

/// The name of the claim outcome in answers.
pub const fn claim_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Met => "eligible",
        Outcome::NotMet | Outcome::NotApplicable => "not_eligible",
        Outcome::Unknown => "undetermined",
    }
}

/// What a criterion stands for.
pub const fn criterion(criterion: Criterion, lang: Lang) -> &'static str {
    match criterion {
        Criterion::WhollyObtained => lang.pick("wholly obtained or produced", "完全获得或生产"),
        Criterion::ProducedExclusively => lang.pick(
            "produced exclusively from originating materials",
            "仅使用原产材料生产",
        ),
        Criterion::TariffShift => lang.pick("change in tariff classification", "税则归类改变"),
        Criterion::ValueContent => lang.pick("regional value content", "区域价值成分"),
        Criterion::ChemicalReaction => lang.pick("chemical reaction", "化学反应"),
        Criterion::AptaWholly => lang.pick("wholly produced or obtained", "完全获得或生产"),
        Criterion::AptaContent => lang.pick(
            "limited non-originating content, finished in the exporting State",
            "非原产成分不超限且在出口成员国完成最后制造工序",
        ),
        Criterion::AptaAggregate => lang.pick(
            "aggregate content of the Participating States",
            "各成员国成分合计达标",
        ),
        Criterion::AptaLeastDeveloped => lang.pick(
            "wider limit for a least developed exporting State",
            "最不发达出口成员国放宽标准",
        ),
        Criterion::AptaSector => lang.pick("sector rule", "部门产品规则"),
    }
}

/// The name of a test for people.
pub const fn test(test: Test, lang: Lang) -> &'static str {
    match test {
        Test::PartyInForce => lang.pick("agreement in force", "协定是否有效"),
        Test::HsEdition => lang.pick("HS edition", "HS 版本"),
        Test::UndeterminedOrigin => lang.pick("undetermined origin", "原产地不明"),
        Test::Cumulation => lang.pick("cumulation", "累积"),
        Test::IntermediateGoods => lang.pick("intermediate goods", "中间品"),
        Test::Packing => lang.pick("packing", "包装"),
        Test::Accessories => lang.pick("accessories", "附件"),
        Test::IndirectMaterials => lang.pick("indirect materials", "间接材料"),
        Test::SupplyRegime => lang.pick("customs regime of materials", "材料的海关监管方式"),
        Test::WhollyObtained => lang.pick("wholly obtained", "完全获得"),
        Test::ExclusivelyOriginating => {
            lang.pick("exclusively originating materials", "仅用原产材料")
        }
        Test::TariffShift => lang.pick("tariff shift", "税则归类改变"),
        Test::DeMinimis => lang.pick("de minimis", "微小含量"),
        Test::Proviso => lang.pick("condition of the rule", "规则的附加条件"),
        Test::ValueContent => lang.pick("value content", "价值成分"),
        Test::AggregateContent => lang.pick("aggregate content", "合计成分"),
        Test::LeastDeveloped => lang.pick("least developed exporter", "最不发达出口国"),
        Test::ChemicalReaction => lang.pick("chemical reaction", "化学反应"),
        Test::ProductPart => lang.pick("part of the rule", "规则分项"),
        Test::ProductRule => lang.pick("product rule", "产品特定规则"),
        Test::MinimalOperations => lang.pick("minimal operations", "微小加工"),
        Test::FinalProcess => lang.pick("final process", "最后制造工序"),
        Test::CountryOfOrigin => lang.pick("country of origin", "原产国"),
        Test::DirectConsignment => lang.pick("direct consignment", "直接运输"),
        Test::TransitFacility => lang.pick("place in transit", "中转场所"),
        Test::Proof => lang.pick("proof of origin", "原产地证明"),
        Test::Concession => lang.pick("concession", "关税减让"),
    }
}

/// What stands in the way of a claim.
pub const fn blocker(test: Test, lang: Lang) -> &'static str {
    match test {
        Test::ProductRule => lang.pick("the good is not originating", "货物不具备原产资格"),
        Test::PartyInForce => lang.pick(
            "the agreement does not bind the two countries on the date",
            "协定在该日期对双方不适用",
        ),
        Test::DirectConsignment => lang.pick("the route", "运输路线不符"),
        Test::Proof => lang.pick("the proof of origin", "原产地证明不符"),
        Test::Concession => lang.pick("no preference for the line", "该税目没有优惠"),
        other => self::test(other, lang),
    }
}

/// What stands in the way of a claim, from the name of the test in an answer;
/// `None` for a name that is no test.
pub fn blocker_by_name(name: &str, lang: Lang) -> Option<&'static str> {
    finding::ALL_TESTS
        .into_iter()
        .find(|test| test.name() == name)
        .map(|test| blocker(test, lang))
}

/// How sure a table is.
pub const fn status(status: Status, lang: Lang) -> &'static str {
    match status {
        Status::Official => lang.pick("read in the official publication", "据官方文本"),
        Status::Transcribed => lang.pick(
            "transcribed, to be confirmed against the official text",
            "转录文本，应与官方文本核对",
        ),
        Status::Partial => lang.pick("only partly loaded", "仅部分载入"),
        Status::Secondary => lang.pick("from a secondary source", "据二手资料"),
        Status::Unconfirmed => lang.pick("not confirmed", "未经确认"),
    }
}

/// How sure a table is, from the name in an answer.
pub fn status_by_name(name: &str, lang: Lang) -> &'static str {
    [
        Status::Official,
        Status::Transcribed,
        Status::Partial,
        Status::Secondary,
    ]
    .into_iter()
    .find(|known| known.name() == name)
    .map_or_else(
        || status(Status::Unconfirmed, lang),
        |known| status(known, lang),
    )
}

/// The level a rule is printed on, from the name in an answer.
pub fn level_by_name(name: &str, lang: Lang) -> &'static str {
    match name {
        "chapter" => lang.pick("chapter", "章"),
        "heading" => lang.pick("heading", "品目"),
        _ => lang.pick("subheading", "子目"),
    }
}

/// Why the country of origin is what it is.
pub const fn country_of_origin(basis: CountryOfOriginBasis, lang: Lang) -> &'static str {
    match basis {
        CountryOfOriginBasis::NoDifferential => lang.pick(
            "the importing Party applies one rate to every Party, so it is the exporting Party",
            "进口方对各缔约方适用同一税率，故为出口方",
        ),
        CountryOfOriginBasis::ExportingParty => lang.pick(
            "the exporting Party, where the good acquired its originating status",
            "货物在出口方取得原产资格，故为出口方",
        ),
        CountryOfOriginBasis::DomesticValueMet => lang.pick(
            "the line is on the importing Party's appendix and enough value is added in the exporting Party",
            "该税目列入进口方附录，且出口方境内增值达到要求",
        ),
        CountryOfOriginBasis::HighestContributor => lang.pick(
            "the Party that contributed the highest value of originating materials",
            "为所用原产材料价值最高的缔约方",
        ),
        CountryOfOriginBasis::Unknown => lang.pick(
            "cannot be told: a fact or the importing Party's appendix is missing",
            "不能确定：缺少事实，或未载入进口方附录",
        ),
        CountryOfOriginBasis::OriginatingState => lang.pick(
            "the exporting Participating State; the agreement knows no other",
            "为出口成员国；本协定不另设原产国规则",
        ),
    }
}

/// The name of the basis in answers.
pub const fn country_of_origin_basis_name(basis: CountryOfOriginBasis) -> &'static str {
    match basis {
        CountryOfOriginBasis::NoDifferential => "no_differential",
        CountryOfOriginBasis::ExportingParty => "exporting_party",
        CountryOfOriginBasis::DomesticValueMet => "domestic_value_met",
        CountryOfOriginBasis::HighestContributor => "highest_contributor",
        CountryOfOriginBasis::Unknown => "unknown",
        CountryOfOriginBasis::OriginatingState => "originating_state",
    }
}

/// Names of countries and territories: the codes are those of ISO 3166-1, the
/// names the usual short ones of the Unicode Common Locale Data Repository (CLDR).
const COUNTRIES: &str = include_str!("../../data/countries.csv");

/// Every country and territory: its code with its names in English and Chinese,
/// in the order of the codes.
pub fn countries() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    COUNTRIES.lines().skip(1).filter_map(|line| {
        let (code, names) = line.split_once(';')?;
        let (en, zh) = names.split_once(';')?;
        Some((code, en, zh))
    })
}

/// The name of a country or territory; its code where no name is kept.
pub fn country(country: Country, lang: Lang) -> String {
    static NAMES: LazyLock<BTreeMap<&str, (&str, &str)>> =
        LazyLock::new(|| countries().map(|(code, en, zh)| (code, (en, zh))).collect());
    NAMES.get(country.as_str()).map_or_else(
        || country.to_string(),
        |(en, zh)| lang.pick(en, zh).to_owned(),
    )
}

/// A citation in the language: treaty citations are put into Chinese, a title
/// of something else stays as it is.
pub fn citation(citation: &str, lang: Lang) -> String {
    match lang {
        Lang::En => citation.to_owned(),
        Lang::Zh => CITATIONS
            .iter()
            .find(|(english, _)| *english == citation)
            .map(|(_, chinese)| (*chinese).to_owned())
            .unwrap_or_else(|| treaty_citation(citation)),
    }
}

/// Citations that are not of the form of an article.
const CITATIONS: &[(&str, &str)] = &[
    (
        "APTA Annex I, national list of concessions",
        "APTA 附件 I，各成员国关税减让表",
    ),
    (
        "APTA, membership of the Participating States",
        "APTA，成员国资格",
    ),
    (
        "APTA Sample Certificate of Origin, notes",
        "APTA 原产地证书样本，说明",
    ),
    (
        "China: GACC Order 255 and Announcement 2021 no. 106",
        "中国：海关总署令第 255 号及 2021 年第 106 号公告",
    ),
    (
        "Customs valuation law of the importing country",
        "进口国海关估价法规",
    ),
    (
        "RCEP Article 2.6.3 and the appendix to Annex I",
        "RCEP 第 2.6.3 条及附件 I 的附录",
    ),
];

fn treaty_citation(citation: &str) -> String {
    let mut chinese = String::new();
    // What a bare number after a comma continues: "Articles 3.4, 3.5".
    let mut articles = false;
    for part in citation.split(", ") {
        let is_bare = part.starts_with(|first: char| first.is_ascii_digit()) && !part.contains(' ');
        if is_bare && !chinese.is_empty() {
            chinese.push('、');
            chinese.push_str(&if articles {
                format!("第 {part} 条")
            } else {
                part.to_owned()
            });
            continue;
        }
        let Some(text) = chinese_citation(part) else {
            return citation.to_owned();
        };
        articles = part.contains("Article");
        if !chinese.is_empty() {
            chinese.push('，');
        }
        chinese.push_str(&text);
    }
    chinese
}

/// One part of a treaty citation in Chinese; `None` when a word is not of the
/// vocabulary of citations.
fn chinese_citation(part: &str) -> Option<String> {
    let mut words = part.split(' ').peekable();
    let mut text = String::new();
    while let Some(word) = words.next() {
        match word {
            "RCEP" | "APTA" => {
                text.push_str(word);
                text.push(' ');
            }
            "Article" | "Articles" => {
                text.push_str(&format!("第 {} 条", words.next()?));
                while words.next_if_eq(&"and").is_some() {
                    text.push_str(&format!("、第 {} 条", words.next()?));
                }
            }
            "Chapter" => text.push_str(&format!("第 {} 章", words.next()?)),
            "Annex" => {
                text.push_str(&format!("附件 {}", words.next()?));
                if words.peek().is_some() {
                    text.push(' ');
                }
            }
            "Rule" => text.push_str(&format!("规则 {}", words.next()?)),
            "Rules" => {
                text.push_str(&format!("规则 {}", words.next()?));
                while let Some(joint) = words.next_if(|word| matches!(*word, "and" | "to")) {
                    let joint = if joint == "and" { "、" } else { "至 " };
                    text.push_str(&format!("{joint}{}", words.next()?));
                }
            }
            "head-note" | "head-notes" => {
                text.push_str(&format!("总注 {}", words.next()?));
                if words.next_if_eq(&"to").is_some() {
                    text.push_str(&format!(" 至 {}", words.next()?));
                }
            }
            "heading" => text.push_str(&format!("品目 {}", words.next()?)),
            "chapter" => text.push_str(&format!("第 {} 章", words.next()?)),
            "footnote" => text.push_str(&format!("脚注 {}", words.next()?)),
            "note" => text.push_str(&format!("注 {}", words.next()?)),
            "(chemical" if words.next_if_eq(&"reaction)").is_some() => {
                text.push_str("（化学反应）");
            }
            "and" => text.push('和'),
            _ => return None,
        }
    }
    Some(text.trim_end().to_owned())
}

/// Joins names as a list: "a, b" or "a、b".
pub fn list(names: &[String], lang: Lang) -> String {
    names.join(lang.pick(", ", "、"))
}

/// Fills `{name}` places of a template, and drops `[[…]]` passages that speak
/// of a place without a value.
pub(crate) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut kept = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("[[") {
        let (passage, tail) = after.split_once("]]").unwrap_or((after, ""));
        kept.push_str(before);
        let speaks_of_nothing = values
            .iter()
            .any(|(name, value)| value.is_empty() && passage.contains(&format!("{{{name}}}")));
        if !speaks_of_nothing {
            kept.push_str(passage);
        }
        rest = tail;
    }
    kept.push_str(rest);
    values.iter().fold(kept, |text, (name, value)| {
        text.replace(&format!("{{{name}}}"), value)
    })
}

#[cfg(test)]
pub(crate) mod testing {
    //! Checks shared by the tests of every wording.

    /// Whether a text has a Chinese character.
    pub fn is_chinese(text: &str) -> bool {
        text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
    }

    /// Asserts that both wordings exist and are in their language.
    pub fn assert_both(en: &str, zh: &str, what: &str) {
        assert!(!en.trim().is_empty(), "no English for {what}");
        assert!(!is_chinese(en), "Chinese in the English for {what}: {en}");
        assert!(is_chinese(zh), "no Chinese for {what}: {zh}");
        for text in [en, zh] {
            assert!(
                !text.contains(['{', '}']) && !text.contains("[[") && !text.contains("]]"),
                "unfilled place for {what}: {text}"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::testing::assert_both;
    use super::*;

    #[test]
    fn passages_without_a_value_are_dropped() {
        let template = "not made[[ by {materials}]].";
        assert_eq!(
            fill(template, &[("materials", "yarn")]),
            "not made by yarn."
        );
        assert_eq!(fill(template, &[("materials", "")]), "not made.");
    }

    #[test]
    fn treaty_citations_are_put_into_chinese() {
        for (en, zh) in [
            ("RCEP Article 3.6", "RCEP 第 3.6 条"),
            (
                "RCEP Articles 3.2(a) and 3.3",
                "RCEP 第 3.2(a) 条、第 3.3 条",
            ),
            (
                "RCEP Article 3.2(c), Annex 3A",
                "RCEP 第 3.2(c) 条，附件 3A",
            ),
            (
                "RCEP Annex 3A, head-notes 5 to 7",
                "RCEP 附件 3A，总注 5 至 7",
            ),
            (
                "RCEP Articles 3.2, 2.6, 3.16",
                "RCEP 第 3.2 条、第 2.6 条、第 3.16 条",
            ),
            ("RCEP Annex 3A head-notes 4, 6", "RCEP 附件 3A 总注 4、6"),
            ("APTA Annex II Rule 3(b)", "APTA 附件 II 规则 3(b)"),
            (
                "RCEP Annex 3A, head-note 7 (chemical reaction)",
                "RCEP 附件 3A，总注 7（化学反应）",
            ),
            ("Customs tariff of Japan", "Customs tariff of Japan"),
        ] {
            assert_eq!(citation(en, Lang::Zh), zh);
            assert_eq!(citation(en, Lang::En), en);
        }
    }

    #[test]
    fn every_code_has_both_wordings() {
        let both = |of: &dyn Fn(Lang) -> &'static str, what: &str| {
            assert_both(of(Lang::En), of(Lang::Zh), what);
        };
        for value in [
            Verdict::Originating,
            Verdict::NotOriginating,
            Verdict::Undetermined,
        ] {
            both(&|lang| verdict(value, lang), value.name());
            both(&|lang| verdict_short(value, lang), value.name());
        }
        for value in [
            Outcome::Met,
            Outcome::NotMet,
            Outcome::Unknown,
            Outcome::NotApplicable,
        ] {
            both(&|lang| outcome(value, lang), "outcome");
            both(&|lang| claim(value, lang), "claim");
        }
        for value in [
            Criterion::WhollyObtained,
            Criterion::ProducedExclusively,
            Criterion::TariffShift,
            Criterion::ValueContent,
            Criterion::ChemicalReaction,
            Criterion::AptaWholly,
            Criterion::AptaContent,
            Criterion::AptaAggregate,
            Criterion::AptaLeastDeveloped,
            Criterion::AptaSector,
        ] {
            both(&|lang| criterion(value, lang), value.symbol());
        }
        for value in [
            Status::Official,
            Status::Transcribed,
            Status::Partial,
            Status::Secondary,
            Status::Unconfirmed,
        ] {
            both(&|lang| status(value, lang), value.name());
        }
        for value in [
            CountryOfOriginBasis::NoDifferential,
            CountryOfOriginBasis::ExportingParty,
            CountryOfOriginBasis::DomesticValueMet,
            CountryOfOriginBasis::HighestContributor,
            CountryOfOriginBasis::Unknown,
            CountryOfOriginBasis::OriginatingState,
        ] {
            both(
                &|lang| country_of_origin(value, lang),
                country_of_origin_basis_name(value),
            );
        }
        for value in finding::ALL_TESTS {
            both(&|lang| test(value, lang), value.name());
            both(&|lang| blocker(value, lang), value.name());
        }
        for (code, en, zh) in countries() {
            assert_both(en, zh, code);
            assert!(code.parse::<Country>().is_ok());
        }
        assert_eq!(countries().count(), 249);
    }
}
