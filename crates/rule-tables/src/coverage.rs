//! What is loaded and what is missing, per agreement, importer and chapter.

use std::collections::BTreeSet;

use jiff::civil::Date;
use originis_exchange::{Lang, wording};
use originis_rules_engine::agreement::{
    Agreement, AgreementBook, Period, ProductRuleTable, Status,
};
use originis_rules_engine::country::Country;
use originis_rules_engine::hs::{HsCode, HsEdition};
use originis_rules_engine::nomenclature::EditionCodes;
use originis_rules_engine::outcome::Outcome;
use originis_rules_engine::rulebook::RuleBook;
use originis_rules_engine::tariff::{ColumnKind, NO_RATE, TariffTable};
use serde::Serialize;

use crate::bilingual::{self, Text, number};

/// Everything loaded, and every gap that is known.
#[derive(Debug, Clone, Serialize)]
pub struct Coverage {
    /// Hash of the content of every table.
    pub fingerprint: String,
    /// The latest day any table was read or published.
    pub as_of: Date,
    /// Each agreement that is loaded.
    pub agreements: Vec<AgreementCoverage>,
}

/// What is loaded for one agreement.
#[derive(Debug, Clone, Serialize)]
pub struct AgreementCoverage {
    /// Its short name.
    pub agreement: &'static str,
    /// Its product-specific rules by period.
    pub product_rules: Vec<ProductRuleCoverage>,
    /// Each of its Parties as an importer.
    pub importers: Vec<ImporterCoverage>,
    /// What is missing or open whoever imports.
    pub gaps: Vec<Gap>,
}

/// One table of product-specific rules.
#[derive(Debug, Clone, Serialize)]
pub struct ProductRuleCoverage {
    /// The edition of its codes.
    pub hs_edition: &'static str,
    /// First day.
    pub from: Option<Date>,
    /// Last day.
    pub to: Option<Date>,
    /// How sure it is.
    pub status: Status,
    /// Number of rows.
    pub rules: usize,
    /// Subheadings that have a rule.
    pub subheadings: usize,
    /// Subheadings of the edition.
    pub of: usize,
    /// The same by chapter.
    pub chapters: Vec<ChapterCount>,
}

/// How many subheadings of a chapter are covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ChapterCount {
    /// The chapter.
    pub chapter: u8,
    /// Its covered subheadings.
    pub subheadings: usize,
    /// Its subheadings in the edition.
    pub of: usize,
}

/// What is loaded for one importing Party.
#[derive(Debug, Clone, Serialize)]
pub struct ImporterCoverage {
    /// The importing Party.
    pub importer: String,
    /// Most-favoured-nation duties.
    pub mfn: Vec<RateCoverage>,
    /// Preferential rates and margins of the agreement.
    pub preferences: Vec<RateCoverage>,
    /// What is missing.
    pub gaps: Vec<Gap>,
}

/// One kind of rate in one table: the columns of a schedule by years are taken
/// together.
#[derive(Debug, Clone, Serialize)]
pub struct RateCoverage {
    /// The table.
    pub table: String,
    /// Whether the cells are margins of preference rather than rates.
    pub margin: bool,
    /// Countries of origin; empty means every Party.
    pub origins: Vec<String>,
    /// The edition of its codes.
    pub hs_edition: &'static str,
    /// First day.
    pub from: Option<Date>,
    /// Last day.
    pub to: Option<Date>,
    /// How sure it is.
    pub status: Status,
    /// National lines with a rate.
    pub lines: usize,
    /// Subheadings with at least one such line.
    pub subheadings: usize,
    /// Subheadings of the edition.
    pub of: usize,
    /// The same by chapter.
    pub chapters: Vec<ChapterCount>,
}

/// Something that is not loaded or not confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// What kind of thing is missing.
    pub kind: GapKind,
    /// In words.
    pub text: Text,
}

/// Kinds of gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GapKind {
    /// No product rules are loaded for some days.
    ProductRulePeriod,
    /// A table of product rules does not list every rule.
    ProductRulesPartial,
    /// Whether two Parties are bound to each other is not confirmed.
    PartyStanding,
    /// The list of minimal operations is not confirmed.
    MinimalOperations,
    /// Whether a Party is least developed is not confirmed.
    LeastDevelopedStatus,
    /// Where a type of proof is in use is not confirmed.
    ProofTerms,
    /// No preferential rates of the importer are loaded.
    NoSchedule,
    /// Preferential rates are loaded for some countries of origin only.
    Origins,
    /// The schedule does not list every line.
    SchedulePartial,
    /// No most-favoured-nation duties of the importer are loaded.
    NoMfn,
    /// Margins are loaded, but not the duty they are taken from.
    MarginWithoutMfn,
    /// The appendix under RCEP Article 2.6.3 is missing or not complete.
    Appendix,
}

/// A part of the whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Scope {
    /// Only this agreement.
    pub agreement: Option<Agreement>,
    /// Only this importing Party.
    pub importer: Option<Country>,
    /// Only this chapter.
    pub chapter: Option<u8>,
}

impl Coverage {
    /// What the rule book covers within `scope`.
    pub fn of(book: &RuleBook, scope: Scope) -> Self {
        Self {
            fingerprint: book.fingerprint.clone(),
            as_of: book.as_of,
            agreements: book
                .agreements
                .iter()
                .filter(|terms| {
                    scope
                        .agreement
                        .is_none_or(|wanted| wanted == terms.agreement)
                })
                .map(|terms| agreement(book, terms, scope))
                .collect(),
        }
    }

    /// The report in words, one line for each fact.
    pub fn text(&self) -> Text {
        let mut text = Text::default();
        let fingerprint = crate::image::short(&self.fingerprint);
        text.line(&Text::new(
            format!("Rule tables {fingerprint}, latest source of {}", self.as_of),
            format!("规则表 {fingerprint}，最新来源日期 {}", self.as_of),
        ));
        for agreement in &self.agreements {
            text.line(&Text::default());
            text.line(&Text::new(agreement.agreement, agreement.agreement));
            for table in &agreement.product_rules {
                text.line(&indented(&table.text()));
            }
            for gap in &agreement.gaps {
                text.line(&indented(&gap.missing()));
            }
            for importer in &agreement.importers {
                let name = named(&importer.importer);
                text.line(&indented(&Text::new(
                    format!("importer {}", name.en),
                    format!("进口方 {}", name.zh),
                )));
                for rates in &importer.preferences {
                    text.line(&indented(&indented(&rates.text(false))));
                }
                for rates in &importer.mfn {
                    text.line(&indented(&indented(&rates.text(true))));
                }
                for gap in &importer.gaps {
                    text.line(&indented(&indented(&gap.missing())));
                }
            }
        }
        text
    }
}

/// A country by its name, with its code.
fn named(code: &str) -> Text {
    let name = |lang| {
        code.parse()
            .map_or_else(|_| code.to_owned(), |known| wording::country(known, lang))
    };
    Text::new(
        format!("{} ({code})", name(Lang::En)),
        format!("{}（{code}）", name(Lang::Zh)),
    )
}

/// Countries by their names, with their codes.
fn names(codes: &[String]) -> Text {
    let named: Vec<Text> = codes.iter().map(|code| named(code)).collect();
    joined(&named)
}

/// Texts as a list.
fn joined(texts: &[Text]) -> Text {
    let list = |of: fn(&Text) -> &String, separator: &str| {
        let texts: Vec<&str> = texts.iter().map(|text| of(text).as_str()).collect();
        texts.join(separator)
    };
    Text::new(list(|text| &text.en, ", "), list(|text| &text.zh, "、"))
}

fn indented(text: &Text) -> Text {
    Text::new(format!("  {}", text.en), format!("  {}", text.zh))
}

impl Gap {
    fn new(kind: GapKind, en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self {
            kind,
            text: Text::new(en, zh),
        }
    }

    fn missing(&self) -> Text {
        let (en, zh) = match self.kind {
            GapKind::PartyStanding
            | GapKind::MinimalOperations
            | GapKind::LeastDevelopedStatus
            | GapKind::ProofTerms => ("not confirmed", "未确认"),
            _ => ("not loaded", "未载入"),
        };
        Text::new(
            format!("{en}: {}", self.text.en),
            format!("{zh}：{}", self.text.zh),
        )
    }
}

impl ProductRuleCoverage {
    fn text(&self) -> Text {
        let period = bilingual::period(Period {
            from: self.from,
            to: self.to,
        });
        let status = bilingual::status(self.status);
        let (edition, rules) = (self.hs_edition, number(self.rules));
        let (some, all) = (number(self.subheadings), number(self.of));
        Text::new(
            format!(
                "product rules, HS {edition}, {}: {rules} rows govern {some} of {all} subheadings ({})",
                period.en, status.en
            ),
            format!(
                "产品特定规则，HS {edition}，{}：{rules}行，覆盖{all}个子目中的{some}个（{}）",
                period.zh, status.zh
            ),
        )
    }
}

impl RateCoverage {
    fn text(&self, mfn: bool) -> Text {
        let period = bilingual::period(Period {
            from: self.from,
            to: self.to,
        });
        let status = bilingual::status(self.status);
        let kind = match (mfn, self.margin) {
            (true, _) => Text::new("MFN duty", "最惠国税率"),
            (false, false) => Text::new("preferential rate", "协定税率"),
            (false, true) => Text::new("margin of preference", "优惠幅度"),
        };
        let kind = match (mfn, self.origins.is_empty()) {
            (true, _) => kind,
            (false, true) => Text::new(
                format!("{} for every Party", kind.en),
                format!("{}（全部成员）", kind.zh),
            ),
            (false, false) => {
                let origins = names(&self.origins);
                Text::new(
                    format!("{} for {}", kind.en, origins.en),
                    format!("{}货物的{}", origins.zh, kind.zh),
                )
            }
        };
        let (table, edition) = (&self.table, self.hs_edition);
        let (lines, some, all) = (
            number(self.lines),
            number(self.subheadings),
            number(self.of),
        );
        let empty = without_any(&self.chapters);
        let none = if empty.is_empty() {
            Text::default()
        } else {
            Text::new(
                format!("; none in chapters {empty}"),
                format!("；以下各章无税号：{empty}"),
            )
        };
        Text::new(
            format!(
                "{}: {table}, HS {edition}, {}, {lines} lines in {some} of {all} subheadings{} ({})",
                kind.en, period.en, none.en, status.en
            ),
            format!(
                "{}：{table}，HS {edition}，{}，{lines}个税号，涉及{all}个子目中的{some}个{}（{}）",
                kind.zh, period.zh, none.zh, status.zh
            ),
        )
    }
}

/// The chapters in which nothing is covered, neighbours joined: `01-24, 50`.
fn without_any(chapters: &[ChapterCount]) -> String {
    let mut spans: Vec<(u8, u8)> = Vec::new();
    for (previous, count) in [None]
        .into_iter()
        .chain(chapters.iter().map(Some))
        .zip(chapters)
    {
        if count.subheadings > 0 {
            continue;
        }
        let follows = previous.is_some_and(|previous| previous.subheadings == 0);
        match spans.last_mut() {
            Some((_, last)) if follows => *last = count.chapter,
            _ => spans.push((count.chapter, count.chapter)),
        }
    }
    spans
        .into_iter()
        .map(|(first, last)| {
            if first == last {
                format!("{first:02}")
            } else {
                format!("{first:02}-{last:02}")
            }
        })
        .collect::<Vec<_>>()
        .join(", ")
}

fn agreement(book: &RuleBook, terms: &AgreementBook, scope: Scope) -> AgreementCoverage {
    AgreementCoverage {
        agreement: terms.agreement.name(),
        product_rules: terms
            .product_rules
            .iter()
            .map(|table| product_rules(book, table, scope))
            .collect(),
        importers: terms
            .parties
            .iter()
            .filter(|party| scope.importer.is_none_or(|wanted| wanted == party.country))
            .map(|party| importer(book, terms, party.country, scope))
            .collect(),
        gaps: agreement_gaps(terms),
    }
}

/// Counts by chapter the subheadings of an edition for which `covered` holds.
fn by_chapter(
    edition: Option<&EditionCodes>,
    scope: Scope,
    covered: impl Fn(usize) -> bool,
) -> Vec<ChapterCount> {
    let mut chapters: Vec<ChapterCount> = Vec::new();
    let codes = edition.map(EditionCodes::codes).unwrap_or_default();
    for (ordinal, code) in codes.iter().enumerate() {
        let chapter = code.chapter();
        if scope.chapter.is_some_and(|wanted| wanted != chapter) {
            continue;
        }
        if chapters.last().is_none_or(|last| last.chapter != chapter) {
            chapters.push(ChapterCount {
                chapter,
                subheadings: 0,
                of: 0,
            });
        }
        if let Some(count) = chapters.last_mut() {
            count.of += 1;
            count.subheadings += usize::from(covered(ordinal));
        }
    }
    chapters
}

fn totals(chapters: &[ChapterCount]) -> (usize, usize) {
    chapters.iter().fold((0, 0), |(some, all), count| {
        (some + count.subheadings, all + count.of)
    })
}

fn product_rules(book: &RuleBook, table: &ProductRuleTable, scope: Scope) -> ProductRuleCoverage {
    let chapters = by_chapter(book.nomenclature.edition(table.edition), scope, |ordinal| {
        matches!(table.by_subheading.get(ordinal), Some(Some(_)))
    });
    let (subheadings, of) = totals(&chapters);
    ProductRuleCoverage {
        hs_edition: table.edition.year(),
        from: table.period.from,
        to: table.period.to,
        status: table.status,
        rules: table
            .rules
            .iter()
            .filter(|rule| {
                scope
                    .chapter
                    .is_none_or(|wanted| wanted == rule.code.chapter())
            })
            .count(),
        subheadings,
        of,
        chapters,
    }
}

fn importer(
    book: &RuleBook,
    terms: &AgreementBook,
    importer: Country,
    scope: Scope,
) -> ImporterCoverage {
    let tables = || {
        book.tariffs
            .iter()
            .filter(move |table| table.importer == importer)
    };
    let mfn: Vec<RateCoverage> = tables()
        .filter_map(|table| {
            rates(book, table, scope, false, &[], |kind| {
                *kind == ColumnKind::General
            })
        })
        .collect();
    let mut preferences = Vec::new();
    for table in tables() {
        let mut kinds: Vec<&ColumnKind> = Vec::new();
        for column in table.columns.iter() {
            let is_of_agreement = matches!(
                &column.kind,
                ColumnKind::Preference { agreement, .. } | ColumnKind::Margin { agreement, .. }
                    if *agreement == terms.agreement
            );
            if is_of_agreement && !kinds.contains(&&column.kind) {
                kinds.push(&column.kind);
            }
        }
        for kind in kinds {
            let (margin, origins) = match kind {
                ColumnKind::Preference { origins, .. } => (false, origins),
                ColumnKind::Margin { origins, .. } => (true, origins),
                _ => continue,
            };
            preferences.extend(rates(book, table, scope, margin, origins, |other| {
                other == kind
            }));
        }
    }
    ImporterCoverage {
        importer: importer.to_string(),
        gaps: importer_gaps(terms, importer, &mfn, &preferences),
        mfn,
        preferences,
    }
}

/// The columns of a table that satisfy `wanted`, taken together.
fn rates(
    book: &RuleBook,
    table: &TariffTable,
    scope: Scope,
    margin: bool,
    origins: &[Country],
    wanted: impl Fn(&ColumnKind) -> bool,
) -> Option<RateCoverage> {
    let columns: Vec<usize> = (0..)
        .zip(table.columns.iter())
        .filter(|(_, column)| wanted(&column.kind))
        .map(|(index, _)| index)
        .collect();
    if columns.is_empty() {
        return None;
    }
    let has_rate = |cells: &[u16]| {
        columns
            .iter()
            .any(|column| cells.get(*column).is_some_and(|cell| *cell != NO_RATE))
    };
    let edition = book.nomenclature.edition(table.edition);
    let mut covered = BTreeSet::new();
    let mut lines = 0;
    for line in table.lines.iter() {
        let in_scope = scope
            .chapter
            .is_none_or(|wanted| wanted == line.code.chapter());
        if !in_scope || !has_rate(&line.cells) {
            continue;
        }
        lines += 1;
        covered.extend(
            edition
                .into_iter()
                .flat_map(|codes| ordinals(codes, line.code)),
        );
    }
    let chapters = by_chapter(edition, scope, |ordinal| covered.contains(&ordinal));
    let (subheadings, of) = totals(&chapters);
    let period = span(table, &columns);
    Some(RateCoverage {
        table: table.id.clone(),
        margin,
        origins: origins.iter().map(ToString::to_string).collect(),
        hs_edition: table.edition.year(),
        from: period.from,
        to: period.to,
        status: table.status,
        lines,
        subheadings,
        of,
        chapters,
    })
}

/// Positions of the subheadings a national line or a printed group stands for.
fn ordinals(codes: &EditionCodes, line: HsCode) -> std::ops::Range<usize> {
    let group = line.prefix(line.digit_count().min(6)).unwrap_or(line);
    let from = codes.codes().partition_point(|code| code.code() < group);
    let members = codes
        .codes()
        .iter()
        .skip(from)
        .take_while(|code| code.code().is_within(group))
        .count();
    from..from + members
}

/// From the first day of the first column to the last day of the last one.
fn span(table: &TariffTable, columns: &[usize]) -> Period {
    let periods = || {
        columns
            .iter()
            .filter_map(|column| table.columns.get(*column))
            .map(|column| Period {
                from: column.period.from.or(table.period.from),
                to: column.period.to.or(table.period.to),
            })
    };
    Period {
        from: periods()
            .map(|period| period.from)
            .min()
            .flatten()
            .max(table.period.from),
        to: if periods().any(|period| period.to.is_none()) {
            None
        } else {
            periods().filter_map(|period| period.to).max()
        },
    }
}

fn importer_gaps(
    terms: &AgreementBook,
    importer: Country,
    mfn: &[RateCoverage],
    preferences: &[RateCoverage],
) -> Vec<Gap> {
    let mut gaps = Vec::new();
    let name = terms.agreement.name();
    let Text { en, zh } = named(importer.as_str());
    if preferences.is_empty() {
        gaps.push(Gap::new(
            GapKind::NoSchedule,
            format!("any {name} rate of {en}"),
            format!("{zh}的{name}税率"),
        ));
    } else {
        let absent = origins_without_rates(terms, importer, preferences);
        if !absent.is_empty() {
            let absent = names(&absent);
            gaps.push(Gap::new(
                GapKind::Origins,
                format!("{name} rates of {en} for goods of {}", absent.en),
                format!("{zh}对{}货物的{name}税率", absent.zh),
            ));
        }
    }
    for rates in preferences
        .iter()
        .filter(|rates| rates.status == Status::Partial)
    {
        gaps.push(Gap::new(
            GapKind::SchedulePartial,
            format!("lines that {} leaves out, see its coverage", rates.table),
            format!("{}未收录的税号，见该表说明", rates.table),
        ));
    }
    if mfn.is_empty() {
        gaps.push(Gap::new(
            GapKind::NoMfn,
            format!("MFN duties of {en}, so no saving can be shown"),
            format!("{zh}的最惠国税率，因此无法计算节省税款"),
        ));
        if preferences.iter().any(|rates| rates.margin) {
            gaps.push(Gap::new(
                GapKind::MarginWithoutMfn,
                format!("the duties of {en} its margins are taken from, so a margin gives no rate"),
                format!("{zh}优惠幅度所依据的税率，因此仅凭幅度得不出税率"),
            ));
        }
    }
    let differentials = terms
        .party(importer)
        .is_some_and(|party| party.tariff_differentials);
    if differentials {
        match terms
            .appendices
            .iter()
            .find(|table| table.importer == importer)
        {
            None => gaps.push(Gap::new(
                GapKind::Appendix,
                format!("the appendix of {en} under Article 2.6.3"),
                format!("{zh}依第2.6条第3款的附录"),
            )),
            Some(table) if table.status == Status::Partial => gaps.push(Gap::new(
                GapKind::Appendix,
                format!(
                    "part of the appendix of {en} under Article 2.6.3: only {} lines are known",
                    table.lines.len()
                ),
                format!(
                    "{zh}依第2.6条第3款附录的其余部分：仅知{}个税号",
                    table.lines.len()
                ),
            )),
            Some(_) => {}
        }
    }
    gaps
}

fn origins_without_rates(
    terms: &AgreementBook,
    importer: Country,
    preferences: &[RateCoverage],
) -> Vec<String> {
    if preferences.iter().any(|rates| rates.origins.is_empty()) {
        return Vec::new();
    }
    terms
        .parties
        .iter()
        .map(|party| party.country)
        .filter(|country| *country != importer)
        .map(|country| country.to_string())
        .filter(|country| {
            !preferences
                .iter()
                .any(|rates| rates.origins.contains(country))
        })
        .collect()
}

fn agreement_gaps(terms: &AgreementBook) -> Vec<Gap> {
    let mut gaps = Vec::new();
    let begins = terms
        .parties
        .iter()
        .map(|party| party.membership.period.from)
        .min()
        .flatten();
    for missing in days_without_rules(&terms.product_rules, begins) {
        let period = bilingual::period(missing);
        gaps.push(Gap::new(
            GapKind::ProductRulePeriod,
            format!("product rules {}", period.en),
            format!("{}的产品特定规则", period.zh),
        ));
    }
    for table in &terms.product_rules {
        if table.status == Status::Partial {
            let edition: HsEdition = table.edition;
            gaps.push(Gap::new(
                GapKind::ProductRulesPartial,
                format!(
                    "product rules that the HS {edition} table does not list, see its coverage"
                ),
                format!("HS {edition}规则表未收录的产品特定规则，见该表说明"),
            ));
        }
    }
    let open: Vec<Text> = terms
        .pairs
        .iter()
        .filter(|pair| pair.standing.value == Outcome::Unknown)
        .map(|pair| {
            let (first, second) = (named(pair.first.as_str()), named(pair.second.as_str()));
            Text::new(
                format!("{} and {}", first.en, second.en),
                format!("{}与{}", first.zh, second.zh),
            )
        })
        .collect();
    if !open.is_empty() {
        let open = joined(&open);
        gaps.push(Gap::new(
            GapKind::PartyStanding,
            format!("whether the agreement binds {}", open.en),
            format!("协定在{}之间是否生效", open.zh),
        ));
    }
    if terms.minimal_operations_status == Status::Unconfirmed {
        gaps.push(Gap::new(
            GapKind::MinimalOperations,
            "the list of operations that never confer origin",
            "不授予原产资格的加工清单",
        ));
    }
    for party in terms.parties.iter() {
        for row in &party.least_developed {
            if row.value == Outcome::Unknown {
                let period = bilingual::period(row.period);
                let country = named(party.country.as_str());
                gaps.push(Gap::new(
                    GapKind::LeastDevelopedStatus,
                    format!("whether {} is least developed {}", country.en, period.en),
                    format!("{}{}是否为最不发达国家", country.zh, period.zh),
                ));
            }
        }
    }
    if terms
        .proofs
        .iter()
        .any(|proof| proof.usable.value == Outcome::Unknown)
    {
        gaps.push(Gap::new(
            GapKind::ProofTerms,
            "between which other Parties a declaration by any exporter is in use",
            "还有哪些缔约方之间采用出口商自主声明",
        ));
    }
    gaps
}

/// The spans of days since the agreement began for which no table is the law.
fn days_without_rules(tables: &[ProductRuleTable], begins: Option<Date>) -> Vec<Period> {
    let mut missing = Vec::new();
    let mut open = Period {
        from: begins,
        to: None,
    };
    let mut covered_for_good = false;
    for table in tables {
        let before = table.period.from.and_then(|from| from.yesterday().ok());
        let has_gap = match (open.from, before) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(from), Some(before)) => from <= before,
        };
        if has_gap {
            missing.push(Period {
                from: open.from,
                to: before,
            });
        }
        match table.period.to.and_then(|to| to.tomorrow().ok()) {
            Some(next) => open.from = Some(next),
            None => covered_for_good = true,
        }
    }
    if !covered_for_good {
        missing.push(open);
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chapters_without_a_line_are_joined_with_their_neighbours() {
        let count = |chapter, subheadings| ChapterCount {
            chapter,
            subheadings,
            of: 3,
        };
        let chapters = [
            count(1, 0),
            count(2, 0),
            count(3, 1),
            count(76, 0),
            count(78, 0),
            count(79, 3),
        ];
        assert_eq!(without_any(&chapters), "01-02, 76-78");
        assert_eq!(without_any(&chapters[2..3]), "");
    }

    #[test]
    fn a_chapter_of_an_importer_is_counted_by_itself() {
        let book = crate::shipped().unwrap();
        let scope = Scope {
            agreement: Some(Agreement::Rcep),
            importer: Some("AU".parse().unwrap()),
            chapter: Some(61),
        };
        let coverage = Coverage::of(&book, scope);
        let [rcep] = coverage.agreements.as_slice() else {
            panic!("one agreement was asked for");
        };
        assert_eq!(rcep.product_rules[0].rules, 1);
        assert_eq!(rcep.product_rules[0].chapters.len(), 1);
        let [australia] = rcep.importers.as_slice() else {
            panic!("one importer was asked for");
        };
        let schedule = &australia.preferences[0];
        assert_eq!(schedule.table, "au-rcep");
        assert_eq!(schedule.chapters.len(), 1);
        assert_eq!(schedule.subheadings, schedule.of);
        assert_eq!(australia.gaps.len(), 1);
        assert_eq!(australia.gaps[0].kind, GapKind::NoMfn);
        let told = &australia.gaps[0].text;
        assert!(
            told.en.starts_with("MFN duties of Australia (AU)"),
            "{}",
            told.en
        );
        assert!(
            told.zh.starts_with("澳大利亚（AU）的最惠国税率"),
            "{}",
            told.zh
        );
    }
}
