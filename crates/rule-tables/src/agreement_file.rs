//! The terms of one agreement (`<agreement>/agreement.toml`).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use originis_rules_engine::agreement::{
    Agreement, AgreementBook, Articles, CitationId, Dated, DutyBasis, Formalities, ImporterTerm,
    OriginChoiceCodes, PairStanding, Party, Period, ProofTerm, Thresholds, WhollyObtainedGround,
};
use originis_rules_engine::country::Country;
use originis_rules_engine::facts::{ProofType, TransitOperation};
use originis_rules_engine::hs::HsCode;
use originis_rules_engine::quantity::{Amount, Ratio};
use serde::Deserialize;
use toml::Spanned;

use crate::bilingual::Text;
use crate::citations::Citations;
use crate::operations_file::Operations;
use crate::problem::Problem;
use crate::sidecar::{Described, TableSection, describe};
use crate::toml_values::{TomlDate, TomlFile, is_empty, outcome, period, status};

/// The file as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AgreementFile {
    table: TableSection,
    /// The calendar year that is year 1 of the tariff commitments.
    first_year: Option<i16>,
    /// Citation texts by the key that rows refer to them with.
    citations: BTreeMap<Spanned<String>, Spanned<String>>,
    articles: BTreeMap<Spanned<String>, Spanned<String>>,
    party: Vec<PartyRow>,
    #[serde(default)]
    pair: Vec<PairRow>,
    #[serde(default)]
    least_developed: Vec<LeastDevelopedRow>,
    #[serde(default)]
    threshold: Vec<ThresholdRow>,
    ground: Vec<GroundRow>,
    minimal_operations: MinimalOperationsRow,
    transit: TransitRow,
    #[serde(default)]
    proof: Vec<ProofRow>,
    #[serde(default)]
    limit: Vec<LimitRow>,
    #[serde(default)]
    allowance: Vec<AllowanceRow>,
    back_to_back: Option<BackToBackRow>,
    #[serde(default)]
    duty_basis: Vec<DutyBasisRow>,
    #[serde(default)]
    origin_choice: Vec<OriginChoiceRow>,
}

/// Notes are for the people who maintain the table.
type Note = Option<String>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PartyRow {
    country: Spanned<String>,
    #[serde(default = "january")]
    year_starts_in_month: Spanned<u8>,
    #[serde(default)]
    tariff_differentials: bool,
    from: Option<TomlDate>,
    to: Option<TomlDate>,
    cite: Spanned<String>,
    status: Spanned<String>,
    #[serde(rename = "note")]
    _note: Note,
}

fn january() -> Spanned<u8> {
    Spanned::new(0..0, 1)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PairRow {
    first: Spanned<String>,
    second: Spanned<String>,
    outcome: Spanned<String>,
    from: Option<TomlDate>,
    to: Option<TomlDate>,
    cite: Spanned<String>,
    status: Spanned<String>,
    #[serde(rename = "note")]
    _note: Note,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LeastDevelopedRow {
    country: Spanned<String>,
    outcome: Spanned<String>,
    from: Option<TomlDate>,
    to: Option<TomlDate>,
    cite: Spanned<String>,
    status: Spanned<String>,
    #[serde(rename = "note")]
    _note: Note,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ThresholdRow {
    name: Spanned<String>,
    percent: Option<u8>,
    months: Option<u8>,
    usd: Option<Spanned<String>>,
    chapters: Option<(u8, u8)>,
    from: Option<TomlDate>,
    to: Option<TomlDate>,
    cite: Spanned<String>,
    status: Spanned<String>,
    #[serde(rename = "note")]
    _note: Note,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GroundRow {
    letter: Spanned<String>,
    cite: Spanned<String>,
    #[serde(default)]
    covers: Vec<Spanned<String>>,
    #[serde(default)]
    derived: bool,
    #[serde(rename = "note")]
    _note: Note,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MinimalOperationsRow {
    status: Spanned<String>,
    #[serde(rename = "note")]
    _note: Note,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TransitRow {
    operations: Vec<Spanned<String>>,
    cite: Spanned<String>,
    #[serde(rename = "note")]
    _note: Note,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProofRow {
    proof: Spanned<String>,
    exporter: Option<Spanned<String>>,
    importer: Option<Spanned<String>>,
    outcome: Spanned<String>,
    from: Option<TomlDate>,
    to: Option<TomlDate>,
    cite: Spanned<String>,
    status: Spanned<String>,
    #[serde(rename = "note")]
    _note: Note,
}

/// A limit of time for a proof of origin or for records.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitRow {
    name: Spanned<String>,
    value: u8,
    from: Option<TomlDate>,
    to: Option<TomlDate>,
    cite: Spanned<String>,
    status: Spanned<String>,
    #[serde(rename = "note")]
    _note: Note,
}

/// Whether something is allowed about proofs of origin.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AllowanceRow {
    name: Spanned<String>,
    importer: Option<Spanned<String>>,
    outcome: Spanned<String>,
    from: Option<TomlDate>,
    to: Option<TomlDate>,
    cite: Spanned<String>,
    status: Spanned<String>,
    #[serde(rename = "note")]
    _note: Note,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BackToBackRow {
    operations: Vec<String>,
    cite: Spanned<String>,
    #[serde(rename = "note")]
    _note: Note,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DutyBasisRow {
    importer: Option<Spanned<String>>,
    basis: Spanned<String>,
    from: Option<TomlDate>,
    to: Option<TomlDate>,
    cite: Spanned<String>,
    status: Spanned<String>,
    #[serde(rename = "note")]
    _note: Note,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OriginChoiceRow {
    importer: Option<Spanned<String>>,
    mark: String,
    numeric: String,
    letters: String,
    from: Option<TomlDate>,
    to: Option<TomlDate>,
    cite: Spanned<String>,
    status: Spanned<String>,
    #[serde(rename = "note")]
    _note: Note,
}

/// One agreement as read, before its other tables are added.
#[derive(Debug)]
pub struct AgreementTerms {
    /// The terms; product rules and appendices are still empty.
    pub book: AgreementBook,
    /// The table for people to read.
    pub described: Described,
    /// The calendar year that is year 1 of the tariff commitments.
    pub first_year: Option<i16>,
}

/// Reads the terms of an agreement. `None` when nothing usable could be read.
pub fn read(
    file: &str,
    text: &str,
    operations: &Operations,
    citations: &mut Citations,
    problems: &mut Vec<Problem>,
) -> Option<AgreementTerms> {
    let (toml, rows) = match TomlFile::read::<AgreementFile>(file, text) {
        Ok(read) => read,
        Err(problem) => {
            problems.push(problem);
            return None;
        }
    };
    let described = describe(file, &toml, &rows.table, problems)?;
    let Some(agreement) = described.info.agreement else {
        problems.push(
            Problem::in_file(
                file,
                Text::new(
                    "the table names no agreement: add agreement = \"RCEP\"",
                    "该表未写明协定：请添加 agreement = \"RCEP\"",
                ),
            )
            .at_column("agreement"),
        );
        return None;
    };
    let mut reader = Reader {
        toml,
        cited: BTreeSet::new(),
        texts: &rows.citations,
        citations,
        problems,
    };
    let parties = reader.parties(&rows);
    let members: Vec<Country> = parties.iter().map(|party| party.country).collect();
    let book = AgreementBook {
        agreement,
        pairs: reader.pairs(&rows.pair, &members).into(),
        parties: parties.into(),
        product_rules: Vec::new(),
        grounds: reader.grounds(&rows.ground),
        minimal_operations: operations
            .listed
            .iter()
            .filter(|(listed_by, _, _)| *listed_by == agreement)
            .map(|(_, operation, citation)| (*operation, *citation))
            .collect(),
        minimal_operations_status: reader.toml.read_with(
            "minimal_operations.status",
            &rows.minimal_operations.status,
            status,
            reader.problems,
        )?,
        transit_operations: reader.transit(&rows.transit),
        proofs: reader.proofs(&rows.proof, &members),
        thresholds: reader.thresholds(&rows.threshold),
        formalities: reader.formalities(&rows, &members),
        articles: reader.articles(&rows.articles)?,
        appendices: Vec::new(),
    };
    reader.report_unused_citations();
    Some(AgreementTerms {
        book,
        described,
        first_year: rows.first_year,
    })
}

struct Reader<'a, 'p> {
    toml: TomlFile<'a>,
    cited: BTreeSet<String>,
    texts: &'p BTreeMap<Spanned<String>, Spanned<String>>,
    citations: &'p mut Citations,
    problems: &'p mut Vec<Problem>,
}

impl Reader<'_, '_> {
    /// The citation behind a key of the file.
    fn cite(&mut self, key: &Spanned<String>) -> Option<CitationId> {
        let text = self
            .texts
            .iter()
            .find(|(known, _)| known.get_ref() == key.get_ref())
            .map(|(_, text)| text.get_ref());
        let Some(text) = text else {
            self.problems.push(self.toml.problem(
                "cite",
                key,
                Text::new(
                    format!(
                        "`{}` is not a citation of this file: add it under [citations]",
                        key.get_ref()
                    ),
                    format!(
                        "`{}` 不是本文件中的引用依据：请添加到 [citations]",
                        key.get_ref()
                    ),
                ),
            ));
            return None;
        };
        self.cited.insert(key.get_ref().clone());
        Some(self.citations.number(text))
    }

    fn report_unused_citations(&mut self) {
        for key in self.texts.keys() {
            if !self.cited.contains(key.get_ref()) {
                self.problems.push(self.toml.problem(
                    "citations",
                    key,
                    Text::new(
                        format!(
                            "no row refers to the citation `{}`: cite it or remove it",
                            key.get_ref()
                        ),
                        format!("没有任何行引用依据 `{}`：请引用或删去", key.get_ref()),
                    ),
                ));
            }
        }
    }

    /// A value with its dates, source and certainty.
    fn dated<T>(
        &mut self,
        value: T,
        (from, to): (Option<TomlDate>, Option<TomlDate>),
        cite: &Spanned<String>,
        sure: &Spanned<String>,
    ) -> Option<Dated<T>> {
        let days = period(from, to);
        if is_empty(days) {
            self.problems.push(self.toml.problem(
                "to",
                cite,
                Text::new(
                    "the row ends before it begins, so it can never apply: correct `from` or `to`",
                    "该行的截止日期早于起始日期，不会适用：请更正 `from` 或 `to`",
                ),
            ));
        }
        let status = self.toml.read_with("status", sure, status, self.problems);
        let citation = self.cite(cite);
        Some(Dated {
            value,
            period: days,
            citation: citation?,
            status: status?,
        })
    }

    /// Reports rows for the same subject whose days overlap.
    fn refuse_overlaps<K: PartialEq + Debug>(
        &mut self,
        key: &str,
        rows: &[(K, Period, &Spanned<String>)],
    ) {
        for (index, (subject, days, at)) in rows.iter().enumerate() {
            let earlier = rows
                .iter()
                .take(index)
                .any(|(other, other_days, _)| other == subject && days.overlaps(other_days));
            if earlier {
                self.problems.push(self.toml.problem(
                    key,
                    at,
                    Text::new("an earlier row says something about the same days: end one row before the other begins", "前面已有一行涉及相同日期：请使一行在另一行开始之前结束"),
                ));
            }
        }
    }

    fn country(&mut self, key: &str, text: &Spanned<String>) -> Option<Country> {
        self.toml.parse(key, text, self.problems)
    }

    fn member(
        &mut self,
        key: &str,
        text: &Spanned<String>,
        members: &[Country],
    ) -> Option<Country> {
        let country = self.country(key, text)?;
        if !members.contains(&country) {
            self.problems.push(self.toml.problem(
                key,
                text,
                Text::new(format!("{country} is not among the parties of this file: add it or correct the code"), format!("{country} 不在本文件所列缔约方之中：请补充，或更正代码")),
            ));
            return None;
        }
        Some(country)
    }

    /// `Some(None)` for a row that names no Party and so holds for every one.
    #[expect(
        clippy::option_option,
        reason = "a wrong code and a row for every Party are different things"
    )]
    fn member_or_every(
        &mut self,
        key: &str,
        text: Option<&Spanned<String>>,
        members: &[Country],
    ) -> Option<Option<Country>> {
        match text {
            Some(text) => self.member(key, text, members).map(Some),
            None => Some(None),
        }
    }

    fn parties(&mut self, rows: &AgreementFile) -> Vec<Party> {
        let mut parties: Vec<Party> = Vec::new();
        for row in &rows.party {
            let month = *row.year_starts_in_month.get_ref();
            if !(1..=12).contains(&month) {
                self.problems.push(self.toml.problem(
                    "year_starts_in_month",
                    &row.year_starts_in_month,
                    Text::new(
                        format!("{month} is not a month: expected 1 to 12"),
                        format!("{month} 不是月份：应为 1 至 12"),
                    ),
                ));
            }
            let membership = self.dated((), (row.from, row.to), &row.cite, &row.status);
            let country = self.country("country", &row.country);
            let (Some(country), Some(membership)) = (country, membership) else {
                continue;
            };
            if parties.iter().any(|known| known.country == country) {
                self.problems.push(self.toml.problem(
                    "country",
                    &row.country,
                    Text::new(
                        format!("{country} is listed twice: join the rows"),
                        format!("{country} 重复列出：请合并两行"),
                    ),
                ));
                continue;
            }
            parties.push(Party {
                country,
                membership,
                year_starts_in_month: month,
                tariff_differentials: row.tariff_differentials,
                least_developed: Vec::new(),
            });
        }
        self.least_developed(&rows.least_developed, &mut parties);
        parties
    }

    fn least_developed(&mut self, rows: &[LeastDevelopedRow], parties: &mut [Party]) {
        let mut seen = Vec::new();
        for row in rows {
            let standing = self
                .toml
                .read_with("outcome", &row.outcome, outcome, self.problems);
            let country = self.country("country", &row.country);
            let (Some(standing), Some(country)) = (standing, country) else {
                continue;
            };
            let Some(dated) = self.dated(standing, (row.from, row.to), &row.cite, &row.status)
            else {
                continue;
            };
            seen.push((country, dated.period, &row.country));
            match parties.iter_mut().find(|party| party.country == country) {
                Some(party) => party.least_developed.push(dated),
                None => self.problems.push(self.toml.problem(
                    "country",
                    &row.country,
                    Text::new(format!("{country} is not among the parties of this file: add it or correct the code"), format!("{country} 不在本文件所列缔约方之中：请补充，或更正代码")),
                )),
            }
        }
        self.refuse_overlaps("country", &seen);
    }

    fn pairs(&mut self, rows: &[PairRow], members: &[Country]) -> Vec<PairStanding> {
        let mut pairs = Vec::new();
        let mut seen = Vec::new();
        for row in rows {
            let first = self.member("first", &row.first, members);
            let second = self.member("second", &row.second, members);
            let standing = self
                .toml
                .read_with("outcome", &row.outcome, outcome, self.problems);
            let (Some(first), Some(second), Some(standing)) = (first, second, standing) else {
                continue;
            };
            let Some(standing) = self.dated(standing, (row.from, row.to), &row.cite, &row.status)
            else {
                continue;
            };
            seen.push((
                (first.min(second), first.max(second)),
                standing.period,
                &row.first,
            ));
            pairs.push(PairStanding {
                first,
                second,
                standing,
            });
        }
        self.refuse_overlaps("first", &seen);
        pairs
    }

    fn grounds(&mut self, rows: &[GroundRow]) -> Vec<WhollyObtainedGround> {
        let mut grounds: Vec<WhollyObtainedGround> = Vec::new();
        for row in rows {
            let mut letters = row.letter.get_ref().chars();
            let letter = match (letters.next(), letters.next()) {
                (Some(letter), None) if letter.is_ascii_lowercase() => letter,
                _ => {
                    self.problems.push(self.toml.problem(
                        "letter",
                        &row.letter,
                        Text::new(
                            format!("`{}` is not one lowercase letter", row.letter.get_ref()),
                            format!("`{}` 不是一个小写字母", row.letter.get_ref()),
                        ),
                    ));
                    continue;
                }
            };
            if grounds.iter().any(|known| known.letter == letter) {
                self.problems.push(self.toml.problem(
                    "letter",
                    &row.letter,
                    Text::new(
                        format!("ground ({letter}) is listed twice: join the rows"),
                        format!("完全获得的理由 ({letter}) 重复列出：请合并两行"),
                    ),
                ));
            }
            let covers = row
                .covers
                .iter()
                .filter_map(|code| self.toml.parse::<HsCode>("covers", code, self.problems))
                .collect();
            if let Some(citation) = self.cite(&row.cite) {
                grounds.push(WhollyObtainedGround {
                    letter,
                    citation,
                    covers,
                    derived: row.derived,
                });
            }
        }
        grounds
    }

    fn transit(&mut self, row: &TransitRow) -> Vec<TransitOperation> {
        self.cite(&row.cite);
        row.operations
            .iter()
            .filter_map(|word| {
                self.toml
                    .read_with("transit.operations", word, transit_operation, self.problems)
            })
            .collect()
    }

    fn proofs(&mut self, rows: &[ProofRow], members: &[Country]) -> Vec<ProofTerm> {
        let mut proofs = Vec::new();
        let mut seen = Vec::new();
        for row in rows {
            let proof = self
                .toml
                .read_with("proof", &row.proof, proof_type, self.problems);
            let usable = self
                .toml
                .read_with("outcome", &row.outcome, outcome, self.problems);
            let exporter = self.member_or_every("exporter", row.exporter.as_ref(), members);
            let importer = self.member_or_every("importer", row.importer.as_ref(), members);
            let (Some(proof), Some(usable), Some(exporter), Some(importer)) =
                (proof, usable, exporter, importer)
            else {
                continue;
            };
            let Some(usable) = self.dated(usable, (row.from, row.to), &row.cite, &row.status)
            else {
                continue;
            };
            seen.push(((proof, exporter, importer), usable.period, &row.proof));
            proofs.push(ProofTerm {
                exporter,
                importer,
                proof,
                usable,
            });
        }
        self.refuse_overlaps("proof", &seen);
        proofs
    }

    fn thresholds(&mut self, rows: &[ThresholdRow]) -> Thresholds {
        let mut thresholds = Thresholds::default();
        let mut seen = Vec::new();
        for row in rows {
            seen.push((
                row.name.get_ref().clone(),
                period(row.from, row.to),
                &row.name,
            ));
            let wrong_unit = |expected: Text| {
                let name = row.name.get_ref();
                self.toml.problem(
                    "name",
                    &row.name,
                    Text::new(
                        format!("`{name}` is stated in {}", expected.en),
                        format!("`{name}` 应以 {} 表示", expected.zh),
                    ),
                )
            };
            let days = (row.from, row.to);
            match row.name.get_ref().as_str() {
                "proof_validity_months" => {
                    let Some(months) = row.months else {
                        self.problems
                            .push(wrong_unit(Text::new("`months`", "`months`")));
                        continue;
                    };
                    let dated = self.dated(months, days, &row.cite, &row.status);
                    thresholds.proof_validity_months.extend(dated);
                }
                "proof_waiver_usd" => {
                    let Some(text) = &row.usd else {
                        self.problems.push(wrong_unit(Text::new(
                            "`usd`, as a string",
                            "`usd`（字符串）",
                        )));
                        continue;
                    };
                    let Some(amount) = self.toml.parse::<Amount>("usd", text, self.problems) else {
                        continue;
                    };
                    let dated = self.dated(amount, days, &row.cite, &row.status);
                    thresholds.proof_waiver_usd.extend(dated);
                }
                name => {
                    let Some(percent) = row.percent.filter(|percent| *percent <= 100) else {
                        self.problems.push(wrong_unit(Text::new(
                            "`percent`, from 0 to 100",
                            "`percent`（0 至 100）",
                        )));
                        continue;
                    };
                    let Some(rows) = ratios(&mut thresholds, name) else {
                        self.problems.push(self.toml.problem(
                            "name",
                            &row.name,
                            Text::new(format!("`{name}` is not a threshold: expected {}, proof_validity_months or proof_waiver_usd", RATIO_NAMES.join(", ")), format!("`{name}` 不是限额名称：应为 {}、proof_validity_months 或 proof_waiver_usd", RATIO_NAMES.join("、"))),
                        ));
                        continue;
                    };
                    rows.extend(self.dated(Ratio::percent(percent), days, &row.cite, &row.status));
                    if name == "de_minimis_weight" {
                        match row.chapters {
                            Some((first, last)) if first <= last => {
                                thresholds.de_minimis_weight_chapters = row.chapters;
                            }
                            _ => self.problems.push(self.toml.problem(
                                "name",
                                &row.name,
                                Text::new("a tolerance by weight names its chapters: add chapters = [50, 63]", "按重量计算的微小含量须写明适用的章：请添加 chapters = [50, 63]"),
                            )),
                        }
                    }
                }
            }
        }
        self.refuse_overlaps("name", &seen);
        thresholds
    }

    fn formalities(&mut self, rows: &AgreementFile, members: &[Country]) -> Formalities {
        let mut formalities = Formalities::default();
        self.limits(&rows.limit, &mut formalities);
        self.allowances(&rows.allowance, members, &mut formalities);
        if let Some(row) = &rows.back_to_back {
            self.cite(&row.cite);
            formalities
                .back_to_back_operations
                .clone_from(&row.operations);
        }
        let mut seen = Vec::new();
        for row in &rows.duty_basis {
            let basis = self
                .toml
                .read_with("basis", &row.basis, duty_basis, self.problems);
            let importer = self.member_or_every("importer", row.importer.as_ref(), members);
            let (Some(basis), Some(importer)) = (basis, importer) else {
                continue;
            };
            if let Some(term) = self.dated(basis, (row.from, row.to), &row.cite, &row.status) {
                seen.push((importer, term.period, &row.basis));
                formalities.duty_basis.push(ImporterTerm { importer, term });
            }
        }
        self.refuse_overlaps("basis", &seen);
        let mut seen = Vec::new();
        for row in &rows.origin_choice {
            let Some(importer) = self.member_or_every("importer", row.importer.as_ref(), members)
            else {
                continue;
            };
            let codes = OriginChoiceCodes {
                mark: row.mark.clone(),
                numeric: row.numeric.clone(),
                letters: row.letters.clone(),
            };
            if let Some(term) = self.dated(codes, (row.from, row.to), &row.cite, &row.status) {
                seen.push(((importer, row.mark.clone()), term.period, &row.cite));
                formalities
                    .origin_choice_codes
                    .push(ImporterTerm { importer, term });
            }
        }
        self.refuse_overlaps("mark", &seen);
        formalities
    }

    fn limits(&mut self, rows: &[LimitRow], formalities: &mut Formalities) {
        let mut seen = Vec::new();
        for row in rows {
            let Some(dated) = self.dated(row.value, (row.from, row.to), &row.cite, &row.status)
            else {
                continue;
            };
            seen.push((row.name.get_ref().clone(), dated.period, &row.name));
            match row.name.get_ref().as_str() {
                "late_issue_months" => formalities.late_issue_months.push(dated),
                "certified_copy_months" => formalities.certified_copy_months.push(dated),
                "issue_working_days" => formalities.issue_working_days.push(dated),
                "record_years" => formalities.record_years.push(dated),
                other => self.problems.push(self.toml.problem(
                    "name",
                    &row.name,
                    Text::new(format!("`{other}` is not a limit: expected late_issue_months, certified_copy_months, issue_working_days or record_years"), format!("`{other}` 不是期限名称：应为 late_issue_months、certified_copy_months、issue_working_days 或 record_years")),
                )),
            }
        }
        self.refuse_overlaps("name", &seen);
    }

    fn allowances(
        &mut self,
        rows: &[AllowanceRow],
        members: &[Country],
        formalities: &mut Formalities,
    ) {
        let mut seen = Vec::new();
        for row in rows {
            let allowed = self
                .toml
                .read_with("outcome", &row.outcome, outcome, self.problems);
            let importer = self.member_or_every("importer", row.importer.as_ref(), members);
            let (Some(allowed), Some(importer)) = (allowed, importer) else {
                continue;
            };
            let Some(term) = self.dated(allowed, (row.from, row.to), &row.cite, &row.status) else {
                continue;
            };
            let name = row.name.get_ref().as_str();
            seen.push(((name, importer), term.period, &row.name));
            match (name, importer) {
                ("late_issue", None) => formalities.late_issue.push(term),
                ("back_to_back", None) => formalities.back_to_back.push(term),
                ("third_party_invoice", importer) => formalities
                    .third_party_invoice
                    .push(ImporterTerm { importer, term }),
                _ => self.problems.push(self.toml.problem(
                    "name",
                    &row.name,
                    Text::new(format!("`{name}` is not an allowance: expected late_issue or back_to_back without importer, or third_party_invoice"), format!("`{name}` 不是许可事项名称：应为不写 importer 的 late_issue 或 back_to_back，或 third_party_invoice")),
                )),
            }
        }
        self.refuse_overlaps("name", &seen);
    }

    fn articles(&mut self, rows: &BTreeMap<Spanned<String>, Spanned<String>>) -> Option<Articles> {
        let mut numbers: BTreeMap<&str, CitationId> = BTreeMap::new();
        for (test, key) in rows {
            if !ARTICLE_NAMES.contains(&test.get_ref().as_str()) {
                self.problems.push(self.toml.problem(
                    "articles",
                    test,
                    Text::new(
                        format!(
                            "`{}` is not a legal test: expected one of {}",
                            test.get_ref(),
                            ARTICLE_NAMES.join(", ")
                        ),
                        format!(
                            "`{}` 不是法律检验项目：应为 {} 之一",
                            test.get_ref(),
                            ARTICLE_NAMES.join("、")
                        ),
                    ),
                ));
            }
            if let Some(number) = self.cite(key) {
                numbers.insert(test.get_ref(), number);
            }
        }
        let absent: Vec<&str> = ARTICLE_NAMES
            .into_iter()
            .filter(|name| !rows.keys().any(|key| key.get_ref() == name))
            .collect();
        if !absent.is_empty() {
            self.problems.push(self.toml.in_file(Text::new(
                format!(
                    "[articles] does not cite {}: add a line for each",
                    absent.join(", ")
                ),
                format!(
                    "[articles] 缺少 {} 的引用依据：请各添加一行",
                    absent.join("、")
                ),
            )));
        }
        let number = |name: &str| numbers.get(name).copied();
        Some(Articles {
            party_in_force: number("party_in_force")?,
            wholly_obtained: number("wholly_obtained")?,
            exclusively_originating: number("exclusively_originating")?,
            product_rule: number("product_rule")?,
            tariff_shift: number("tariff_shift")?,
            value_content: number("value_content")?,
            chemical_reaction: number("chemical_reaction")?,
            proviso: number("proviso")?,
            undetermined_origin: number("undetermined_origin")?,
            cumulation: number("cumulation")?,
            de_minimis: number("de_minimis")?,
            minimal_operations: number("minimal_operations")?,
            packing: number("packing")?,
            accessories: number("accessories")?,
            indirect_materials: number("indirect_materials")?,
            intermediate_goods: number("intermediate_goods")?,
            final_process: number("final_process")?,
            direct_consignment: number("direct_consignment")?,
            proof: number("proof")?,
            waiver: number("waiver")?,
            country_of_origin: number("country_of_origin")?,
            concession: number("concession")?,
            hs_edition: number("hs_edition")?,
            least_developed: number("least_developed")?,
        })
    }
}

const ARTICLE_NAMES: [&str; 24] = [
    "party_in_force",
    "wholly_obtained",
    "exclusively_originating",
    "product_rule",
    "tariff_shift",
    "value_content",
    "chemical_reaction",
    "proviso",
    "undetermined_origin",
    "cumulation",
    "de_minimis",
    "minimal_operations",
    "packing",
    "accessories",
    "indirect_materials",
    "intermediate_goods",
    "final_process",
    "direct_consignment",
    "proof",
    "waiver",
    "country_of_origin",
    "concession",
    "hs_edition",
    "least_developed",
];

const RATIO_NAMES: [&str; 7] = [
    "de_minimis_value",
    "de_minimis_weight",
    "non_originating_content",
    "aggregate_content",
    "non_originating_content_least_developed",
    "aggregate_content_least_developed",
    "domestic_value",
];

fn ratios<'a>(thresholds: &'a mut Thresholds, name: &str) -> Option<&'a mut Vec<Dated<Ratio>>> {
    match name {
        "de_minimis_value" => Some(&mut thresholds.de_minimis_value),
        "de_minimis_weight" => Some(&mut thresholds.de_minimis_weight),
        "non_originating_content" => Some(&mut thresholds.non_originating_content),
        "aggregate_content" => Some(&mut thresholds.aggregate_content),
        "non_originating_content_least_developed" => {
            Some(&mut thresholds.non_originating_content_least_developed)
        }
        "aggregate_content_least_developed" => {
            Some(&mut thresholds.aggregate_content_least_developed)
        }
        "domestic_value" => Some(&mut thresholds.domestic_value),
        _ => None,
    }
}

fn transit_operation(text: &str) -> Result<TransitOperation, Text> {
    match text {
        "unloading" => Ok(TransitOperation::Unloading),
        "reloading" => Ok(TransitOperation::Reloading),
        "storing" => Ok(TransitOperation::Storing),
        "preserving" => Ok(TransitOperation::Preserving),
        "transporting" => Ok(TransitOperation::Transporting),
        _ => Err(Text::new(
            format!(
                "`{text}` is not a transit operation: expected unloading, reloading, storing, preserving or transporting"
            ),
            format!(
                "`{text}` 不是中转作业：应为 unloading、reloading、storing、preserving 或 transporting"
            ),
        )),
    }
}

fn proof_type(text: &str) -> Result<ProofType, Text> {
    match text {
        "certificate" => Ok(ProofType::Certificate),
        "approved_exporter" => Ok(ProofType::ApprovedExporter),
        "exporter_declaration" => Ok(ProofType::ExporterDeclaration),
        "importer_declaration" => Ok(ProofType::ImporterDeclaration),
        "back_to_back" => Ok(ProofType::BackToBack),
        _ => Err(Text::new(
            format!(
                "`{text}` is not a proof: expected certificate, approved_exporter, exporter_declaration, importer_declaration or back_to_back"
            ),
            format!(
                "`{text}` 不是原产地证明种类：应为 certificate、approved_exporter、exporter_declaration、importer_declaration 或 back_to_back"
            ),
        )),
    }
}

fn duty_basis(text: &str) -> Result<DutyBasis, Text> {
    match text {
        "cif" => Ok(DutyBasis::Cif),
        "fob" => Ok(DutyBasis::Fob),
        _ => Err(Text::new(
            format!("`{text}` is not a duty basis: expected cif or fob"),
            format!("`{text}` 不是计征基础：应为 cif 或 fob"),
        )),
    }
}

/// The agreement a folder name under `rules/` stands for.
pub fn agreement_of_folder(folder: &str) -> Option<Agreement> {
    Agreement::ALL.into_iter().find(|agreement| {
        agreement.name().eq_ignore_ascii_case(folder) && folder == folder.to_ascii_lowercase()
    })
}
