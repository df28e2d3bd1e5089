//! Bills of materials: rows of a `--materials` file, for each product or for
//! each declaration line, with intermediate goods nested by parent.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use originis_exchange::Lang;
use originis_rules_engine::country::Country;
use originis_rules_engine::facts::{
    Material, MaterialRole, OriginatingStatus, Production, SupplyRegime,
};
use originis_rules_engine::hs::{HsCode, HsEdition};
use originis_rules_engine::quantity::Amount;
use serde::Serialize;
use smallvec::SmallVec;
use thiserror::Error;

use crate::codes::{Codes, rows};
use crate::columns::normalised;
use crate::hash::QuickMap;
use crate::input::encoding::{Encoding, decode_lossy};
use crate::line::{Cells, LineNumber, quick_code, yes_no};
use crate::number::Decimal;

const COLUMNS: &str = include_str!("../codes/materials.csv");

/// A column of a materials file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(
    missing_docs,
    reason = "each variant is the field of `codes/materials.csv` it is named after"
)]
pub enum MaterialColumn {
    EntryId,
    LineNo,
    LineKey,
    ProductCode,
    Level,
    Parent,
    MaterialId,
    Name,
    Hs,
    HsEdition,
    Origin,
    Status,
    Value,
    Quantity,
    UnitCost,
    OriginatingValue,
    NonOriginatingValue,
    WeightKg,
    Role,
    WithGood,
    ActiveIngredient,
    Regime,
    Currency,
}

impl MaterialColumn {
    const ALL: [(Self, &'static str); 23] = [
        (Self::EntryId, "entry_id"),
        (Self::LineNo, "line_no"),
        (Self::LineKey, "line_key"),
        (Self::ProductCode, "product_code"),
        (Self::Level, "level"),
        (Self::Parent, "parent"),
        (Self::MaterialId, "material_id"),
        (Self::Name, "name"),
        (Self::Hs, "hs"),
        (Self::HsEdition, "hs_edition"),
        (Self::Origin, "origin"),
        (Self::Status, "status"),
        (Self::Value, "value"),
        (Self::Quantity, "quantity"),
        (Self::UnitCost, "unit_cost"),
        (Self::OriginatingValue, "originating_value"),
        (Self::NonOriginatingValue, "non_originating_value"),
        (Self::WeightKg, "weight_kg"),
        (Self::Role, "role"),
        (Self::WithGood, "with_good"),
        (Self::ActiveIngredient, "active_ingredient"),
        (Self::Regime, "regime"),
        (Self::Currency, "currency"),
    ];

    /// Its name in error messages.
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(column, _)| *column == self)
            .map_or("", |(_, name)| name)
    }
}

/// The words a heading row of a materials file is recognised by.
pub fn heading_words() -> impl Iterator<Item = (MaterialColumn, &'static str)> {
    rows(COLUMNS).flat_map(|row| {
        let mut cells = row.into_iter();
        let name = cells.next().unwrap_or_default();
        let spellings = cells.next().unwrap_or_default();
        let column = MaterialColumn::ALL
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(column, _)| *column);
        std::iter::once(name)
            .chain(spellings.split('|'))
            .filter_map(move |spelling| column.map(|column| (column, spelling)))
            .collect::<Vec<_>>()
    })
}

/// Something wrong in a materials file.
#[derive(Debug, Error)]
pub enum MaterialsError {
    /// It cannot be read.
    Io {
        /// The file.
        file: String,
        /// What the system says.
        source: io::Error,
    },
    /// Its columns do not say what the rows belong to.
    NoKey {
        /// The file.
        file: String,
    },
    /// A cell cannot be used.
    Cell {
        /// The file.
        file: String,
        /// The row, as a spreadsheet counts.
        row: u64,
        /// The column.
        column: &'static str,
        /// The cell.
        cell: String,
        /// What is wrong with it and what was expected.
        problem: CellProblem,
    },
    /// A parent that is not in the bill.
    Parent {
        /// The file.
        file: String,
        /// The bill.
        key: String,
        /// The parent named.
        parent: String,
    },
    /// The rows are not in the order of the declaration lines.
    Order {
        /// The file.
        file: String,
        /// The first row out of order, as a spreadsheet counts.
        row: u64,
        /// The first key out of order.
        key: String,
    },
}

impl MaterialsError {
    /// The error of a part of a file that begins after so many rows.
    #[must_use]
    pub fn after(mut self, rows: u64) -> Self {
        if let Self::Cell { row, .. } | Self::Order { row, .. } = &mut self {
            *row += rows;
        }
        self
    }
}

/// What is wrong with a cell of a materials file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellProblem {
    /// No non-negative number.
    NotANumber,
    /// More decimals than an amount has.
    TooManyDecimals,
    /// No HS edition.
    NotAnEdition,
    /// No HS code.
    NotACode,
    /// No known country.
    NotACountry,
    /// An originating and a non-originating value in one row.
    BothValues,
    /// Price times quantity has more decimals than an amount has.
    ProductTooFine,
    /// No originating status.
    NotAStatus,
    /// No role.
    NotARole,
    /// Neither yes nor no.
    NotYesOrNo,
    /// No customs regime.
    NotARegime,
}

/// What the rows of a materials file belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BillKey {
    /// A product, one bill for one unit of it.
    Product,
    /// A declaration line: declaration number and item number.
    EntryAndLine,
    /// A declaration line by one key: number, hyphen, item number.
    Line,
}

/// Where the columns of a materials file stand.
#[derive(Debug, Clone)]
pub struct MaterialColumns {
    positions: [Option<u16>; MaterialColumn::ALL.len()],
    /// What its rows belong to.
    pub key: BillKey,
}

impl MaterialColumns {
    /// Reads the headings.
    ///
    /// # Errors
    /// [`MaterialsError::NoKey`] when no column names a product or line.
    pub fn read(file: &str, headings: &[String]) -> Result<Self, MaterialsError> {
        let known: HashMap<String, MaterialColumn> = heading_words()
            .map(|(column, spelling)| (normalised(spelling), column))
            .collect();
        let mut columns = Self {
            positions: [None; MaterialColumn::ALL.len()],
            key: BillKey::Line,
        };
        for (position, heading) in headings.iter().enumerate() {
            let slot = known
                .get(&normalised(heading))
                .and_then(|column| columns.positions.get_mut(*column as usize));
            if let Some(slot @ None) = slot {
                *slot = u16::try_from(position).ok();
            }
        }
        let has = |wanted| columns.position(wanted).is_some();
        columns.key = if has(MaterialColumn::ProductCode) {
            BillKey::Product
        } else if has(MaterialColumn::EntryId) && has(MaterialColumn::LineNo) {
            BillKey::EntryAndLine
        } else if has(MaterialColumn::LineKey) {
            BillKey::Line
        } else {
            return Err(MaterialsError::NoKey {
                file: file.to_owned(),
            });
        };
        Ok(columns)
    }

    fn position(&self, wanted: MaterialColumn) -> Option<usize> {
        self.positions
            .get(wanted as usize)
            .copied()
            .flatten()
            .map(usize::from)
    }

    fn cell<'c>(&self, cells: &Cells<'c>, column: MaterialColumn) -> &'c [u8] {
        self.position(column)
            .map_or(&[], |position| cells.at(position))
    }

    /// Whether the key stands at the beginning of a row, where it can be searched
    /// for.
    pub fn key_leads(&self) -> bool {
        match self.key {
            BillKey::Product => self.position(MaterialColumn::ProductCode) == Some(0),
            BillKey::Line => self.position(MaterialColumn::LineKey) == Some(0),
            BillKey::EntryAndLine => {
                self.position(MaterialColumn::EntryId) == Some(0)
                    && self.position(MaterialColumn::LineNo) == Some(1)
            }
        }
    }

    /// Whether a row belongs to the line with this declaration and item number.
    pub fn belongs(&self, row: &Cells<'_>, line: &LineNumber<'_>) -> bool {
        let LineNumber { entry, item } = *line;
        match self.key {
            BillKey::Product => false,
            BillKey::Line => self
                .cell(row, MaterialColumn::LineKey)
                .strip_prefix(entry)
                .and_then(|rest| rest.strip_prefix(b"-"))
                .is_some_and(|rest| rest == item),
            BillKey::EntryAndLine => {
                self.cell(row, MaterialColumn::LineNo) == item
                    && self.cell(row, MaterialColumn::EntryId) == entry
            }
        }
    }

    /// The key of a row, written to `key`.
    pub fn key_of(&self, cells: &Cells<'_>, key: &mut Vec<u8>) {
        key.clear();
        match self.key {
            BillKey::Product => {
                key.extend_from_slice(self.cell(cells, MaterialColumn::ProductCode));
            }
            BillKey::Line => key.extend_from_slice(self.cell(cells, MaterialColumn::LineKey)),
            BillKey::EntryAndLine => {
                key.extend_from_slice(self.cell(cells, MaterialColumn::EntryId));
                key.push(b'-');
                key.extend_from_slice(self.cell(cells, MaterialColumn::LineNo));
            }
        }
    }
}

/// Reads rows of a materials file.
pub struct MaterialReader<'a> {
    /// The file, for messages.
    pub file: &'a str,
    /// Its columns.
    pub columns: &'a MaterialColumns,
    /// The code lists.
    pub codes: &'a Codes,
    /// Its encoding.
    pub encoding: Encoding,
    /// The edition of codes that do not name one.
    pub edition: HsEdition,
    countries: QuickMap<SmallVec<[u8; 16]>, Option<Country>>,
    /// Whether the file has a column of [`RARE`].
    has_rare: bool,
}

/// Columns few bills have.
const RARE: [MaterialColumn; 6] = [
    MaterialColumn::Role,
    MaterialColumn::HsEdition,
    MaterialColumn::WeightKg,
    MaterialColumn::WithGood,
    MaterialColumn::ActiveIngredient,
    MaterialColumn::Regime,
];

/// One row with its place in a multi-level bill.
#[derive(Debug, Clone)]
struct Row {
    material: Material,
    id: String,
    parent: String,
    level: Option<u8>,
}

impl<'a> MaterialReader<'a> {
    /// A reader of the rows of one file.
    pub fn new(
        file: &'a str,
        columns: &'a MaterialColumns,
        codes: &'a Codes,
        encoding: Encoding,
        edition: HsEdition,
    ) -> Self {
        Self {
            file,
            columns,
            codes,
            encoding,
            edition,
            countries: QuickMap::default(),
            has_rare: RARE
                .into_iter()
                .any(|column| columns.position(column).is_some()),
        }
    }

    fn problem(
        &self,
        row: u64,
        column: MaterialColumn,
        cell: &[u8],
        problem: CellProblem,
    ) -> MaterialsError {
        MaterialsError::Cell {
            file: self.file.to_owned(),
            row,
            column: column.name(),
            cell: decode_lossy(self.encoding, cell),
            problem,
        }
    }

    fn number(
        &self,
        cells: &Cells<'_>,
        column: MaterialColumn,
        row: u64,
    ) -> Result<Option<Decimal>, MaterialsError> {
        let cell = self.columns.cell(cells, column);
        Decimal::read(cell).map_err(|_| self.problem(row, column, cell, CellProblem::NotANumber))
    }

    fn amount(
        &self,
        cells: &Cells<'_>,
        column: MaterialColumn,
        row: u64,
    ) -> Result<Option<Amount>, MaterialsError> {
        let Some(value) = self.number(cells, column, row)? else {
            return Ok(None);
        };
        value.amount().map(Some).ok_or_else(|| {
            self.problem(
                row,
                column,
                self.columns.cell(cells, column),
                CellProblem::TooManyDecimals,
            )
        })
    }

    /// The material of a row without its place in a multi-level bill.
    ///
    /// # Errors
    /// [`MaterialsError::Cell`] names row, column and what was expected.
    pub fn material(&mut self, cells: &Cells<'_>, row: u64) -> Result<Material, MaterialsError> {
        let code = self.columns.cell(cells, MaterialColumn::Hs);
        let hs = if code.is_empty() {
            None
        } else {
            Some(self.code(code, row)?)
        };
        let origin = self.columns.cell(cells, MaterialColumn::Origin);
        let origin = if origin.is_empty() {
            None
        } else {
            self.origin(origin, row)?
        };
        let (value, implied) = self.value(cells, row)?;
        let stated = self.columns.cell(cells, MaterialColumn::Status);
        let status = if stated.is_empty() {
            implied.unwrap_or(OriginatingStatus::Unknown)
        } else {
            self.status(stated, row)?
        };
        let mut material = Material {
            hs,
            edition: self.edition,
            origin,
            status,
            value,
            deductions: Vec::new(),
            weight: None,
            role: MaterialRole::Material,
            accessory_with_good: None,
            active_ingredient: None,
            regime: None,
            production: None,
        };
        if self.has_rare {
            self.state_rare(cells, row, &mut material)?;
        }
        Ok(material)
    }

    /// What few bills state of their materials.
    fn state_rare(
        &self,
        cells: &Cells<'_>,
        row: u64,
        material: &mut Material,
    ) -> Result<(), MaterialsError> {
        let role = self.columns.cell(cells, MaterialColumn::Role);
        if !role.is_empty() {
            material.role = self.role(role, row)?;
        }
        let edition = self.columns.cell(cells, MaterialColumn::HsEdition);
        if !edition.is_empty() {
            material.edition = std::str::from_utf8(edition)
                .ok()
                .and_then(|text| text.parse().ok())
                .ok_or_else(|| {
                    self.problem(
                        row,
                        MaterialColumn::HsEdition,
                        edition,
                        CellProblem::NotAnEdition,
                    )
                })?;
        }
        material.weight = self
            .number(cells, MaterialColumn::WeightKg, row)?
            .and_then(Decimal::weight);
        material.accessory_with_good = self.answer(cells, MaterialColumn::WithGood, row)?;
        material.active_ingredient = self.answer(cells, MaterialColumn::ActiveIngredient, row)?;
        material.regime = self.regime(cells, row)?;
        Ok(())
    }

    fn code(&self, cell: &[u8], row: u64) -> Result<HsCode, MaterialsError> {
        quick_code(cell)
            .or_else(|| std::str::from_utf8(cell).ok()?.parse().ok())
            .ok_or_else(|| self.problem(row, MaterialColumn::Hs, cell, CellProblem::NotACode))
    }

    fn origin(&mut self, cell: &[u8], row: u64) -> Result<Option<Country>, MaterialsError> {
        let found = match self.countries.get(cell) {
            Some(found) => *found,
            None => {
                let text = decode_lossy(self.encoding, cell);
                let found = self.codes.country(&text).map(|coded| coded.value);
                self.countries.insert(SmallVec::from_slice(cell), found);
                found
            }
        };
        if found.is_some() {
            return Ok(found);
        }
        let text = decode_lossy(self.encoding, cell);
        if matches!(text.as_str(), "unknown" | "不详" | "不明" | "未知") {
            return Ok(None);
        }
        Err(self.problem(row, MaterialColumn::Origin, cell, CellProblem::NotACountry))
    }

    /// The value of a material, and the status that the column it stands in
    /// implies on a cost sheet.
    fn value(
        &self,
        cells: &Cells<'_>,
        row: u64,
    ) -> Result<(Option<Amount>, Option<OriginatingStatus>), MaterialsError> {
        if let Some(value) = self.amount(cells, MaterialColumn::Value, row)? {
            return Ok((Some(value), None));
        }
        let positive = |value: &Amount| value.minor() > 0;
        let originating = self
            .amount(cells, MaterialColumn::OriginatingValue, row)?
            .filter(positive);
        let other = self
            .amount(cells, MaterialColumn::NonOriginatingValue, row)?
            .filter(positive);
        match (originating, other) {
            (Some(value), None) => return Ok((Some(value), Some(OriginatingStatus::Originating))),
            (None, Some(value)) => {
                return Ok((Some(value), Some(OriginatingStatus::NonOriginating)));
            }
            (Some(_), Some(_)) => {
                return Err(self.problem(
                    row,
                    MaterialColumn::OriginatingValue,
                    self.columns.cell(cells, MaterialColumn::OriginatingValue),
                    CellProblem::BothValues,
                ));
            }
            (None, None) => {}
        }
        let quantity = self.number(cells, MaterialColumn::Quantity, row)?;
        let price = self.number(cells, MaterialColumn::UnitCost, row)?;
        let (Some(quantity), Some(price)) = (quantity, price) else {
            return Ok((None, None));
        };
        let product = quantity.times(price).and_then(Decimal::amount);
        product.map(|value| (Some(value), None)).ok_or_else(|| {
            self.problem(
                row,
                MaterialColumn::UnitCost,
                self.columns.cell(cells, MaterialColumn::UnitCost),
                CellProblem::ProductTooFine,
            )
        })
    }

    fn status(&self, cell: &[u8], row: u64) -> Result<OriginatingStatus, MaterialsError> {
        match cell {
            b"originating" | b"orig" | b"1" => return Ok(OriginatingStatus::Originating),
            b"non_originating" | b"nonorig" | b"non-originating" | b"0" => {
                return Ok(OriginatingStatus::NonOriginating);
            }
            b"unknown" | b"?" => return Ok(OriginatingStatus::Unknown),
            _ => {}
        }
        match decode_lossy(self.encoding, cell).to_lowercase().as_str() {
            "originating" | "orig" | "原产" | "是" | "yes" | "○" => {
                Ok(OriginatingStatus::Originating)
            }
            "non_originating" | "nonorig" | "非原产" | "否" | "no" | "×" => {
                Ok(OriginatingStatus::NonOriginating)
            }
            "unknown" | "不详" | "不明" | "未知" => Ok(OriginatingStatus::Unknown),
            _ => Err(self.problem(row, MaterialColumn::Status, cell, CellProblem::NotAStatus)),
        }
    }

    fn role(&self, cell: &[u8], row: u64) -> Result<MaterialRole, MaterialsError> {
        match decode_lossy(self.encoding, cell).to_lowercase().as_str() {
            "material" | "材料" | "原材料" => Ok(MaterialRole::Material),
            "retail_packing" | "零售包装" => Ok(MaterialRole::RetailPacking),
            "transport_packing" | "运输包装" => Ok(MaterialRole::TransportPacking),
            "accessory" | "附件" | "配件" => Ok(MaterialRole::Accessory),
            "indirect" | "间接材料" => Ok(MaterialRole::Indirect),
            _ => Err(self.problem(row, MaterialColumn::Role, cell, CellProblem::NotARole)),
        }
    }

    fn answer(
        &self,
        cells: &Cells<'_>,
        column: MaterialColumn,
        row: u64,
    ) -> Result<Option<bool>, MaterialsError> {
        let cell = self.columns.cell(cells, column);
        if cell.is_empty() {
            return Ok(None);
        }
        yes_no(&decode_lossy(self.encoding, cell))
            .map(Some)
            .ok_or_else(|| self.problem(row, column, cell, CellProblem::NotYesOrNo))
    }

    fn regime(&self, cells: &Cells<'_>, row: u64) -> Result<Option<SupplyRegime>, MaterialsError> {
        let cell = self.columns.cell(cells, MaterialColumn::Regime);
        if cell.is_empty() {
            return Ok(None);
        }
        match decode_lossy(self.encoding, cell).to_lowercase().as_str() {
            "free_circulation" | "一般贸易" => Ok(Some(SupplyRegime::FreeCirculation)),
            "processing_trade" | "加工贸易" => Ok(Some(SupplyRegime::ProcessingTrade)),
            "border_trade" | "边民互市" => Ok(Some(SupplyRegime::BorderTrade)),
            "bonded_zone" | "保税区" => Ok(Some(SupplyRegime::BondedZone)),
            _ => Err(self.problem(row, MaterialColumn::Regime, cell, CellProblem::NotARegime)),
        }
    }

    fn row(&mut self, cells: &Cells<'_>, row: u64) -> Result<Row, MaterialsError> {
        let text = |column| decode_lossy(self.encoding, self.columns.cell(cells, column));
        let (id, parent) = (
            text(MaterialColumn::MaterialId),
            text(MaterialColumn::Parent),
        );
        let level = text(MaterialColumn::Level).parse().ok();
        Ok(Row {
            material: self.material(cells, row)?,
            id,
            parent,
            level,
        })
    }

    /// Whether rows can stand below others.
    pub fn is_multi_level(&self) -> bool {
        self.columns.position(MaterialColumn::Parent).is_some()
            || self.columns.position(MaterialColumn::Level).is_some()
    }
}

/// The bills of a file, one for each product or line.
#[derive(Debug, Default)]
pub struct ProductBills {
    bills: HashMap<Vec<u8>, Bill>,
}

#[derive(Debug)]
struct Bill {
    materials: Vec<Material>,
    /// Whether a line has asked for it.
    asked: AtomicBool,
}

/// Bills no line has asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnusedBills {
    /// How many.
    pub count: usize,
    /// The key of the first, in the order of keys.
    pub first: String,
}

impl ProductBills {
    /// Starts gathering rows.
    pub fn gather() -> BillGatherer {
        BillGatherer::default()
    }

    /// The bill of a product, for one unit of it.
    pub fn of(&self, product: &[u8]) -> Option<&[Material]> {
        let bill = self.bills.get(product)?;
        bill.asked.store(true, Ordering::Relaxed);
        Some(&bill.materials)
    }

    /// The bills no line has asked for; keys are read in an encoding.
    pub fn unused(&self, encoding: Encoding) -> Option<UnusedBills> {
        let unused = || {
            self.bills
                .iter()
                .filter(|(_, bill)| !bill.asked.load(Ordering::Relaxed))
                .map(|(key, _)| key)
        };
        Some(UnusedBills {
            first: decode_lossy(encoding, unused().min()?),
            count: unused().count(),
        })
    }

    /// Number of bills.
    pub fn len(&self) -> usize {
        self.bills.len()
    }

    /// Whether there is no bill.
    pub fn is_empty(&self) -> bool {
        self.bills.is_empty()
    }
}

impl UnusedBills {
    /// What is said of them.
    pub fn text(&self, lang: Lang) -> String {
        let Self { count, first } = self;
        match lang {
            Lang::En => format!(
                "bills of materials that belong to no line of the file: {count}, the first for `{first}`"
            ),
            Lang::Zh => format!("不属于文件中任何一行的物料清单：{count} 份，第一份为 `{first}`"),
        }
    }
}

/// Rows gathered by bill before they are nested.
#[derive(Debug, Default)]
pub struct BillGatherer {
    rows: HashMap<Vec<u8>, Vec<Row>>,
}

impl BillGatherer {
    /// Adds a row.
    ///
    /// # Errors
    /// See [`MaterialReader::material`].
    pub fn add(
        &mut self,
        reader: &mut MaterialReader<'_>,
        cells: &Cells<'_>,
        row: u64,
    ) -> Result<(), MaterialsError> {
        let mut key = Vec::new();
        reader.columns.key_of(cells, &mut key);
        let row = reader.row(cells, row)?;
        self.rows.entry(key).or_default().push(row);
        Ok(())
    }

    /// Nests the rows of every bill.
    ///
    /// # Errors
    /// [`MaterialsError::Parent`] when a parent is not in its bill.
    pub fn finish(self, file: &str) -> Result<ProductBills, MaterialsError> {
        let mut bills = HashMap::new();
        for (key, rows) in self.rows {
            let bill = Bill {
                materials: nest(file, &key, rows)?,
                asked: AtomicBool::new(false),
            };
            bills.insert(key, bill);
        }
        Ok(ProductBills { bills })
    }
}

/// Puts rows below their parents, named by `parent` or implied by `level`.
fn nest(file: &str, key: &[u8], mut rows: Vec<Row>) -> Result<Vec<Material>, MaterialsError> {
    imply_parents(&mut rows);
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let orphan = rows
        .iter()
        .find(|row| !row.parent.is_empty() && (row.parent == row.id || !ids.contains(&row.parent)));
    if let Some(row) = orphan {
        return Err(MaterialsError::Parent {
            file: file.to_owned(),
            key: String::from_utf8_lossy(key).into_owned(),
            parent: row.parent.clone(),
        });
    }
    let mut remaining = rows;
    Ok(children(&mut remaining, ""))
}

/// Takes the rows below `parent` out of `rows`, with everything below them.
fn children(rows: &mut Vec<Row>, parent: &str) -> Vec<Material> {
    let (own, rest): (Vec<Row>, Vec<Row>) = std::mem::take(rows)
        .into_iter()
        .partition(|row| row.parent == parent);
    *rows = rest;
    own.into_iter()
        .map(|row| {
            let below = if row.id.is_empty() {
                Vec::new()
            } else {
                children(rows, &row.id)
            };
            let mut material = row.material;
            if !below.is_empty() {
                material.production = Some(Box::new(Production {
                    materials: Some(below),
                    ..Production::default()
                }));
            }
            material
        })
        .collect()
}

/// Where only levels are given, a row stands below the last row one level up.
fn imply_parents(rows: &mut [Row]) {
    if rows.iter().any(|row| !row.parent.is_empty()) {
        return;
    }
    let top = rows
        .iter()
        .filter_map(|row| row.level)
        .min()
        .unwrap_or_default();
    let mut above: Vec<String> = Vec::new();
    for (number, row) in rows.iter_mut().enumerate() {
        let Some(level) = row.level else { continue };
        let depth = usize::from(level - top);
        if row.id.is_empty() {
            row.id = format!("#{number}");
        }
        above.truncate(depth);
        row.parent = above.last().cloned().unwrap_or_default();
        above.push(row.id.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::CountryNumbers;
    use crate::input::record::next_record;

    fn bills(text: &str) -> Result<ProductBills, MaterialsError> {
        let codes = Codes::new(CountryNumbers::Customs);
        let mut fields = Vec::new();
        let head = next_record(text.as_bytes(), 0, b',', &mut fields).unwrap();
        let headings: Vec<String> = text
            .lines()
            .next()
            .unwrap()
            .split(',')
            .map(str::to_owned)
            .collect();
        let columns = MaterialColumns::read("bom.csv", &headings)?;
        let mut reader = MaterialReader::new(
            "bom.csv",
            &columns,
            &codes,
            Encoding::Utf8,
            HsEdition::Hs2022,
        );
        let mut gatherer = ProductBills::gather();
        let mut at = head.next;
        let mut row = 1;
        while let Some(record) = next_record(text.as_bytes(), at, b',', &mut fields) {
            row += 1;
            let cells = Cells {
                text: text.as_bytes(),
                fields: &fields,
            };
            gatherer.add(&mut reader, &cells, row)?;
            at = record.next;
        }
        gatherer.finish("bom.csv")
    }

    #[test]
    fn a_flat_bill_and_a_cost_sheet() {
        let read = bills(
            "产品编码,原辅料名称,HS编码,原产地,原产值,非原产值\nP1,羊绒纱,5108.10,蒙古,,480\nP1,纽扣,9606,中国,20,\n",
        )
        .unwrap();
        let bill = read.of(b"P1").unwrap();
        assert_eq!(bill.len(), 2);
        assert_eq!(bill[0].status, OriginatingStatus::NonOriginating);
        assert_eq!(bill[0].value, "480".parse().ok());
        assert_eq!(bill[1].status, OriginatingStatus::Originating);
        assert!(read.of(b"P2").is_none());
    }

    #[test]
    fn parents_and_levels_nest_alike() {
        let by_parent = bills(
            "product_code,material_id,parent,hs,status,qty,unit_cost\nP,a,,5205.11,unknown,1,30\nP,b,a,5201,non_originating,2,10.5\nP,c,,9606,orig,1,1\n",
        )
        .unwrap();
        let by_level = bills(
            "product_code,level,hs,status,value\nP,1,5205.11,unknown,30\nP,2,5201,non_originating,21\nP,1,9606,orig,1\n",
        )
        .unwrap();
        assert_eq!(by_parent.of(b"P"), by_level.of(b"P"));
        let bill = by_parent.of(b"P").unwrap();
        let below = bill[0]
            .production
            .as_ref()
            .unwrap()
            .materials
            .as_ref()
            .unwrap();
        assert_eq!(below[0].value, "21".parse().ok());
        assert_eq!(bill[1].production, None);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let error = bills("product_code,hs,value\nP,5205,12x\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "bom.csv, row 2, column value: `12x` is not a non-negative number: expected digits such as 1200.50"
        );
        assert!(matches!(
            bills("product_code,material_id,parent\nP,a,z\n"),
            Err(MaterialsError::Parent { .. })
        ));
        assert!(matches!(
            bills("hs,value\n"),
            Err(MaterialsError::NoKey { .. })
        ));
    }
}
