//! A tariff the user has: an official table as CSV or spreadsheet, with a mapping
//! of its columns, becomes a table of the user's own directory and then behaves
//! like a shipped one.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use jiff::civil::Date;
use originis_exchange::{Lang, wording};
use originis_rules_engine::agreement::{Agreement, Period, Status};
use originis_rules_engine::country::Country;
use originis_rules_engine::hs::{HsCode, HsEdition, HsError};
use originis_rules_engine::nomenclature::EditionCodes;
use originis_rules_engine::quantity::Percent;
use originis_rules_engine::rate::{Rate, SpecificRate};
use originis_rules_engine::rulebook::TableInfo;
use originis_rules_engine::tariff::{ColumnKind, Season, TariffColumn};

use super::sheet::{self, Cell};
use super::tariff::TableBuilder;
use crate::bilingual::{self, Text};
use crate::problem::Problem;
use crate::sidecar::Described;
use crate::tariff_file::{self, TariffSidecar};

/// What a column of the user's file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The national code.
    Code,
    /// The days of the year a row is for, `MM-DD..MM-DD`.
    Season,
    /// Whether a row covers only part of its code.
    Conditional,
    /// The preferential rate.
    Rate,
    /// The margin of preference in per cent of the applied duty.
    Margin,
    /// The general most-favoured-nation rate.
    Mfn,
    /// The temporary rate that replaces it.
    Temporary,
    /// The bound rate of the World Trade Organization.
    Wto,
    /// The rate without most-favoured-nation treatment.
    Ordinary,
    /// The base rate of a schedule.
    Base,
}

impl Field {
    /// Every field with its word in a mapping.
    pub const ALL: [(&'static str, Self); 10] = [
        ("code", Self::Code),
        ("season", Self::Season),
        ("conditional", Self::Conditional),
        ("rate", Self::Rate),
        ("margin", Self::Margin),
        ("mfn", Self::Mfn),
        ("temporary", Self::Temporary),
        ("wto", Self::Wto),
        ("ordinary", Self::Ordinary),
        ("base", Self::Base),
    ];

    /// Its word in a mapping.
    pub fn word(self) -> &'static str {
        Self::ALL
            .into_iter()
            .find(|(_, field)| *field == self)
            .map_or("", |(word, _)| word)
    }

    const fn is_duty(self) -> bool {
        !matches!(self, Self::Code | Self::Season | Self::Conditional)
    }
}

/// One column of the user's file and what it holds: `code=税则号列`,
/// `rate=协定税率`, `rate@2026=Year 5`, `rate@2026-04-01..2027-03-31=6年目`. The
/// heading `#3` is the third column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnMap {
    /// What it holds.
    pub field: Field,
    /// The days its rates apply, when they are not those of the table.
    pub period: Period,
    /// The heading in the file.
    pub heading: String,
}

/// The text is not a mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnMapError(String);

impl ColumnMapError {
    /// What is wrong and what to write instead.
    pub fn text(&self) -> Text {
        let text = &self.0;
        let fields = Field::ALL.map(|(word, _)| word);
        Text::new(
            format!(
                "`{text}` is not a mapping: expected FIELD=HEADING, FIELD@YEAR=HEADING or FIELD@FROM..TO=HEADING with FIELD one of {}",
                fields.join(", ")
            ),
            format!(
                "`{text}` 不是列的对应关系：应写作 字段=列名、字段@年份=列名 或 字段@起始日期..截止日期=列名，字段为 {} 之一",
                fields.join("、")
            ),
        )
    }
}

impl fmt::Display for ColumnMapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text().en)
    }
}

impl std::error::Error for ColumnMapError {}

impl FromStr for ColumnMap {
    type Err = ColumnMapError;

    fn from_str(text: &str) -> Result<Self, ColumnMapError> {
        let bad = || ColumnMapError(text.to_owned());
        let (left, heading) = text.split_once('=').ok_or_else(bad)?;
        let (word, days) = match left.split_once('@') {
            Some((word, days)) => (word, Some(days)),
            None => (left, None),
        };
        let field = Field::ALL
            .into_iter()
            .find(|(known, _)| *known == word.trim())
            .map(|(_, field)| field)
            .ok_or_else(bad)?;
        let period = match days {
            None => Period {
                from: None,
                to: None,
            },
            Some(days) => days_of(days.trim()).ok_or_else(bad)?,
        };
        let heading = heading.trim();
        let is_misplaced = days.is_some() && !field.is_duty();
        if heading.is_empty() || is_misplaced {
            return Err(bad());
        }
        Ok(Self {
            field,
            period,
            heading: heading.to_owned(),
        })
    }
}

/// `2026` or `2026-04-01..2027-03-31`; either end may be left out.
fn days_of(text: &str) -> Option<Period> {
    if let Ok(year) = text.parse::<i16>() {
        return Some(Period {
            from: Some(Date::new(year, 1, 1).ok()?),
            to: Some(Date::new(year, 12, 31).ok()?),
        });
    }
    let (from, to) = text.split_once("..")?;
    let day = |text: &str| match text {
        "" => Some(None),
        text => text.parse().ok().map(Some),
    };
    Some(Period {
        from: day(from)?,
        to: day(to)?,
    })
}

/// What a bare number in a rate column means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BareNumbers {
    /// `5` is 5 %.
    Percent,
    /// `0.05` is 5 %.
    Fraction,
    /// Per cent, and a number between 0 and 1 is refused as ambiguous.
    PercentUnlessAmbiguous,
}

/// What the user says about the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserTariff {
    /// The name of the table, such as `cn-2026`.
    pub id: String,
    /// The importing country.
    pub importer: Country,
    /// The edition of the codes.
    pub edition: HsEdition,
    /// The agreement of the preference columns.
    pub agreement: Option<Agreement>,
    /// The countries of origin they are for; empty means every Party.
    pub origins: Vec<Country>,
    /// Who published it and where.
    pub source: String,
    /// Licence or attribution; the source when absent.
    pub attribution: Option<String>,
    /// The day it was published or read.
    pub as_of: Date,
    /// The days it may be used for.
    pub period: Period,
    /// How sure it is. A table of which rows are left out becomes partial.
    pub status: Status,
    /// The columns of the file.
    pub map: Vec<ColumnMap>,
    /// The sheet of a spreadsheet; the first when absent.
    pub sheet: Option<String>,
    /// What bare numbers mean.
    pub numbers: BareNumbers,
    /// Whether cells that are no rate become `depends(?)` instead of leaving the
    /// row out.
    pub keep_unread: bool,
    /// Tables this one takes the place of.
    pub supersedes: Vec<String>,
}

/// A table ready to be written into a directory of the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserTable {
    /// Its name.
    pub id: String,
    /// The rows.
    pub csv: String,
    /// The description.
    pub sidecar: String,
    /// Number of lines.
    pub lines: usize,
    /// How sure it is.
    pub status: Status,
    /// Rows that were left out, and why.
    pub left_out: Vec<Problem>,
    /// Cells that are no rate and were read as `depends(?)`.
    pub read_as_condition: Vec<Problem>,
}

impl UserTable {
    /// Writes the table and its sidecar under `directory`, laid out like `rules/`.
    ///
    /// # Errors
    /// A directory that cannot be written, and a table of this name already there
    /// unless it may be replaced.
    pub fn save(&self, directory: &Path, replace: bool) -> Result<[PathBuf; 2], Problem> {
        let folder = directory.join("tariffs");
        let paths = ["csv", "toml"].map(|kind| folder.join(format!("{}.{kind}", self.id)));
        let fault =
            |path: &Path, message: Text| Problem::in_file(path.display().to_string(), message);
        if let Some(path) = paths.iter().find(|path| !replace && path.exists()) {
            return Err(fault(
                path,
                Text::new(
                    "already exists: choose another name or say that it may be replaced",
                    "已存在：请另取名称，或用 --replace 说明可以替换",
                ),
            ));
        }
        std::fs::create_dir_all(&folder).map_err(|error| {
            let message = bilingual::system(
                &error,
                |said| format!("cannot be created ({said})"),
                |said| format!("无法创建：{said}"),
            );
            fault(&folder, message)
        })?;
        for (path, text) in paths.iter().zip([&self.csv, &self.sidecar]) {
            std::fs::write(path, text).map_err(|error| {
                let message = bilingual::system(
                    &error,
                    |said| format!("cannot be written ({said})"),
                    |said| format!("无法写入：{said}"),
                );
                fault(path, message)
            })?;
        }
        Ok(paths)
    }
}

impl UserTariff {
    /// Reads the user's file.
    ///
    /// # Errors
    /// What is wrong with the description or the heading, or every row when none
    /// can be used.
    pub fn import(
        &self,
        file: &str,
        bytes: &[u8],
        codes: &EditionCodes,
    ) -> Result<UserTable, Vec<Problem>> {
        let mut faults = self.faults(file, codes);
        let columns = self.columns(file, &mut faults);
        if !faults.is_empty() {
            return Err(faults);
        }
        let rows = sheet::read(file, bytes, self.sheet.as_deref()).map_err(|fault| vec![fault])?;
        let (heading, positions) = self.heading(file, &rows).map_err(|fault| vec![fault])?;
        let mut reading = Reading {
            request: self,
            file,
            codes,
            positions: &positions,
            code_length: 0,
            builder: TableBuilder::new(columns.len()),
            left_out: Vec::new(),
            read_as_condition: Vec::new(),
        };
        let rows = rows.get(heading..).unwrap_or_default();
        reading.code_length = reading.longest_code(rows);
        for (row, cells) in rows {
            if let Err(fault) = reading.row(*row, cells) {
                reading.left_out.push(fault.at_row(*row));
            }
        }
        let Reading {
            builder,
            left_out,
            read_as_condition,
            ..
        } = reading;
        self.table(file, columns, builder, left_out, read_as_condition)
    }

    fn table(
        &self,
        file: &str,
        columns: Vec<TariffColumn>,
        builder: TableBuilder,
        left_out: Vec<Problem>,
        read_as_condition: Vec<Problem>,
    ) -> Result<UserTable, Vec<Problem>> {
        // A row that is left out must not read as a line without concession.
        let status = if left_out.is_empty() {
            self.status
        } else {
            Status::Partial
        };
        let mut info = self.info(status);
        let sidecar = TariffSidecar {
            importer: self.importer,
            edition: self.edition,
            described: Described {
                info: info.clone(),
                citation: self.source.clone(),
            },
            columns,
            supersedes: self.supersedes.clone(),
        };
        let imported = super::tariff::imported(builder, &sidecar, left_out);
        if imported.lines == 0 {
            let mut faults = imported.left_out;
            faults.push(Problem::in_file(
                file,
                Text::new(
                    "no row could be used: check the mapping of the columns",
                    "没有一行可以使用：请核对列的对应关系",
                ),
            ));
            return Err(faults);
        }
        let (lines, gone, open) = (
            imported.lines,
            imported.left_out.len(),
            read_as_condition.len(),
        );
        info.coverage_en = format!(
            "Table added by the user. Lines: {lines}; rows left out because they could not be read: {gone}; cells with a condition that is not read: {open}."
        );
        info.coverage_zh = format!(
            "用户添加的表。税号：{lines}；因无法读取而未载入的行：{gone}；条件未读取的单元格：{open}。"
        );
        Ok(UserTable {
            id: self.id.clone(),
            sidecar: tariff_file::print_sidecar(
                &info,
                &self.source,
                &sidecar.columns,
                &self.supersedes,
            ),
            csv: imported.csv,
            lines,
            status,
            left_out: imported.left_out,
            read_as_condition,
        })
    }

    fn info(&self, status: Status) -> TableInfo {
        TableInfo {
            path: format!("tariffs/{}.csv", self.id),
            title_en: format!(
                "Tariff of {} added by the user ({})",
                wording::country(self.importer, Lang::En),
                self.id
            ),
            title_zh: format!(
                "用户添加的{}税率表（{}）",
                wording::country(self.importer, Lang::Zh),
                self.id
            ),
            source: self.source.clone(),
            attribution: self
                .attribution
                .clone()
                .unwrap_or_else(|| self.source.clone()),
            as_of: self.as_of,
            edition: Some(self.edition),
            period: self.period,
            status,
            coverage_en: String::new(),
            coverage_zh: String::new(),
            rows: 0,
            agreement: self.agreement,
            importer: Some(self.importer),
            doubts: Vec::new(),
        }
    }

    fn faults(&self, file: &str, codes: &EditionCodes) -> Vec<Problem> {
        let fault = |key: &str, message: Text| Problem::in_file(file, message).at_column(key);
        let mut faults = Vec::new();
        let is_plain = !self.id.is_empty()
            && self
                .id
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !is_plain {
            faults.push(fault(
                "id",
                Text::new("the name of a table has lower-case letters, digits and hyphens only, such as cn-2026", "表的名称只能由小写字母、数字和连字符组成，例如 cn-2026"),
            ));
        }
        if self.source.trim().is_empty() {
            faults.push(fault(
                "source",
                Text::new(
                    "the source is empty: say who published the table, and where",
                    "来源为空：请写明由谁、在何处公布",
                ),
            ));
        }
        if codes.edition() != self.edition {
            faults.push(fault(
                "edition",
                Text::new(
                    "the code list is of another edition than the table",
                    "编码表与该表的 HS 版本不同",
                ),
            ));
        }
        if let (Some(from), Some(to)) = (self.period.from, self.period.to)
            && to < from
        {
            faults.push(fault(
                "valid_to",
                Text::new(
                    "the table ends before it begins",
                    "该表的截止日期早于起始日期",
                ),
            ));
        }
        let fields = |wanted: Field| self.map.iter().filter(move |map| map.field == wanted);
        for (field, most) in [
            (Field::Code, 1),
            (Field::Season, 1),
            (Field::Conditional, 1),
        ] {
            if fields(field).count() > most {
                faults.push(fault(
                    field.word(),
                    Text::new("is mapped more than once", "对应了不止一列"),
                ));
            }
        }
        if fields(Field::Code).count() == 0 {
            faults.push(fault(
                "code",
                Text::new(
                    "is not mapped: add code=HEADING",
                    "没有对应的列：请添加 code=列名",
                ),
            ));
        }
        if !self.map.iter().any(|map| map.field.is_duty()) {
            faults.push(fault(
                "rate",
                Text::new(
                    "no column of duties is mapped: add rate=HEADING, mfn=HEADING or another",
                    "没有对应税率的列：请添加 rate=列名、mfn=列名 或其他税率列",
                ),
            ));
        }
        faults
    }

    /// The columns of the table, in the order of the mapping.
    fn columns(&self, file: &str, faults: &mut Vec<Problem>) -> Vec<TariffColumn> {
        let mut columns: Vec<TariffColumn> = Vec::new();
        for map in self.map.iter().filter(|map| map.field.is_duty()) {
            let preference = |agreement: Agreement, origins: &[Country]| match map.field {
                Field::Margin => ColumnKind::Margin {
                    agreement,
                    origins: origins.to_vec(),
                },
                _ => ColumnKind::Preference {
                    agreement,
                    origins: origins.to_vec(),
                },
            };
            let kind = match (map.field, self.agreement) {
                (Field::Rate | Field::Margin, Some(agreement)) => {
                    preference(agreement, &self.origins)
                }
                (Field::Rate | Field::Margin, None) => {
                    faults.push(
                        Problem::in_file(
                            file,
                            Text::new(
                                "a preference belongs to an agreement: say RCEP or APTA",
                                "优惠税率须属于某一协定：请写明 RCEP 或 APTA",
                            ),
                        )
                        .at_column(map.field.word()),
                    );
                    continue;
                }
                (Field::Temporary, _) => ColumnKind::Temporary,
                (Field::Wto, _) => ColumnKind::Wto,
                (Field::Ordinary, _) => ColumnKind::Ordinary,
                (Field::Base, _) => ColumnKind::Base,
                _ => ColumnKind::General,
            };
            if let Some(other) = columns
                .iter()
                .find(|other| other.kind == kind && other.period.overlaps(&map.period))
            {
                faults.push(
                    Problem::in_file(
                        file,
                        Text::new(format!("`{}` and `{}` are mapped to the same rate for the same days: give each its days, such as {}@2026={}",
                            other.name,
                            map.heading,
                            map.field.word(),
                            map.heading), format!("`{}` 与 `{}` 对应相同日期的同一种税率：请分别写明日期，例如 {}@2026={}",
                            other.name,
                            map.heading,
                            map.field.word(),
                            map.heading)),
                    )
                    .at_column(map.field.word()),
                );
            }
            columns.push(TariffColumn {
                name: column_name(map),
                kind,
                period: map.period,
            });
        }
        columns
    }

    /// The number of rows up to and with the heading, and for each mapping the
    /// position of its column.
    fn heading(
        &self,
        file: &str,
        rows: &[(usize, Vec<Cell>)],
    ) -> Result<(usize, Vec<usize>), Problem> {
        let find = |cells: &[Cell], heading: &str| {
            heading
                .strip_prefix('#')
                .and_then(|number| number.parse::<usize>().ok())
                .and_then(|number| number.checked_sub(1))
                .or_else(|| {
                    cells
                        .iter()
                        .position(|cell| same_heading(&cell.text, heading))
                })
        };
        let found = |cells: &[Cell]| -> Vec<Option<usize>> {
            self.map
                .iter()
                .map(|map| find(cells, &map.heading))
                .collect()
        };
        let candidates = rows.iter().take(HEADING_WITHIN).enumerate();
        let mut best: Vec<Option<usize>> = Vec::new();
        for (index, (_, cells)) in candidates {
            let positions = found(cells);
            if positions.iter().all(Option::is_some) {
                return Ok((index + 1, positions.into_iter().flatten().collect()));
            }
            let known = |positions: &[Option<usize>]| positions.iter().flatten().count();
            if best.is_empty() || known(&positions) > known(&best) {
                best = positions;
            }
        }
        let missing: Vec<String> = self
            .map
            .iter()
            .zip(best.iter().chain(std::iter::repeat(&None)))
            .filter(|(_, position)| position.is_none())
            .map(|(map, _)| format!("`{}`", map.heading))
            .collect();
        Err(Problem::in_file(
            file,
            Text::new(
                format!(
                    "no row among the first {HEADING_WITHIN} has the heading {}: write the headings as they stand in the file, or #3 for the third column",
                    missing.join(", ")
                ),
                format!(
                    "前 {HEADING_WITHIN} 行中没有列名 {}：请按文件中的原样书写列名，或用 #3 表示第三列",
                    missing.join("、")
                ),
            ),
        ))
    }
}

/// Official tables have titles above the heading.
const HEADING_WITHIN: usize = 50;

/// Headings agree when they differ only in spaces and line breaks.
fn same_heading(left: &str, right: &str) -> bool {
    let words = |text: &str| -> String { text.chars().filter(|c| !c.is_whitespace()).collect() };
    words(left) == words(right)
}

fn column_name(map: &ColumnMap) -> String {
    let Period { from, to } = map.period;
    match (from, to) {
        (None, None) => map.field.word().to_owned(),
        _ => {
            let day = |day: Option<Date>| day.map_or_else(String::new, |day| day.to_string());
            format!("{} {}..{}", map.field.word(), day(from), day(to))
        }
    }
}

struct Reading<'a> {
    request: &'a UserTariff,
    file: &'a str,
    codes: &'a EditionCodes,
    positions: &'a [usize],
    /// The usual length of a national code in the file.
    code_length: usize,
    builder: TableBuilder,
    left_out: Vec<Problem>,
    read_as_condition: Vec<Problem>,
}

impl<'a> Reading<'a> {
    fn fault(&self, map: &ColumnMap, message: Text) -> Problem {
        Problem::in_file(self.file, message).at_column(&map.heading)
    }

    fn cells<'c>(
        &self,
        cells: &'c [Cell],
    ) -> impl Iterator<Item = (&'a ColumnMap, Option<&'c Cell>)> + use<'a, 'c> {
        self.request
            .map
            .iter()
            .zip(self.positions)
            .map(move |(map, position)| {
                let cell = cells.get(*position).filter(|cell| !is_blank(&cell.text));
                (map, cell)
            })
    }

    fn longest_code(&self, rows: &[(usize, Vec<Cell>)]) -> usize {
        let mut lengths: BTreeMap<usize, usize> = BTreeMap::new();
        for (_, cells) in rows {
            for (map, cell) in self.cells(cells) {
                if let (Field::Code, Some(cell)) = (map.field, cell) {
                    let digits = cell.text.chars().filter(char::is_ascii_digit).count();
                    *lengths.entry(digits).or_default() += 1;
                }
            }
        }
        lengths
            .into_iter()
            .max_by_key(|(_, count)| *count)
            .map_or(0, |(length, _)| length)
    }

    fn row(&mut self, row: usize, cells: &[Cell]) -> Result<(), Problem> {
        let mut code = None;
        let mut season = None;
        let mut conditional = false;
        let mut duties: Vec<Option<Rate>> = Vec::new();
        let mut unread = Vec::new();
        for (map, cell) in self.cells(cells) {
            match (map.field, cell) {
                (Field::Code, Some(cell)) => code = Some((map, self.code(map, cell)?)),
                (Field::Season, Some(cell)) => {
                    let read = tariff_file::read_season(&cell.text).ok_or_else(|| {
                        self.fault(
                            map,
                            Text::new(
                                format!("`{}` is not a season: expected MM-DD..MM-DD", cell.text),
                                format!("`{}` 不是季节：应为 MM-DD..MM-DD", cell.text),
                            ),
                        )
                    })?;
                    season = Some(read);
                }
                (Field::Conditional, cell) => {
                    conditional =
                        cell.is_some_and(|cell| !matches!(cell.text.as_str(), "no" | "否" | "0"));
                }
                (Field::Code | Field::Season, None) => {}
                (_, None) => duties.push(None),
                (_, Some(cell)) => match read_rate(&cell.text, self.request.numbers) {
                    Ok(rate) => duties.push(Some(rate)),
                    Err(message) if self.request.keep_unread => {
                        unread.push(self.fault(map, read_as_condition(&message)).at_row(row));
                        duties.push(Some(Rate::DependsOnProduct(Vec::new())));
                    }
                    Err(message) => return Err(self.fault(map, message)),
                },
            }
        }
        let is_empty = duties.iter().all(Option::is_none);
        let Some((map, code)) = code else {
            return if is_empty {
                // A title between the lines.
                Ok(())
            } else {
                Err(Problem::in_file(
                    self.file,
                    Text::new(
                        "the row has a rate but no code: complete or remove it",
                        "该行有税率而没有编码：请补全或删去",
                    ),
                )
                .at_column(Field::Code.word()))
            };
        };
        if is_empty && usize::from(code.digit_count()) < self.code_length {
            // The title of a heading or subheading that is divided below.
            return Ok(());
        }
        if !tariff_file::is_known(self.codes, code) {
            return Err(self.fault(
                map,
                Text::new(format!("{code} is not in HS {}: check the code, or whether the table is in another edition",
                    self.codes.edition()), format!("{code} 不在 HS {} 中：请核对编码，或核对该表是否采用其他 HS 版本",
                    self.codes.edition())),
            ));
        }
        let taken = self.put(code, season, conditional, duties);
        let outcome = taken.map_err(|message| self.fault(map, message));
        self.read_as_condition.extend(unread);
        outcome
    }

    fn put(
        &mut self,
        code: HsCode,
        season: Option<Season>,
        conditional: bool,
        duties: Vec<Option<Rate>>,
    ) -> Result<(), Text> {
        if self.builder.clashes(code, season) {
            return Err(Text::new(
                format!(
                    "{code} already stands in an earlier row for the same days: keep one row, or map a season"
                ),
                format!("{code} 已在前面的行中列出，且适用日期相同：请只保留一行，或对应季节列"),
            ));
        }
        self.builder.add_line(code, season);
        if conditional {
            self.builder.mark_conditional(code, season);
        }
        for (column, rate) in duties.into_iter().enumerate() {
            if let Some(rate) = rate {
                self.builder
                    .set(code, season, column, rate)
                    .map_err(|error| error.message())?;
            }
        }
        Ok(())
    }

    fn code(&self, map: &ColumnMap, cell: &Cell) -> Result<HsCode, Problem> {
        let mut text = cell.text.clone();
        // A number has lost the zero that chapters 1 to 9 begin with.
        if cell.is_number && text.len() + 1 == self.code_length {
            text.insert(0, '0');
        }
        text.parse()
            .map_err(|error| self.fault(map, bilingual::unread::<HsError>(error)))
    }
}

/// What is said of a cell that is no rate and was kept all the same.
fn read_as_condition(message: &Text) -> Text {
    Text::new(
        format!("{}; read as depends(?)", message.en),
        format!("{}；按 depends(?) 读入", message.zh),
    )
}

/// Whether a cell states nothing.
fn is_blank(text: &str) -> bool {
    matches!(text, "" | "-" | "–" | "—" | "－" | "/" | "…")
}

/// Reads a rate as official tables print it, or in the text form of [`Rate`].
fn read_rate(text: &str, numbers: BareNumbers) -> Result<Rate, Text> {
    let plain: String = text
        .chars()
        .map(|character| match character {
            '％' => '%',
            '＋' => '+',
            '（' => '(',
            '）' => ')',
            other => other,
        })
        .collect();
    let plain = plain.trim();
    match plain.to_ascii_lowercase().as_str() {
        "free" | "nil" | "duty free" | "免税" | "免" | "零" | "无税" | "零关税" => {
            return Ok(Rate::FREE);
        }
        "u" | "excluded" | "例外" | "不减让" | "除外" | "exclusion" => {
            return Ok(Rate::Excluded);
        }
        _ => {}
    }
    if let Ok(rate) = plain.parse::<Rate>() {
        return Ok(rate);
    }
    if let Some(rate) = chinese_specific(plain) {
        return Ok(Rate::Specific(rate));
    }
    bare_number(plain, numbers).unwrap_or_else(|| {
        Err(Text::new(format!("`{text}` is not a rate: expected free, 5%, 5, 63 JPY/kg, 25% + 63 JPY/kg, depends(free, 5%) or excluded"), format!("`{text}` 不是税率：应为 free（免税）、5%、5、63 JPY/kg、25% + 63 JPY/kg、depends(free, 5%) 或 excluded（例外）")))
    })
}

/// `1.5元/千克`.
fn chinese_specific(text: &str) -> Option<SpecificRate> {
    let (amount, unit) = text.split_once("元/")?;
    let per = match unit.trim() {
        "千克" | "公斤" => "kg",
        "吨" => "t",
        "升" => "l",
        "平方米" => "m2",
        "立方米" => "m3",
        "米" => "m",
        "台" | "辆" | "个" | "件" => "piece",
        _ => return None,
    };
    Some(SpecificRate {
        amount: amount.trim().parse().ok()?,
        currency: "CNY".to_owned(),
        per: per.to_owned(),
    })
}

fn bare_number(text: &str, numbers: BareNumbers) -> Option<Result<Rate, Text>> {
    let number: Percent = text.parse().ok()?;
    let below_one = number > Percent::ZERO && number.thousandths() < 1_000;
    Some(match numbers {
        BareNumbers::Percent => Ok(Rate::AdValorem(number)),
        BareNumbers::PercentUnlessAmbiguous if !below_one => Ok(Rate::AdValorem(number)),
        BareNumbers::PercentUnlessAmbiguous => Err(Text::new(
            format!("`{text}` may be {text} % or a fraction of one: say what bare numbers mean"),
            format!("`{text}` 可能是 {text} %，也可能是小数比例：请用 --numbers 说明数字的含义"),
        )),
        // Three more decimals of a fraction are two of a percentage and one below.
        BareNumbers::Fraction => fraction(text).map(Rate::AdValorem).ok_or_else(|| {
            Text::new(
                format!("`{text}` is no fraction with at most five decimals"),
                format!("`{text}` 不是小数位不超过五位的比例"),
            )
        }),
    })
}

/// `0.065` as 6.5 %.
fn fraction(text: &str) -> Option<Percent> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let decimals = decimals.trim_end_matches('0');
    if decimals.len() > 5 || decimals.contains(|c: char| !c.is_ascii_digit()) {
        return None;
    }
    let decimals = format!("{decimals:0<5}");
    let thousandths = whole
        .parse::<u32>()
        .ok()?
        .checked_mul(100_000)?
        .checked_add(decimals.parse().ok()?)?;
    Some(Percent::from_thousandths(thousandths))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::testing::told;
    use encoding_rs::GB18030;
    use jiff::civil::date;
    use originis_rules_engine::hs::Subheading;

    const HEADING: &str = "某国2026年税则\n,税则号列,货品名称,最惠国\n税率,协定税率\n";

    fn codes() -> EditionCodes {
        EditionCodes::new(
            HsEdition::Hs2022,
            [10_121, 611_012, 851_713]
                .into_iter()
                .filter_map(Subheading::new)
                .collect(),
        )
    }

    fn request(maps: &[&str]) -> UserTariff {
        UserTariff {
            id: "cn-2026".to_owned(),
            importer: "CN".parse().unwrap(),
            edition: HsEdition::Hs2022,
            agreement: Some(Agreement::Rcep),
            origins: vec!["JP".parse().unwrap()],
            source: "Customs Tariff Commission, 2026".to_owned(),
            attribution: None,
            as_of: date(2026, 1, 1),
            period: days_of("2026").unwrap(),
            status: Status::Transcribed,
            map: maps.iter().map(|map| map.parse().unwrap()).collect(),
            sheet: None,
            numbers: BareNumbers::PercentUnlessAmbiguous,
            keep_unread: false,
            supersedes: Vec::new(),
        }
    }

    const MAPS: [&str; 3] = ["code=税则号列", "mfn=最惠国税率", "rate=协定税率"];

    fn import(request: &UserTariff, rows: &str) -> Result<UserTable, Vec<String>> {
        let text = format!(
            "{}{rows}",
            HEADING.replace("最惠国\n税率", "\"最惠国\n税率\"")
        );
        let (bytes, _, _) = GB18030.encode(&text);
        request
            .import("税则.csv", &bytes, &codes())
            .inspect(|table| {
                told(&table.left_out);
                told(&table.read_as_condition);
            })
            .map_err(|faults| told(&faults))
    }

    #[test]
    fn a_table_of_the_user_is_read_like_a_shipped_one() {
        let table = import(
            &request(&MAPS),
            ",0101,马,,\n,01012100,纯种,0,—\n,6110.12.00,山羊绒,14%,免税\n,85171300,手机,1.5元/千克,U\n",
        )
        .unwrap();
        assert_eq!(
            table.csv,
            "code,season,conditional,mfn,rate\n01012100,,,free,\n61101200,,,14%,free\n85171300,,,1.50 CNY/kg,excluded\n"
        );
        assert_eq!((table.lines, table.status), (3, Status::Transcribed));
        assert_eq!(table.left_out, []);
        let mut problems = Vec::new();
        let sidecar = tariff_file::read_sidecar(
            "tariffs/cn-2026.csv",
            "tariffs/cn-2026.toml",
            &table.sidecar,
            &mut problems,
        );
        assert_eq!(problems, []);
        let sidecar = sidecar.unwrap();
        assert_eq!(
            sidecar.described.info.source,
            "Customs Tariff Commission, 2026"
        );
        assert_eq!(
            sidecar.columns[1].kind,
            ColumnKind::Preference {
                agreement: Agreement::Rcep,
                origins: vec!["JP".parse().unwrap()]
            }
        );
    }

    #[test]
    fn a_row_that_cannot_be_read_is_left_out_and_makes_the_table_partial() {
        let table = import(
            &request(&MAPS),
            ",01012100,纯种,0,0.05\n,61101200,山羊绒,14,6.5\n,61101200,又,14,6.5\n,99,错,14,6\n,85171300,手机,见附表,0\n,010121,x1,1,2\n,12345,坏,1,2\n,,无号,1,2\n",
        )
        .unwrap();
        assert_eq!(
            table.csv,
            "code,season,conditional,mfn,rate\n010121,,,1%,2%\n61101200,,,14%,6.5%\n99,,,14%,6%\n"
        );
        assert_eq!(table.status, Status::Partial);
        assert!(table.sidecar.contains("status = \"partial\""));
        let places: Vec<(Option<usize>, Option<&str>)> = table
            .left_out
            .iter()
            .map(|problem| (problem.row, problem.column.as_deref()))
            .collect();
        assert_eq!(
            places,
            [
                (Some(4), Some("协定税率")),
                (Some(6), Some("税则号列")),
                (Some(8), Some("最惠国税率")),
                (Some(10), Some("税则号列")),
                (Some(11), Some("code")),
            ]
        );
    }

    #[test]
    fn cells_that_are_no_rate_may_be_kept_as_a_condition() {
        let mut request = request(&MAPS);
        request.keep_unread = true;
        let table = import(&request, ",85171300,手机,见附表,0\n").unwrap();
        assert!(table.csv.ends_with("85171300,,,depends(?),free\n"));
        assert_eq!(table.read_as_condition[0].row, Some(4));
        assert_eq!(table.left_out, []);
        assert_eq!(table.status, Status::Transcribed);
    }

    #[test]
    fn a_spreadsheet_gives_back_the_zero_its_numbers_lost() {
        let mut workbook = rust_xlsxwriter::Workbook::new();
        workbook.add_worksheet().set_name("说明").unwrap();
        let sheet = workbook.add_worksheet().set_name("税则").unwrap();
        for (column, heading) in (1..).zip(["税则号列", "最惠国税率", "协定税率"]) {
            sheet.write(2, column, heading).unwrap();
        }
        for (row, code) in (3..).zip([1_012_100, 61_101_200, 85_171_300]) {
            sheet.write(row, 1, code).unwrap();
            sheet.write(row, 2, 6.5).unwrap();
            sheet.write(row, 3, "0%").unwrap();
        }
        sheet.write(6, 1, 85_171_399).unwrap();
        sheet.write(6, 2, 0.5).unwrap();
        let bytes = workbook.save_to_buffer().unwrap();
        let mut request = request(&MAPS);
        request.sheet = Some("税则".to_owned());
        let table = request.import("t.xlsx", &bytes, &codes()).unwrap();
        assert_eq!(
            table.csv,
            "code,season,conditional,mfn,rate\n01012100,,,6.5%,free\n61101200,,,6.5%,free\n85171300,,,6.5%,free\n"
        );
        assert_eq!(table.left_out[0].row, Some(7));
        assert_eq!(table.left_out[0].column.as_deref(), Some("最惠国税率"));
        request.sheet = Some("Sheet9".to_owned());
        let fault = &request.import("t.xlsx", &bytes, &codes()).unwrap_err()[0];
        assert!(
            fault.message.en.contains("expected one of 说明, 税则"),
            "{fault}"
        );
    }

    #[test]
    fn a_schedule_has_a_column_for_each_year() {
        let table = request(&["code=#2", "rate@2026=#4", "rate@2027-01-01..=#5"])
            .import("t.csv", b",code,name,y5,y6\n,01012100,x,5,4\n", &codes())
            .unwrap();
        assert_eq!(
            table.csv,
            "code,season,conditional,rate 2026-01-01..2026-12-31,rate 2027-01-01..\n01012100,,,5%,4%\n"
        );
    }

    #[test]
    fn what_the_user_says_is_checked_first() {
        for (maps, message) in [
            (&["code=税则号列"][..], "no column of duties is mapped"),
            (&["rate=协定税率"], "is not mapped: add code=HEADING"),
            (
                &["code=税则号列", "rate=协定税率", "rate=最惠国税率"],
                "mapped to the same rate",
            ),
            (
                &["code=税则号列", "rate=优惠税率"],
                "has the heading `优惠税率`",
            ),
        ] {
            let faults = import(&request(maps), ",01012100,纯种,0,0\n").unwrap_err();
            assert!(
                faults.iter().any(|fault| fault.contains(message)),
                "{faults:?}"
            );
        }
        let mut unsourced = request(&MAPS);
        unsourced.source = " ".to_owned();
        unsourced.agreement = None;
        unsourced.id = "CN 2026".to_owned();
        let faults = import(&unsourced, "").unwrap_err();
        assert_eq!(faults.len(), 3, "{faults:?}");
        assert!(import(&request(&MAPS), ",01012100,纯种,?,?\n").is_err());
    }

    #[test]
    fn mappings_are_read() {
        let map: ColumnMap = "rate@2026=Year 5".parse().unwrap();
        assert_eq!(map.heading, "Year 5");
        assert_eq!(map.period.to, Some(date(2026, 12, 31)));
        for text in ["code", "price=x", "rate=", "code@2026=x", "rate@May=x"] {
            assert!(text.parse::<ColumnMap>().is_err(), "{text}");
        }
    }

    #[test]
    fn fractions_are_exact() {
        for (text, percent) in [
            ("0.065", "6.5"),
            ("0", "0"),
            ("1", "100"),
            ("0.00001", "0.001"),
        ] {
            assert_eq!(fraction(text), percent.parse().ok(), "{text}");
        }
        assert_eq!(fraction("0.000001"), None);
        assert_eq!(fraction("a"), None);
        assert_eq!(
            read_rate("0.05", BareNumbers::Fraction),
            Ok("5%".parse().unwrap())
        );
        assert_eq!(
            read_rate("0.05", BareNumbers::Percent),
            Ok("0.05%".parse().unwrap())
        );
    }
}
