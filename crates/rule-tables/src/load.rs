//! Table files to [`RuleBook`]: every problem of every file is reported.

use originis_rules_engine::agreement::{Agreement, AgreementBook, AppendixTable, ProductRuleTable};
use originis_rules_engine::hs::HsEdition;
use originis_rules_engine::nomenclature::{Correlation, EditionCodes, Nomenclature};
use originis_rules_engine::rulebook::{RuleBook, TableInfo};

use crate::agreement_file::{self, AgreementTerms, agreement_of_folder};
use crate::bilingual::Text;
use crate::citations::Citations;
use crate::concurrent::{self, Placed};
use crate::operations_file::{self, Operations};
use crate::problem::{LoadError, Problem};
use crate::sources::Sources;
use crate::tariff_file::Loaded;
use crate::{appendix_file, nomenclature_file, product_rules_file, sidecar, tariff_file};

/// What a path under the table directory holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Operations,
    Agreement(Agreement),
    ProductRules(Agreement),
    Appendix(Agreement),
    Codes(HsEdition),
    Correlation(HsEdition, HsEdition),
    Tariff,
    Sidecar,
}

/// Tells by its path what a file is.
fn place(path: &str, sources: &Sources) -> Result<Place, Problem> {
    let unknown = || {
        Problem::in_file(
            path,
            Text::new(
                "no table belongs at this path: expected operations.toml, <agreement>/agreement.toml, <agreement>/psr*.csv, <agreement>/sector-rules*.csv, <agreement>/appendix*.csv, nomenclature/hs<year>.csv, nomenclature/hs<year>-hs<year>.csv or tariffs/<id>.csv",
                "此路径不能存放规则表：应为 operations.toml、<协定>/agreement.toml、<协定>/psr*.csv、<协定>/sector-rules*.csv、<协定>/appendix*.csv、nomenclature/hs<年份>.csv、nomenclature/hs<年份>-hs<年份>.csv 或 tariffs/<名称>.csv",
            ),
        )
    };
    if path == "operations.toml" {
        return Ok(Place::Operations);
    }
    let (folder, file) = path.split_once('/').ok_or_else(unknown)?;
    let Some(name) = file.strip_suffix(".csv") else {
        if file == "agreement.toml" {
            return agreement_of_folder(folder)
                .map(Place::Agreement)
                .ok_or_else(unknown);
        }
        let table = path.strip_suffix(".toml").map(|stem| format!("{stem}.csv"));
        return match table.as_deref().and_then(|table| sources.get(table)) {
            Some(_) => Ok(Place::Sidecar),
            None => Err(Problem::in_file(
                path,
                Text::new(
                    "the sidecar describes no table: add the .csv file of the same name, or remove it",
                    "说明文件没有对应的表：请添加同名的 .csv 文件，或移除该说明文件",
                ),
            )),
        };
    };
    if sources.get(&sidecar_path(path)).is_none() {
        return Err(Problem::in_file(
            path,
            Text::new(
                "the table has no sidecar: add a .toml file of the same name that states its source, date, edition, licence, coverage and status",
                "该表没有说明文件：请添加同名的 .toml 文件，写明来源、日期、HS 版本、许可、覆盖范围和状态",
            ),
        ));
    }
    match (folder, agreement_of_folder(folder)) {
        ("tariffs", _) if !name.contains('/') => Ok(Place::Tariff),
        ("nomenclature", _) => {
            let edition = |part: &str| part.strip_prefix("hs")?.parse::<HsEdition>().ok();
            match name.split_once('-') {
                None => edition(name).map(Place::Codes).ok_or_else(unknown),
                Some((older, newer)) => match (edition(older), edition(newer)) {
                    (Some(older), Some(newer)) if older < newer => {
                        Ok(Place::Correlation(older, newer))
                    }
                    _ => Err(unknown()),
                },
            }
        }
        (_, Some(agreement)) if name.starts_with("psr") || name.starts_with("sector-rules") => {
            Ok(Place::ProductRules(agreement))
        }
        (_, Some(agreement)) if name.starts_with("appendix") => Ok(Place::Appendix(agreement)),
        _ => Err(unknown()),
    }
}

/// The path of the sidecar of a table.
pub fn sidecar_path(path: &str) -> String {
    format!("{}.toml", path.strip_suffix(".csv").unwrap_or(path))
}

/// Reads and checks every table.
///
/// # Errors
/// Every problem of every file.
pub fn load(sources: &Sources) -> Result<RuleBook, LoadError> {
    let mut loader = Loader {
        sources,
        citations: Citations::default(),
        problems: Vec::new(),
        tables: Vec::new(),
    };
    let book = loader.book();
    let problems = loader.problems;
    match book {
        Some(book) if problems.is_empty() => Ok(book),
        _ => Err(LoadError::new(problems)),
    }
}

struct Loader<'a> {
    sources: &'a Sources,
    citations: Citations,
    problems: Vec<Problem>,
    tables: Vec<TableInfo>,
}

impl<'a> Loader<'a> {
    fn book(&mut self) -> Option<RuleBook> {
        let sources = self.sources;
        let mut places: Vec<(&'a str, &'a str, Place)> = Vec::new();
        for (path, text) in sources.iter() {
            match place(path, sources) {
                Ok(place) => places.push((path, text, place)),
                Err(problem) => self.problems.push(problem),
            }
        }
        let nomenclature = self.nomenclature(&places);
        let operations = self.operations(&places);
        let mut agreements = self.agreements(&places, &operations);
        for terms in &mut agreements {
            self.complete(terms, &places, &nomenclature);
        }
        self.report_orphans(&places, &agreements);
        let agreements: Vec<AgreementBook> =
            agreements.into_iter().map(|terms| terms.book).collect();
        let mut tariffs = Vec::new();
        for (path, text, place) in &places {
            if *place == Place::Tariff {
                tariffs.extend(self.tariff(path, text, &nomenclature));
            }
        }
        concurrent::unreachable_columns(&tariffs, &agreements, &mut self.problems);
        let tariffs = tariff_file::arrange(tariffs, &mut self.problems);
        let as_of = self.tables.iter().map(|table| table.as_of).max();
        if as_of.is_none() {
            self.problems.push(Problem::in_file(
                "agreement.toml",
                Text::new(
                    "no table could be read: a table directory holds at least one agreement",
                    "没有可读取的表：规则表目录中至少应有一个协定",
                ),
            ));
        }
        self.tables
            .sort_by(|left, right| left.path.cmp(&right.path));
        Some(RuleBook {
            fingerprint: sources.fingerprint(),
            as_of: as_of?,
            nomenclature,
            agreements,
            tariffs,
            operations: operations.words,
            tables: std::mem::take(&mut self.tables),
            citations: std::mem::take(&mut self.citations).into_texts(),
        })
    }

    /// Adds the product rules and appendices of an agreement to its terms.
    fn complete(
        &mut self,
        terms: &mut AgreementTerms,
        places: &[(&'a str, &'a str, Place)],
        nomenclature: &Nomenclature,
    ) {
        let agreement = terms.book.agreement;
        let mut rules = Vec::new();
        let mut appendices = Vec::new();
        for (path, text, place) in places {
            if *place == Place::ProductRules(agreement) {
                rules.extend(self.product_rules(path, text, agreement, nomenclature).map(
                    |table| Placed {
                        sidecar: sidecar_path(path),
                        table,
                    },
                ));
            } else if *place == Place::Appendix(agreement) {
                let tables = self.appendix(path, text, terms, nomenclature);
                appendices.extend(tables.into_iter().map(|table| Placed {
                    sidecar: sidecar_path(path),
                    table,
                }));
            }
        }
        concurrent::product_rules(&rules, &mut self.problems);
        concurrent::appendices(&appendices, &mut self.problems);
        rules.sort_by_key(|placed| placed.table.period.from);
        terms.book.product_rules = rules.into_iter().map(|placed| placed.table).collect();
        terms.book.appendices = appendices.into_iter().map(|placed| placed.table).collect();
    }

    /// Tables of an agreement whose terms are not loaded.
    fn report_orphans(
        &mut self,
        places: &[(&'a str, &'a str, Place)],
        agreements: &[AgreementTerms],
    ) {
        for (path, _, place) in places {
            let (Place::ProductRules(agreement) | Place::Appendix(agreement)) = place else {
                continue;
            };
            let known = |terms: &AgreementTerms| terms.book.agreement == *agreement;
            if !agreements.iter().any(known) {
                self.problems.push(Problem::in_file(
                    *path,
                    Text::new(format!("the terms of {agreement} are not loaded: add agreement.toml beside the table"), format!("{agreement} 的协定条款未载入：请在该表旁添加 agreement.toml")),
                ));
            }
        }
    }

    fn sidecar(&mut self, path: &str) -> Option<sidecar::Described> {
        let file = sidecar_path(path);
        let text = self.sources.get(&file)?;
        sidecar::read(path, &file, text, &mut self.problems)
    }

    /// Notes a table with its number of rows.
    fn note(&mut self, mut info: TableInfo, rows: usize) {
        info.rows = rows;
        self.tables.push(info);
    }

    /// The code list the sidecar names the edition of.
    fn edition_of<'n>(
        &mut self,
        info: &TableInfo,
        nomenclature: &'n Nomenclature,
    ) -> Option<&'n EditionCodes> {
        let found = info
            .edition
            .and_then(|edition| nomenclature.edition(edition));
        if found.is_none() {
            let message = match info.edition {
                None => Text::new(
                    "the table has codes but its sidecar names no HS edition: add edition = \"2022\"",
                    "该表含有编码，但说明文件未写明 HS 版本：请添加 edition = \"2022\"",
                ),
                Some(edition) => Text::new(
                    format!(
                        "the code list of HS {edition} is not loaded: add nomenclature/hs{edition}.csv"
                    ),
                    format!("HS {edition} 的编码表未载入：请添加 nomenclature/hs{edition}.csv"),
                ),
            };
            self.problems
                .push(Problem::in_file(sidecar_path(&info.path), message).at_column("edition"));
        }
        found
    }

    fn nomenclature(&mut self, places: &[(&'a str, &'a str, Place)]) -> Nomenclature {
        let mut editions: Vec<EditionCodes> = Vec::new();
        for (path, text, place) in places {
            if let Place::Codes(edition) = place
                && let Some(described) = self.sidecar(path)
            {
                let codes = nomenclature_file::codes(path, *edition, text, &mut self.problems);
                self.note(described.info, codes.codes().len());
                editions.push(codes);
            }
        }
        let mut correlations: Vec<(HsEdition, HsEdition, Correlation)> = Vec::new();
        for (path, text, place) in places {
            if let Place::Correlation(older, newer) = place
                && let Some(described) = self.sidecar(path)
            {
                let list =
                    |wanted: HsEdition| editions.iter().find(|codes| codes.edition() == wanted);
                let table = nomenclature_file::pairs(
                    path,
                    text,
                    list(*older),
                    list(*newer),
                    &mut self.problems,
                );
                self.note(described.info, table.len());
                correlations.push((*older, *newer, table));
            }
        }
        Nomenclature::new(editions, correlations)
    }

    fn operations(&mut self, places: &[(&'a str, &'a str, Place)]) -> Operations {
        places
            .iter()
            .find(|(_, _, place)| *place == Place::Operations)
            .map(|(path, text, _)| {
                operations_file::read(path, text, &mut self.citations, &mut self.problems)
            })
            .unwrap_or_default()
    }

    fn agreements(
        &mut self,
        places: &[(&'a str, &'a str, Place)],
        operations: &Operations,
    ) -> Vec<AgreementTerms> {
        let mut agreements = Vec::new();
        for wanted in Agreement::ALL {
            for (path, text, place) in places {
                if *place != Place::Agreement(wanted) {
                    continue;
                }
                let Some(terms) = agreement_file::read(
                    path,
                    text,
                    operations,
                    &mut self.citations,
                    &mut self.problems,
                ) else {
                    continue;
                };
                if terms.book.agreement != wanted {
                    self.problems.push(
                        Problem::in_file(
                            *path,
                            Text::new(format!("the file states the terms of {}: expected {wanted} in this folder",
                                terms.book.agreement), format!("文件写的是 {} 的条款：此文件夹中应为 {wanted}",
                                terms.book.agreement)),
                        )
                        .at_column("agreement"),
                    );
                    continue;
                }
                self.note(terms.described.info.clone(), terms.book.parties.len());
                agreements.push(terms);
            }
        }
        agreements
    }

    fn product_rules(
        &mut self,
        path: &str,
        text: &str,
        agreement: Agreement,
        nomenclature: &Nomenclature,
    ) -> Option<ProductRuleTable> {
        let file = sidecar_path(path);
        let sidecar = product_rules_file::read_sidecar(
            path,
            &file,
            self.sources.get(&file)?,
            &mut self.problems,
        )?;
        let mut info = sidecar.described.info.clone();
        let edition = self.edition_of(&info, nomenclature)?;
        let table = product_rules_file::read(
            path,
            text,
            &sidecar,
            edition,
            &mut self.citations,
            &mut self.problems,
        );
        info.agreement = Some(agreement);
        self.note(info, table.rules.len());
        Some(table)
    }

    fn appendix(
        &mut self,
        path: &str,
        text: &str,
        terms: &AgreementTerms,
        nomenclature: &Nomenclature,
    ) -> Vec<AppendixTable> {
        let Some(mut described) = self.sidecar(path) else {
            return Vec::new();
        };
        let Some(edition) = self.edition_of(&described.info, nomenclature) else {
            return Vec::new();
        };
        let tables = appendix_file::read(
            path,
            text,
            &described,
            edition,
            terms,
            &mut self.citations,
            &mut self.problems,
        );
        described.info.agreement = Some(terms.book.agreement);
        self.note(
            described.info,
            tables.iter().map(|table| table.lines.len()).sum(),
        );
        tables
    }

    fn tariff(&mut self, path: &str, text: &str, nomenclature: &Nomenclature) -> Option<Loaded> {
        let file = sidecar_path(path);
        let sidecar =
            tariff_file::read_sidecar(path, &file, self.sources.get(&file)?, &mut self.problems)?;
        let info = sidecar.described.info.clone();
        let edition = self.edition_of(&info, nomenclature)?;
        let table = tariff_file::read(
            path,
            text,
            &sidecar,
            edition,
            &mut self.citations,
            &mut self.problems,
        );
        self.note(info, table.lines.len());
        Some(Loaded {
            path: path.to_owned(),
            table,
            supersedes: sidecar.supersedes,
        })
    }
}
