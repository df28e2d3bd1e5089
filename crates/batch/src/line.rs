//! From the cells of one declaration line to the facts the engine decides on.
//!
//! What a cell does not say stays unknown: a delivery term that does not give
//! FOB leaves FOB missing, a damaged code is offered a reading and not used.

use std::borrow::Borrow;
use std::cell::RefCell;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use jiff::civil::Date;
use originis_rules_engine::agreement::{Agreement, in_force};
use originis_rules_engine::country::Country;
use originis_rules_engine::facts::{
    Costs, Facts, Good, Material, Operation, Production, Proof, ProofType, TransitOperation,
    TransitPlace, Transport,
};
use originis_rules_engine::hs::{HsCode, HsEdition};
use originis_rules_engine::law::proof::last_valid_day;
use originis_rules_engine::quantity::{Amount, Weight};
use originis_rules_engine::rulebook::RuleBook;
use smallvec::SmallVec;

use crate::codes::{Certainty, Codes, Currency, DeclaredAgreement, PriceBasis, weight_of};
use crate::columns::{Columns, Field};
use crate::hash::{QuickMap, QuickSet};
use crate::input::encoding::{Encoding, decode_lossy};
use crate::input::record::{Span, unescaped};
use crate::kept::Results;
use crate::number::{Decimal, NumberProblem, is_scientific, trimmed};
use crate::remark::{RemarkKind, Remarks};

/// What every line of a run has in common.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The agreement to decide under; `None` for every one that binds.
    pub agreement: Option<Agreement>,
    /// The exporting country where a line does not name it.
    pub from: Option<Country>,
    /// The importing country where a line does not name it.
    pub to: Option<Country>,
    /// The day of importation where a line does not name it.
    pub date: Option<Date>,
    /// The edition of the codes where a line does not name it.
    pub edition: HsEdition,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            agreement: None,
            from: None,
            to: None,
            date: None,
            edition: HsEdition::Hs2022,
        }
    }
}

/// What the declaration says about preference.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Claimed {
    /// A preference is claimed, or the export is marked as enjoying one.
    Yes,
    /// None is claimed.
    No,
    /// The export is marked "cannot be told".
    NotSure,
    /// The file does not say.
    NotStated,
}

/// What the words and codes of a line say: everything but its numbers and the
/// day of its proof. A file describes far fewer goods than it has lines, so that
/// descriptions are read once and kept.
#[derive(Debug, Clone)]
pub struct Description {
    /// The cells it was read from.
    pub(crate) key: SmallVec<[u8; 40]>,
    /// The results its lines came to.
    pub(crate) results: RefCell<Results>,
    /// Tells descriptions of one worker apart; never given twice.
    pub number: u64,
    /// The code, cut to the digits the importing country can read.
    pub hs: Option<HsCode>,
    /// Its edition.
    pub edition: HsEdition,
    /// Exporting country.
    pub exporter: Option<Country>,
    /// Importing country.
    pub importer: Option<Country>,
    /// The agreement the line asks about or claims under.
    pub agreement: Option<Agreement>,
    /// What it says about preference.
    pub claimed: Claimed,
    /// The currency of its amounts.
    pub currency: Option<Currency>,
    /// What its delivery term makes of the total.
    pub basis: Option<PriceBasis>,
    /// The part of a rule split by product.
    pub part: Option<u8>,
    /// The ground claimed for wholly obtained.
    pub wholly_obtained: Option<char>,
    /// Whether a chemical reaction took place.
    pub chemical_reaction: Option<bool>,
    /// The kind of proof held.
    pub proof: Option<ProofType>,
    /// What few lines state; apart, so that thousands of descriptions stay within
    /// the caches of the processor.
    pub rare: Option<Box<Rare>>,
}

/// A description found by the cells it was read from. They stand in it beside
/// what they say and what came of it, so that a line finds all of that in one
/// stretch of memory.
#[derive(Debug)]
struct Known(Rc<Description>);

impl Borrow<[u8]> for Known {
    fn borrow(&self) -> &[u8] {
        &self.0.key
    }
}

impl Hash for Known {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.key.as_slice().hash(state);
    }
}

impl PartialEq for Known {
    fn eq(&self, other: &Self) -> bool {
        self.0.key == other.0.key
    }
}

impl Eq for Known {}

/// What few lines state.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rare {
    /// What is done in the exporting country.
    pub operations: Option<Vec<Operation>>,
    /// The words it was stated with.
    pub words: Option<Vec<String>>,
    /// How the good travels.
    pub transport: Option<Transport>,
    /// The criterion declared.
    pub criterion: Option<String>,
    /// Remarks on these cells.
    pub remarks: Remarks,
}

impl Description {
    /// The facts without which nothing can be asked and which it lacks.
    pub fn lacking(&self) -> impl Iterator<Item = &'static str> {
        [
            ("good.hs", self.hs.is_none()),
            ("from", self.exporter.is_none()),
            ("to", self.importer.is_none()),
        ]
        .into_iter()
        .filter_map(|(fact, is_lacking)| is_lacking.then_some(fact))
    }

    /// Whether it lacks none of them.
    pub const fn is_decidable(&self) -> bool {
        self.hs.is_some() && self.exporter.is_some() && self.importer.is_some()
    }

    /// Whether nothing in it makes the determination of a line that states no
    /// materials its own: no operations, route or declared criterion.
    fn is_shared(&self) -> bool {
        self.rare.as_deref().is_none_or(|rare| {
            rare.operations.is_none()
                && rare.criterion.is_none()
                && rare
                    .transport
                    .as_ref()
                    .is_none_or(|transport| transport.via.is_empty())
        })
    }

    /// The words its operations were stated with.
    pub fn words(&self) -> Option<&[String]> {
        self.rare.as_deref()?.words.as_deref()
    }

    /// The criterion declared.
    pub fn criterion(&self) -> Option<&str> {
        self.rare.as_deref()?.criterion.as_deref()
    }
}

/// The numbers of a line and its days: what differs from one line to the next of
/// the same description.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Particulars {
    /// Day of importation.
    pub date: Option<Date>,
    /// Day the proof was issued.
    pub issued: Option<Date>,
    /// Value free on board.
    pub fob: Option<Amount>,
    /// Customs value.
    pub customs_value: Option<Amount>,
    /// Net weight.
    pub weight: Option<Weight>,
    /// Costs other than materials.
    pub costs: Costs,
}

/// One line, read.
#[derive(Debug, Clone)]
pub struct Line {
    /// What its words and codes say.
    pub description: Rc<Description>,
    /// Its numbers and days.
    pub particulars: Particulars,
    /// Its bill of materials.
    pub materials: Option<Vec<Material>>,
    /// Quantity declared.
    pub quantity: Option<Decimal>,
    /// FOB of one unit, where price and delivery term tell it.
    pub unit_fob: Option<Amount>,
    /// Remarks.
    pub remarks: Remarks,
}

impl Line {
    /// Whether its determination is that of every line of the description, apart
    /// from amounts no test can compare without materials.
    pub fn is_shared(&self) -> bool {
        self.description.is_shared()
            && self.materials.is_none()
            && self.particulars.costs == Costs::default()
    }

    /// The facts the engine decides on, with these materials; `room` is used for
    /// the list of operations. `None` when code or countries are missing.
    pub fn facts(
        &self,
        materials: Option<Vec<Material>>,
        mut room: Vec<Operation>,
    ) -> Option<Facts> {
        let described = &*self.description;
        let rare = described.rare.as_deref();
        let particulars = &self.particulars;
        Some(Facts {
            exporter: described.exporter?,
            importer: described.importer?,
            date: particulars.date,
            good: Good {
                hs: described.hs?,
                edition: described.edition,
                fob: particulars.fob,
                in_us_dollars: described.currency == Some(*b"USD"),
                weight: particulars.weight,
                customs_value: particulars.customs_value,
                part: described.part,
            },
            production: Production {
                wholly_obtained: described.wholly_obtained,
                materials,
                costs: particulars.costs,
                operations: rare
                    .and_then(|rare| rare.operations.as_deref())
                    .map(|operations| {
                        room.clear();
                        room.extend_from_slice(operations);
                        room
                    }),
                chemical_reaction: described.chemical_reaction,
            },
            transport: rare.and_then(|rare| rare.transport.clone()),
            proof: described.proof.map(|proof| Proof {
                proof,
                issued: particulars.issued,
            }),
        })
    }
}

#[cfg(test)]
impl Description {
    /// What these facts say of a good, in no currency and no words.
    pub fn of(facts: &Facts) -> Self {
        let rare = Rare {
            operations: facts.production.operations.clone(),
            transport: facts.transport.clone(),
            ..Rare::default()
        };
        Self {
            key: SmallVec::new(),
            results: RefCell::default(),
            number: 0,
            hs: Some(facts.good.hs),
            edition: facts.good.edition,
            exporter: Some(facts.exporter),
            importer: Some(facts.importer),
            agreement: None,
            claimed: Claimed::NotStated,
            currency: None,
            basis: None,
            part: facts.good.part,
            wholly_obtained: facts.production.wholly_obtained,
            chemical_reaction: facts.production.chemical_reaction,
            proof: facts.proof.as_ref().map(|proof| proof.proof),
            rare: (rare != Rare::default()).then(|| Box::new(rare)),
        }
    }
}

#[cfg(test)]
impl Line {
    /// A line of a description with the particulars of these facts.
    pub fn of(description: Description, facts: Facts) -> Self {
        Self {
            description: Rc::new(description),
            particulars: Particulars {
                date: facts.date,
                issued: facts.proof.and_then(|proof| proof.issued),
                fob: facts.good.fob,
                customs_value: facts.good.customs_value,
                weight: facts.good.weight,
                costs: facts.production.costs,
            },
            materials: facts.production.materials,
            quantity: None,
            unit_fob: None,
            remarks: Remarks::default(),
        }
    }
}

/// The fields a description is read from, with [`LineReader::marks`].
const DESCRIBING: [Field; 24] = [
    Field::Hs,
    Field::HsEdition,
    Field::From,
    Field::To,
    Field::OriginCountry,
    Field::DestinationCountry,
    Field::PreferentialOrigin,
    Field::DepartureCountry,
    Field::IeFlag,
    Field::Currency,
    Field::Terms,
    Field::Agreement,
    Field::AgreementCode,
    Field::ProofType,
    Field::ProofKind,
    Field::Criterion,
    Field::WhollyObtained,
    Field::Operations,
    Field::ChemicalReaction,
    Field::Part,
    Field::Direct,
    Field::Via,
    Field::ViaCustomsControl,
    Field::ViaOperations,
];

/// The texts a declaration prints.
const PRINTED: [Field; 2] = [Field::Name, Field::Model];

/// The numbers in a unit of their own, those customs count by first.
const MEASURED: [(Field, Field); 3] = [
    (Field::LegalQuantity, Field::LegalUnit),
    (Field::SecondQuantity, Field::SecondUnit),
    (Field::Quantity, Field::Unit),
];

const COSTS: [Field; 4] = [
    Field::Labour,
    Field::Overhead,
    Field::Profit,
    Field::OtherCost,
];

/// Descriptions kept by one worker before it starts over, which bounds its
/// memory.
const MOST_DESCRIPTIONS: usize = 16_384;

/// The cells of one record.
#[derive(Debug, Clone, Copy)]
pub struct Cells<'a> {
    /// The text the spans stand in.
    pub text: &'a [u8],
    /// The fields.
    pub fields: &'a [Span],
}

impl<'a> Cells<'a> {
    /// The cell at a position without surrounding blanks; empty when absent.
    /// Doubled quotation marks stay doubled.
    #[inline]
    pub fn at(&self, position: usize) -> &'a [u8] {
        self.fields
            .get(position)
            .and_then(|span| self.text.get(span.start..span.end))
            .map_or(&[], trimmed)
    }

    /// The text of the cell at a position.
    pub fn text_at(&self, position: usize, encoding: Encoding) -> String {
        let raw = self.at(position);
        let escaped = self.fields.get(position).is_some_and(|span| span.escaped);
        if escaped {
            let mut value = Vec::new();
            unescaped(raw, &mut value);
            decode_lossy(encoding, &value)
        } else {
            decode_lossy(encoding, raw)
        }
    }
}

/// What a line is known by: the number of its declaration and its own in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineNumber<'c> {
    /// Number of the declaration.
    pub entry: &'c [u8],
    /// Number of the line in it.
    pub item: &'c [u8],
}

impl<'c> LineNumber<'c> {
    /// That of a line of a declaration file.
    pub fn of(columns: &Columns, cells: &Cells<'c>) -> Self {
        let cell = |field| {
            columns
                .position(field)
                .map_or(&[][..], |position| cells.at(position))
        };
        Self {
            entry: cell(Field::EntryId),
            item: cell(Field::LineNo),
        }
    }

    /// Writes it in the form of a materials file with one key, `number-item`.
    pub fn write(&self, key: &mut Vec<u8>) {
        key.clear();
        key.extend_from_slice(self.entry);
        key.push(b'-');
        key.extend_from_slice(self.item);
    }
}

/// Freight, insurance and values of all lines of one declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeclarationTotals {
    /// Sum of the totals of its lines.
    pub total: Decimal,
    /// Number of its lines.
    pub lines: u32,
}

/// Reads lines; one for each worker, because it remembers codes seen before.
pub struct LineReader<'a> {
    book: &'a RuleBook,
    codes: &'a Codes,
    columns: &'a Columns,
    settings: &'a Settings,
    encoding: Encoding,
    single_window: bool,
    china: Option<Country>,
    units: QuickMap<Vec<u8>, UnitSeen>,
    operations: QuickMap<String, Operation>,
    has: HasFields,
    describing: Vec<Stretch>,
    descriptions: QuickSet<Known>,
    described: u64,
    key: Vec<u8>,
}

/// The fields among those few files have that the file does have.
#[derive(Debug)]
struct HasFields {
    /// Of the texts a declaration prints.
    printed: Vec<Field>,
    units: bool,
    costs: bool,
    benefit_mark: bool,
}

impl HasFields {
    fn of(columns: &Columns) -> Self {
        let has = |field: &Field| columns.has(*field);
        Self {
            printed: PRINTED.into_iter().filter(has).collect(),
            units: MEASURED.iter().any(|(_, unit)| has(unit)),
            costs: COSTS.iter().any(has),
            benefit_mark: [Field::Benefit, Field::Model].iter().any(has),
        }
    }
}

/// Columns that stand beside each other and describe, from the first to the last
/// one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stretch {
    first: usize,
    last: usize,
}

impl Stretch {
    /// The stretches of all columns a description is read from. The cells of
    /// supplementing files, which have no delimiter between them, stand alone.
    fn of(columns: &Columns) -> Vec<Self> {
        let mut positions: Vec<usize> = DESCRIBING
            .into_iter()
            .flat_map(|field| [columns.position(field), columns.supplement_of(field)])
            .flatten()
            .collect();
        positions.sort_unstable();
        positions.dedup();
        let own = columns.headings.len();
        let mut stretches: Vec<Self> = Vec::new();
        for position in positions {
            match stretches.last_mut() {
                Some(stretch) if stretch.last + 1 == position && position < own => {
                    stretch.last = position;
                }
                _ => stretches.push(Self {
                    first: position,
                    last: position,
                }),
            }
        }
        stretches
    }

    /// Appends the text of its cells as it stands in the file, so that equal
    /// texts have equal cells: with its length, and whether the last cell is
    /// quoted, whose closing mark is left out.
    fn push(self, cells: &Cells<'_>, key: &mut Vec<u8>) {
        let last = self.last.min(cells.fields.len().saturating_sub(1));
        let (Some(from), Some(to)) = (cells.fields.get(self.first), cells.fields.get(last)) else {
            key.extend_from_slice(&u32::MAX.to_le_bytes());
            return;
        };
        let text = cells.text.get(from.outer..to.end).unwrap_or_default();
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX - 1);
        key.extend_from_slice(&length.to_le_bytes());
        key.push(u8::from(to.start != to.outer));
        key.extend_from_slice(text);
    }
}

#[derive(Debug, Clone, Copy)]
struct UnitSeen {
    known: bool,
    certainty: Certainty,
}

/// How the header's freight and insurance enter the value of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Charge {
    /// The file has no column for it.
    Unstated,
    /// The line's share.
    Known(Decimal),
    /// It is stated in a form that gives no amount.
    Unusable,
}

impl<'a> LineReader<'a> {
    /// A reader for the columns of a file.
    pub fn new(
        book: &'a RuleBook,
        codes: &'a Codes,
        columns: &'a Columns,
        settings: &'a Settings,
        encoding: Encoding,
    ) -> Self {
        Self {
            book,
            codes,
            columns,
            settings,
            encoding,
            single_window: columns.is_single_window(),
            china: "CN".parse().ok(),
            units: QuickMap::default(),
            operations: QuickMap::default(),
            has: HasFields::of(columns),
            describing: Stretch::of(columns),
            descriptions: QuickSet::default(),
            described: 0,
            key: Vec::new(),
        }
    }

    /// Reads the cells of the following lines in another encoding.
    pub const fn set_encoding(&mut self, encoding: Encoding) {
        self.encoding = encoding;
    }

    /// The raw cell of a field; empty when the file has no such column.
    pub fn cell<'c>(&self, cells: &Cells<'c>, field: Field) -> &'c [u8] {
        let Some(own) = self.columns.position(field) else {
            return &[];
        };
        let cell = cells.at(own);
        match self.columns.supplement_of(field) {
            Some(supplement) if cell.is_empty() => cells.at(supplement),
            _ => cell,
        }
    }

    /// The text of a field.
    pub fn text(&self, cells: &Cells<'_>, field: Field) -> String {
        self.position(cells, field)
            .map_or_else(String::new, |position| {
                cells.text_at(position, self.encoding)
            })
    }

    /// The column of a field, or that of its supplement where the cell is empty.
    fn position(&self, cells: &Cells<'_>, field: Field) -> Option<usize> {
        let own = self.columns.position(field)?;
        if cells.at(own).is_empty()
            && let Some(supplement) = self.columns.supplement_of(field)
        {
            return Some(supplement);
        }
        Some(own)
    }

    /// Reads one line. `totals` are those of its declaration, where all of its
    /// lines are at hand.
    pub fn read(&mut self, cells: &Cells<'_>, totals: Option<DeclarationTotals>) -> Line {
        let mut remarks = Remarks::default();
        self.check_characters(cells, &mut remarks);
        let description = self.description(cells);
        if let Some(rare) = &description.rare {
            remarks.0.extend_from_slice(&rare.remarks.0);
        }
        let date = self
            .date(cells, Field::Date, &mut remarks)
            .or(self.settings.date);
        let issued = self.issued(cells, description.exporter, date, &mut remarks);
        let quantity = self.number(cells, Field::Quantity, &mut remarks);
        let price = self.number(cells, Field::UnitPrice, &mut remarks);
        let total = self.number(cells, Field::Total, &mut remarks);
        check_total(quantity, price, total, &mut remarks);
        let value = self.value(
            cells,
            (total, quantity, price),
            &description,
            totals,
            &mut remarks,
        );
        let weight = self.weight(cells, quantity, &mut remarks);
        let particulars = Particulars {
            date,
            issued,
            fob: value.fob,
            customs_value: value.customs,
            weight,
            costs: self.costs(cells, &mut remarks),
        };
        Line {
            description,
            particulars,
            materials: None,
            quantity,
            unit_fob: value.unit_fob,
            remarks,
        }
    }

    /// The description of a line, read before or now.
    fn description(&mut self, cells: &Cells<'_>) -> Rc<Description> {
        let mut key = std::mem::take(&mut self.key);
        key.clear();
        key.extend_from_slice(&self.marks(cells));
        for stretch in &self.describing {
            stretch.push(cells, &mut key);
        }
        let known = self.descriptions.get(key.as_slice());
        let known = known.map(|known| Rc::clone(&known.0));
        let description = known.unwrap_or_else(|| {
            let mut description = self.describe(cells);
            description.key = SmallVec::from_slice(&key);
            let description = Rc::new(description);
            if self.descriptions.len() >= MOST_DESCRIPTIONS {
                self.descriptions.clear();
            }
            self.descriptions.insert(Known(Rc::clone(&description)));
            description
        });
        self.key = key;
        description
    }

    /// What a description takes from cells that also hold other things: the
    /// encoding, the mark inside 规格型号, the letter before a proof's number.
    fn marks(&self, cells: &Cells<'_>) -> [u8; 3] {
        [
            self.encoding as u8,
            self.benefit_mark(cells).unwrap_or_default(),
            self.letter_of_proof(cells).unwrap_or_default(),
        ]
    }

    fn describe(&mut self, cells: &Cells<'_>) -> Description {
        let mut remarks = Remarks::default();
        let edition = self.edition(cells);
        let hs = self.hs(cells, edition, &mut remarks);
        let (exporter, importer) = self.parties(cells, &mut remarks);
        let hs = hs.map(|code| self.for_importer(code, importer));
        let currency = self.currency(cells, &mut remarks);
        let basis = self.basis(cells, &mut remarks);
        let (agreement, claimed) = self.claim(cells, &mut remarks);
        let proof = self.proof_held(cells, &mut remarks);
        if exporter.is_none() || importer.is_none() {
            remarks.row(RemarkKind::PartiesMissing);
        }
        let words = self.words(cells);
        let criterion = self.cell(cells, Field::Criterion);
        let part = self.part(cells, &mut remarks);
        let chemical_reaction = self.yes_no(cells, Field::ChemicalReaction, &mut remarks);
        let rare = Rare {
            operations: words
                .as_ref()
                .map(|words| words.iter().map(|word| self.operation(word)).collect()),
            words,
            transport: self.transport(cells, &mut remarks),
            criterion: (!criterion.is_empty())
                .then(|| self.text(cells, Field::Criterion).to_uppercase()),
            remarks,
        };
        self.described += 1;
        Description {
            key: SmallVec::new(),
            results: RefCell::default(),
            number: self.described,
            hs,
            edition,
            exporter,
            importer,
            agreement: agreement.or(self.settings.agreement),
            claimed,
            currency,
            basis,
            part,
            wholly_obtained: self.ground(cells),
            chemical_reaction,
            proof,
            rare: (rare != Rare::default()).then(|| Box::new(rare)),
        }
    }

    /// Line breaks and other control characters in what the declaration prints.
    fn check_characters(&self, cells: &Cells<'_>, remarks: &mut Remarks) {
        for field in &self.has.printed {
            let cell = self.cell(cells, *field);
            if cell.iter().any(|byte| byte.is_ascii_control()) {
                let text = self.text(cells, *field);
                remarks.note(RemarkKind::IllegalCharacter, *field, text);
            }
        }
    }

    fn edition(&self, cells: &Cells<'_>) -> HsEdition {
        std::str::from_utf8(self.cell(cells, Field::HsEdition))
            .ok()
            .and_then(|text| text.parse().ok())
            .unwrap_or(self.settings.edition)
    }

    /// The code, unless it is damaged; then a reading is offered.
    fn hs(&self, cells: &Cells<'_>, edition: HsEdition, remarks: &mut Remarks) -> Option<HsCode> {
        let cell = self.cell(cells, Field::Hs);
        if cell.is_empty() {
            remarks.row(RemarkKind::HsMissing);
            return None;
        }
        let code = match quick_code(cell) {
            Some(code) => code,
            None => {
                let text = decode_lossy(self.encoding, cell);
                if is_scientific(&text) {
                    let reading = scientific_reading(&text);
                    remarks.offer(RemarkKind::ScientificForm, Field::Hs, text, reading);
                    return None;
                }
                match text.parse::<HsCode>() {
                    Ok(code) if code.digit_count() >= 6 => code,
                    _ => {
                        match padded(&text) {
                            Some(reading) if self.is_in_nomenclature(reading, edition) => remarks
                                .offer(
                                    RemarkKind::LostLeadingZero,
                                    Field::Hs,
                                    text,
                                    reading.compact(),
                                ),
                            _ => remarks.note(RemarkKind::HsUnreadable, Field::Hs, text),
                        }
                        return None;
                    }
                }
            }
        };
        let known = self.is_in_nomenclature(code, edition);
        let odd = code.digit_count() % 2 == 1;
        if odd && (self.single_window || !known) {
            let text = decode_lossy(self.encoding, cell);
            match padded(&text) {
                Some(reading) if self.is_in_nomenclature(reading, edition) => {
                    remarks.offer(
                        RemarkKind::LostLeadingZero,
                        Field::Hs,
                        text,
                        reading.compact(),
                    );
                }
                _ => remarks.note(RemarkKind::HsUnreadable, Field::Hs, text),
            }
            return None;
        }
        if !known {
            let text = decode_lossy(self.encoding, cell);
            remarks.note(RemarkKind::HsNotInNomenclature, Field::Hs, text);
        } else if self.single_window && code.digit_count() != 10 {
            let text = decode_lossy(self.encoding, cell);
            remarks.note(RemarkKind::HsLength, Field::Hs, text);
        }
        Some(code)
    }

    /// The digits after the sixth in a Chinese declaration are those of China's
    /// tariff: a line of another importing country is never found by them.
    fn for_importer(&self, code: HsCode, importer: Option<Country>) -> HsCode {
        if self.single_window && importer != self.china {
            code.prefix(6).unwrap_or(code)
        } else {
            code
        }
    }

    fn is_in_nomenclature(&self, code: HsCode, edition: HsEdition) -> bool {
        let Some(subheading) = code.subheading() else {
            return false;
        };
        let has = |edition| {
            self.book
                .nomenclature
                .edition(edition)
                .is_some_and(|codes| codes.ordinal(subheading).is_some())
        };
        // A code of another edition is the engine's question, not a typing error.
        has(edition) || HsEdition::ALL.into_iter().any(has)
    }

    fn date(&self, cells: &Cells<'_>, field: Field, remarks: &mut Remarks) -> Option<Date> {
        let cell = self.cell(cells, field);
        if cell.is_empty() {
            return None;
        }
        if let Some(date) = quick_date(cell) {
            return Some(date);
        }
        let text = decode_lossy(self.encoding, cell);
        match read_date(&text) {
            Ok(date) => Some(date),
            Err(Some(day)) => {
                remarks.offer(RemarkKind::DateSerial, field, text, day.to_string());
                None
            }
            Err(None) => {
                remarks.note(RemarkKind::DateUnreadable, field, text);
                None
            }
        }
    }

    fn country(&self, cells: &Cells<'_>, field: Field, remarks: &mut Remarks) -> Option<Country> {
        let cell = self.cell(cells, field);
        if cell.is_empty() {
            return None;
        }
        let found = self.codes.country(&decode_lossy(self.encoding, cell));
        match found {
            Some(coded) => {
                if coded.certainty == Certainty::Unverified {
                    remarks.offer(
                        RemarkKind::CountryUnverified,
                        field,
                        decode_lossy(self.encoding, cell),
                        coded.value.to_string(),
                    );
                }
                Some(coded.value)
            }
            None => {
                remarks.note(
                    RemarkKind::CountryUnknown,
                    field,
                    decode_lossy(self.encoding, cell),
                );
                None
            }
        }
    }

    /// Exporting and importing country. On a Chinese export declaration the
    /// column of origin holds the destination and the other way round.
    fn parties(
        &self,
        cells: &Cells<'_>,
        remarks: &mut Remarks,
    ) -> (Option<Country>, Option<Country>) {
        let mut exporter = self.country(cells, Field::From, remarks);
        let mut importer = self.country(cells, Field::To, remarks);
        if exporter.is_none() || importer.is_none() {
            let origin = self.country(cells, Field::OriginCountry, remarks);
            let destination = self.country(cells, Field::DestinationCountry, remarks);
            let preferential = self.country_of_preference(cells, remarks);
            let (from, to) = match self.flag(cells) {
                Some(Flag::Export) => self.export_parties(cells, origin, destination, remarks),
                Some(Flag::Import) => (preferential.or(origin), destination.or(self.china)),
                None => (preferential.or(origin), destination),
            };
            exporter = exporter.or(from);
            importer = importer.or(to);
            if let Some(departure) = self.country(cells, Field::DepartureCountry, remarks)
                && self.flag(cells) == Some(Flag::Import)
                && exporter.is_some_and(|country| country != departure)
            {
                remarks.note(
                    RemarkKind::DepartureDiffers,
                    Field::DepartureCountry,
                    departure.to_string(),
                );
            }
        }
        (
            exporter.or(self.settings.from),
            importer.or(self.settings.to),
        )
    }

    fn country_of_preference(&self, cells: &Cells<'_>, remarks: &mut Remarks) -> Option<Country> {
        let cell = self.cell(cells, Field::PreferentialOrigin);
        // 801/HRA and 802/HRB stand for "origin unknown, highest rate".
        let highest_rate = [&b"801"[..], b"802", b"HRA", b"HRB"]
            .iter()
            .any(|mark| cell.eq_ignore_ascii_case(mark));
        if highest_rate {
            return None;
        }
        self.country(cells, Field::PreferentialOrigin, remarks)
    }

    fn export_parties(
        &self,
        cells: &Cells<'_>,
        origin: Option<Country>,
        destination: Option<Country>,
        remarks: &mut Remarks,
    ) -> (Option<Country>, Option<Country>) {
        match (origin, destination) {
            (Some(origin), Some(destination)) if Some(origin) == self.china => {
                (Some(origin), Some(destination))
            }
            (Some(stored_origin), Some(stored_destination)) => {
                let kind = if Some(stored_destination) == self.china {
                    RemarkKind::ExportSwapRead
                } else {
                    RemarkKind::ExportSwapAssumed
                };
                remarks.note(
                    kind,
                    Field::OriginCountry,
                    self.text(cells, Field::OriginCountry),
                );
                (Some(stored_destination), Some(stored_origin))
            }
            // One column only: whichever it is called, China is not the destination.
            (Some(only), None) | (None, Some(only)) => {
                if Some(only) == self.china {
                    (self.china, None)
                } else {
                    (self.china, Some(only))
                }
            }
            (None, None) => (self.china, None),
        }
    }

    fn flag(&self, cells: &Cells<'_>) -> Option<Flag> {
        let cell = self.cell(cells, Field::IeFlag);
        match cell {
            [] => None,
            [b'E' | b'e'] => Some(Flag::Export),
            [b'I' | b'i'] => Some(Flag::Import),
            _ => {
                let text = decode_lossy(self.encoding, cell).to_lowercase();
                if text.contains('出') || text.starts_with("exp") {
                    Some(Flag::Export)
                } else if text.contains('进') || text.starts_with("imp") {
                    Some(Flag::Import)
                } else {
                    None
                }
            }
        }
    }

    #[inline]
    fn number(&self, cells: &Cells<'_>, field: Field, remarks: &mut Remarks) -> Option<Decimal> {
        if !self.columns.has(field) {
            return None;
        }
        self.stated_number(cells, field, remarks)
    }

    fn stated_number(
        &self,
        cells: &Cells<'_>,
        field: Field,
        remarks: &mut Remarks,
    ) -> Option<Decimal> {
        let cell = self.cell(cells, field);
        match Decimal::read(cell) {
            Ok(value) => value,
            Err(problem) => {
                // Full-width digits in a GB18030 file.
                let text = decode_lossy(self.encoding, cell);
                if self.encoding == Encoding::Gb18030
                    && let Ok(value) = Decimal::read(text.as_bytes())
                {
                    return value;
                }
                let kind = match problem {
                    NumberProblem::Scientific => {
                        let reading = scientific_reading(&text);
                        remarks.offer(RemarkKind::ScientificForm, field, text, reading);
                        return None;
                    }
                    NumberProblem::Negative => RemarkKind::NumberNegative,
                    NumberProblem::NotANumber | NumberProblem::TooLong => {
                        RemarkKind::NumberUnreadable
                    }
                };
                remarks.note(kind, field, text);
                None
            }
        }
    }

    fn amount(&self, cells: &Cells<'_>, field: Field, remarks: &mut Remarks) -> Option<Amount> {
        let value = self.number(cells, field, remarks)?;
        let amount = value.amount();
        if amount.is_none() {
            remarks.note(RemarkKind::NumberUnreadable, field, self.text(cells, field));
        }
        amount
    }

    fn currency(&self, cells: &Cells<'_>, remarks: &mut Remarks) -> Option<Currency> {
        let cell = self.cell(cells, Field::Currency);
        if cell.is_empty() {
            return None;
        }
        let found = self.codes.currency(&decode_lossy(self.encoding, cell));
        match found {
            Some(coded) => {
                if coded.certainty == Certainty::Unverified {
                    remarks.offer(
                        RemarkKind::CurrencyUnverified,
                        Field::Currency,
                        decode_lossy(self.encoding, cell),
                        String::from_utf8_lossy(&coded.value).into_owned(),
                    );
                }
                Some(coded.value)
            }
            None => {
                remarks.note(
                    RemarkKind::CurrencyUnknown,
                    Field::Currency,
                    decode_lossy(self.encoding, cell),
                );
                None
            }
        }
    }

    fn basis(&self, cells: &Cells<'_>, remarks: &mut Remarks) -> Option<PriceBasis> {
        let cell = self.cell(cells, Field::Terms);
        if cell.is_empty() {
            return None;
        }
        let found = self.codes.terms(&decode_lossy(self.encoding, cell));
        match found {
            Some(coded) => {
                if coded.certainty == Certainty::Unverified {
                    remarks.note(
                        RemarkKind::TermsUnverified,
                        Field::Terms,
                        decode_lossy(self.encoding, cell),
                    );
                }
                Some(coded.value)
            }
            None => {
                remarks.note(
                    RemarkKind::TermsUnknown,
                    Field::Terms,
                    decode_lossy(self.encoding, cell),
                );
                None
            }
        }
    }

    /// FOB and customs value. Explicit columns come first; otherwise the total
    /// is turned by the delivery term with freight and insurance.
    fn value(
        &self,
        cells: &Cells<'_>,
        (total, quantity, price): (Option<Decimal>, Option<Decimal>, Option<Decimal>),
        description: &Description,
        totals: Option<DeclarationTotals>,
        remarks: &mut Remarks,
    ) -> Value {
        let stated_fob = self.amount(cells, Field::Fob, remarks);
        let stated_customs = self.amount(cells, Field::CustomsValue, remarks);
        let (basis, currency) = (description.basis, description.currency);
        let mut value = Value {
            fob: stated_fob,
            customs: stated_customs,
            unit_fob: None,
        };
        let Some(total) = total else {
            return value.with_unit(quantity, None);
        };
        let freight = self.charge(
            cells,
            (Field::FreightMark, Field::Freight, Field::FreightCurrency),
            (total, currency, totals),
            remarks,
        );
        let insurance = self.charge(
            cells,
            (
                Field::InsuranceMark,
                Field::Insurance,
                Field::InsuranceCurrency,
            ),
            (total, currency, totals),
            remarks,
        );
        let less = |charge: Charge, from: Option<Decimal>| match (charge, from) {
            (Charge::Known(amount), Some(from)) => from
                .0
                .checked_sub(amount.0)
                .filter(|left| *left >= 0)
                .map(Decimal),
            _ => None,
        };
        let plus = |charge: Charge, to: Option<Decimal>| match (charge, to) {
            (Charge::Known(amount), Some(to)) => to.0.checked_add(amount.0).map(Decimal),
            _ => None,
        };
        let declared = Some(total);
        let (fob, cif) = match basis {
            Some(PriceBasis::Fob) => (declared, plus(insurance, plus(freight, declared))),
            Some(PriceBasis::Cfr) => (less(freight, declared), plus(insurance, declared)),
            Some(PriceBasis::Cni) => (less(insurance, declared), plus(freight, declared)),
            Some(PriceBasis::Cif) => (less(insurance, less(freight, declared)), declared),
            // EXW lacks the way to the port, delivered prices include more than CIF.
            Some(PriceBasis::Exw | PriceBasis::Delivered | PriceBasis::Other) | None => {
                (None, None)
            }
        };
        value.fob = value.fob.or(fob.and_then(Decimal::amount));
        value.customs = value.customs.or(cif.and_then(Decimal::amount));
        if value.fob.is_none() {
            remarks.note(
                RemarkKind::TermsNeedCharges,
                Field::Terms,
                self.text(cells, Field::Terms),
            );
        }
        let price = (basis == Some(PriceBasis::Fob)).then_some(price).flatten();
        value.with_unit(quantity, price)
    }

    /// The line's share of a charge of its declaration. A single line bears all
    /// of it; several lines share by value, the share rounded up so that FOB is
    /// never too high. A charge stated as a rate or per unit gives no amount,
    /// because what it is taken of is not verified; only nothing is nothing of
    /// whatever it is taken.
    fn charge(
        &self,
        cells: &Cells<'_>,
        (mark, amount, charged_in): (Field, Field, Field),
        (total, currency, totals): (Decimal, Option<Currency>, Option<DeclarationTotals>),
        remarks: &mut Remarks,
    ) -> Charge {
        if !self.columns.has(amount) {
            return Charge::Unstated;
        }
        let Some(charge) = self.number(cells, amount, remarks) else {
            return Charge::Unusable;
        };
        if self.columns.has(mark) {
            match self.cell(cells, mark) {
                b"3" => remarks.note(RemarkKind::TermsUnverified, mark, "3"),
                [] => {}
                b"1" | b"2" if charge.0 == 0 => {}
                other => {
                    let kind = match other {
                        b"1" => RemarkKind::ChargeAsRate,
                        b"2" => RemarkKind::ChargePerUnit,
                        _ => RemarkKind::TermsUnverified,
                    };
                    remarks.note(kind, mark, decode_lossy(self.encoding, other));
                    return Charge::Unusable;
                }
            }
        }
        let cell = self.cell(cells, charged_in);
        let same_currency = cell.is_empty() && !self.columns.has(charged_in)
            || self
                .codes
                .currency(&decode_lossy(self.encoding, cell))
                .is_some_and(|coded| Some(coded.value) == currency);
        if !same_currency && charge.0 != 0 {
            return Charge::Unusable;
        }
        match totals {
            Some(totals) if totals.lines == 1 => Charge::Known(charge),
            Some(totals) if totals.total.0 > 0 => {
                let unit = 100_i128;
                let product = charge.wide() * total.wide();
                let divisor = totals.total.wide() * unit;
                let share = (product + divisor - 1) / divisor * unit;
                i64::try_from(share).map_or(Charge::Unusable, |share| Charge::Known(Decimal(share)))
            }
            _ => Charge::Unusable,
        }
    }

    /// Net weight: its own column, or a quantity in a unit of weight.
    fn weight(
        &mut self,
        cells: &Cells<'_>,
        quantity: Option<Decimal>,
        remarks: &mut Remarks,
    ) -> Option<Weight> {
        let mut found = self
            .number(cells, Field::WeightKg, remarks)
            .and_then(Decimal::weight);
        if !self.has.units {
            return found;
        }
        for (number, unit) in MEASURED {
            let cell = self.cell(cells, unit);
            if cell.is_empty() {
                continue;
            }
            let seen = self.unit_seen(cell);
            if !seen.known {
                remarks.note(
                    RemarkKind::UnitUnknown,
                    unit,
                    decode_lossy(self.encoding, cell),
                );
                continue;
            }
            if seen.certainty == Certainty::Unverified {
                remarks.note(
                    RemarkKind::UnitUnverified,
                    unit,
                    decode_lossy(self.encoding, cell),
                );
            }
            if found.is_none()
                && let Some(unit) = self.codes.unit(&decode_lossy(self.encoding, cell))
                && unit.value.kilograms.is_some()
            {
                let number = if number == Field::Quantity {
                    quantity
                } else {
                    self.number(cells, number, remarks)
                };
                found = number.and_then(|number| weight_of(number, unit.value));
            }
        }
        found
    }

    fn unit_seen(&mut self, cell: &[u8]) -> UnitSeen {
        if let Some(seen) = self.units.get(cell) {
            return *seen;
        }
        let found = self.codes.unit(&decode_lossy(self.encoding, cell));
        let seen = UnitSeen {
            known: found.is_some(),
            certainty: found.map_or(Certainty::Certain, |coded| coded.certainty),
        };
        self.units.insert(cell.to_vec(), seen);
        seen
    }

    /// The agreement and whether its preference is claimed: the preference block
    /// of an import, the mark in 规格型号 of an export.
    fn claim(&self, cells: &Cells<'_>, remarks: &mut Remarks) -> (Option<Agreement>, Claimed) {
        let asked = self.agreement(cells, Field::Agreement, remarks);
        let declared = self.agreement(cells, Field::AgreementCode, remarks);
        let mut claimed = match declared {
            Some(_) => Claimed::Yes,
            None => match self.benefit_mark(cells) {
                Some(b'0') => Claimed::No,
                Some(b'1') => Claimed::Yes,
                Some(b'2') => Claimed::NotSure,
                _ => Claimed::NotStated,
            },
        };
        // An import declaration with a preference block that is left empty.
        if claimed == Claimed::NotStated
            && self.columns.has(Field::AgreementCode)
            && self.flag(cells) == Some(Flag::Import)
        {
            claimed = Claimed::No;
        }
        let agreement =
            [asked, declared]
                .into_iter()
                .flatten()
                .find_map(|agreement| match agreement {
                    DeclaredAgreement::Decided(agreement) => Some(agreement),
                    DeclaredAgreement::Other => None,
                });
        (agreement, claimed)
    }

    fn agreement(
        &self,
        cells: &Cells<'_>,
        field: Field,
        remarks: &mut Remarks,
    ) -> Option<DeclaredAgreement> {
        let cell = self.cell(cells, field);
        if cell.is_empty() {
            return None;
        }
        let found = self.codes.agreement(&decode_lossy(self.encoding, cell));
        if found.is_none() {
            remarks.note(
                RemarkKind::AgreementUnknown,
                field,
                decode_lossy(self.encoding, cell),
            );
        }
        found.map(|coded| coded.value)
    }

    /// The mark 出口享惠情况: its own column, or the second of the elements of
    /// 规格型号 where the first is a mark of brand (0 to 4).
    fn benefit_mark(&self, cells: &Cells<'_>) -> Option<u8> {
        if !self.has.benefit_mark {
            return None;
        }
        let own = self.cell(cells, Field::Benefit);
        if let Some(mark) = own.first() {
            return Some(*mark);
        }
        match self.cell(cells, Field::Model) {
            [b'0'..=b'4', b'|', mark @ b'0'..=b'3', rest @ ..]
                if matches!(rest.first(), None | Some(b'|')) =>
            {
                Some(*mark)
            }
            _ => None,
        }
    }

    /// The letter 单证对应关系 writes before the number of a proof.
    fn letter_of_proof(&self, cells: &Cells<'_>) -> Option<u8> {
        let number = self.cell(cells, Field::ProofNumber);
        number.first().copied().filter(u8::is_ascii_alphabetic)
    }

    fn proof_held(&self, cells: &Cells<'_>, remarks: &mut Remarks) -> Option<ProofType> {
        let stated = self.cell(cells, Field::ProofType);
        if !stated.is_empty() {
            return proof_type(&decode_lossy(self.encoding, stated));
        }
        let kind = self.cell(cells, Field::ProofKind).first().copied();
        match kind.or_else(|| self.letter_of_proof(cells)) {
            Some(b'C' | b'c') => Some(ProofType::Certificate),
            Some(b'D' | b'd') => {
                remarks.note(
                    RemarkKind::ProofKindOpen,
                    Field::ProofKind,
                    self.text(cells, Field::ProofKind),
                );
                None
            }
            _ => None,
        }
    }

    /// The day the proof was issued, with remarks on its age.
    fn issued(
        &self,
        cells: &Cells<'_>,
        exporter: Option<Country>,
        date: Option<Date>,
        remarks: &mut Remarks,
    ) -> Option<Date> {
        let issued = self.date(cells, Field::ProofIssued, remarks)?;
        let Some(date) = date else {
            return Some(issued);
        };
        let kind = if issued > date {
            Some(RemarkKind::ProofAfterDate)
        } else if exporter.is_some() && self.is_expired(issued, date) {
            Some(RemarkKind::ProofExpired)
        } else {
            None
        };
        if let Some(kind) = kind {
            remarks.note(kind, Field::ProofIssued, issued.to_string());
        }
        Some(issued)
    }

    /// Whether a proof is older than any loaded agreement lets it be.
    fn is_expired(&self, issued: Date, date: Date) -> bool {
        let longest = self
            .book
            .agreements
            .iter()
            .filter_map(|book| in_force(&book.thresholds.proof_validity_months, Some(date)))
            .map(|months| months.value)
            .max();
        longest.is_some_and(|months| date > last_valid_day(issued, months))
    }

    fn part(&self, cells: &Cells<'_>, remarks: &mut Remarks) -> Option<u8> {
        let cell = self.cell(cells, Field::Part);
        if cell.is_empty() {
            return None;
        }
        let part = std::str::from_utf8(cell)
            .ok()
            .and_then(|text| text.parse().ok());
        if part.is_none() {
            remarks.note(
                RemarkKind::NumberUnreadable,
                Field::Part,
                decode_lossy(self.encoding, cell),
            );
        }
        part
    }

    fn costs(&self, cells: &Cells<'_>, remarks: &mut Remarks) -> Costs {
        if !self.has.costs {
            return Costs::default();
        }
        Costs {
            labour: self.amount(cells, Field::Labour, remarks),
            overhead: self.amount(cells, Field::Overhead, remarks),
            profit: self.amount(cells, Field::Profit, remarks),
            other: self.amount(cells, Field::OtherCost, remarks),
        }
    }

    /// The letter of the ground; words such as `no` claim nothing.
    fn ground(&self, cells: &Cells<'_>) -> Option<char> {
        match self.cell(cells, Field::WhollyObtained) {
            [letter] if letter.is_ascii_alphabetic() => Some(char::from(*letter)),
            [b'(', letter, b')'] if letter.is_ascii_alphabetic() => Some(char::from(*letter)),
            _ => None,
        }
    }

    fn operation(&mut self, word: &str) -> Operation {
        if let Some(known) = self.operations.get(word) {
            return *known;
        }
        let found = operation(self.book, word);
        self.operations.insert(word.to_owned(), found);
        found
    }

    fn words(&self, cells: &Cells<'_>) -> Option<Vec<String>> {
        let cell = self.cell(cells, Field::Operations);
        (!cell.is_empty()).then(|| split_words(&decode_lossy(self.encoding, cell)).collect())
    }

    fn yes_no(&self, cells: &Cells<'_>, field: Field, remarks: &mut Remarks) -> Option<bool> {
        let cell = self.cell(cells, field);
        if cell.is_empty() {
            return None;
        }
        let text = decode_lossy(self.encoding, cell);
        let answer = yes_no(&text);
        if answer.is_none() {
            remarks.note(RemarkKind::YesNoUnreadable, field, text);
        }
        answer
    }

    fn transport(&self, cells: &Cells<'_>, remarks: &mut Remarks) -> Option<Transport> {
        let direct = self.yes_no(cells, Field::Direct, remarks);
        let via = self.text(cells, Field::Via);
        if direct.is_none() && via.is_empty() {
            return None;
        }
        let customs_control = self.yes_no(cells, Field::ViaCustomsControl, remarks);
        let handled = self.text(cells, Field::ViaOperations);
        let operations = (!handled.is_empty()).then(|| {
            split_words(&handled)
                .map(|word| transit_operation(&word))
                .collect::<Vec<_>>()
        });
        let mut places = Vec::new();
        for place in split_words(&via) {
            match self.codes.country(&place) {
                Some(coded) => places.push(TransitPlace {
                    place: coded.value,
                    customs_control,
                    operations: operations.clone(),
                    entered_into_trade: None,
                    justified_by_transport: None,
                    facility: None,
                }),
                None => {
                    remarks.note(RemarkKind::CountryUnknown, Field::Via, place);
                    return None;
                }
            }
        }
        Some(Transport {
            direct,
            via: places,
        })
    }
}

/// Import or export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flag {
    Import,
    Export,
}

/// The values of a line.
#[derive(Debug, Clone, Copy)]
struct Value {
    fob: Option<Amount>,
    customs: Option<Amount>,
    unit_fob: Option<Amount>,
}

impl Value {
    /// Adds the FOB of one unit: the unit price on FOB terms, or FOB divided by
    /// the quantity where that is exact.
    fn with_unit(mut self, quantity: Option<Decimal>, fob_price: Option<Decimal>) -> Self {
        self.unit_fob = fob_price.and_then(Decimal::amount).or_else(|| {
            let (fob, quantity) = (Decimal::from(self.fob?), quantity?);
            if quantity.0 == 0 {
                return None;
            }
            let scaled = fob.wide() * Decimal::ONE.wide();
            (scaled % quantity.wide() == 0)
                .then(|| i64::try_from(scaled / quantity.wide()).ok())
                .flatten()
                .and_then(|unit| Decimal(unit).amount())
        });
        self
    }
}

/// Total against quantity times price, within the rounding of two decimals.
fn check_total(
    quantity: Option<Decimal>,
    price: Option<Decimal>,
    total: Option<Decimal>,
    remarks: &mut Remarks,
) {
    for (value, field) in [
        (quantity, Field::Quantity),
        (price, Field::UnitPrice),
        (total, Field::Total),
    ] {
        if value == Some(Decimal(0)) {
            remarks.note(RemarkKind::ZeroValue, field, "0");
        }
    }
    let (Some(quantity), Some(price), Some(total)) = (quantity, price, total) else {
        return;
    };
    // A price of four decimals is rounded by up to half a ten-thousandth.
    let scale = Decimal::ONE.wide();
    let difference = (quantity.wide() * price.wide() - total.wide() * scale).abs();
    let tolerance = quantity.wide() * 50 + 10_000 * scale;
    if difference > tolerance {
        remarks.offer(
            RemarkKind::TotalMismatch,
            Field::Total,
            format_decimal(total),
            format_decimal(Decimal(
                i64::try_from(quantity.wide() * price.wide() / scale).unwrap_or(i64::MAX),
            )),
        );
    }
}

fn format_decimal(value: Decimal) -> String {
    value
        .weight()
        .map(|weight| weight.to_string())
        .unwrap_or_default()
}

/// A code of 6 to 12 plain digits, the usual case.
pub fn quick_code(cell: &[u8]) -> Option<HsCode> {
    if !(6..=12).contains(&cell.len()) {
        return None;
    }
    let mut digits = 0_u64;
    for byte in cell {
        if !byte.is_ascii_digit() {
            return None;
        }
        digits = digits * 10 + u64::from(byte - b'0');
    }
    HsCode::new(digits, u8::try_from(cell.len()).ok()?).ok()
}

/// The code with a leading zero put back, if it then has a length that exists.
fn padded(text: &str) -> Option<HsCode> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if digits.len().is_multiple_of(2) || digits.len() < 5 {
        return None;
    }
    format!("0{digits}").parse().ok()
}

/// What `1.02E+09` says at most: its leading digits and its magnitude.
fn scientific_reading(text: &str) -> String {
    let upper = text.to_ascii_uppercase();
    let (mantissa, exponent) = upper.split_once('E').unwrap_or((&upper, ""));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let length = exponent
        .trim_start_matches('+')
        .parse::<usize>()
        .map_or(0, |exponent| exponent + 1);
    let unknown = length.saturating_sub(digits.len());
    format!("{digits}{}", "?".repeat(unknown.min(20)))
}

/// `20260715` and `2026-07-15`.
fn quick_date(cell: &[u8]) -> Option<Date> {
    let (year, month, day) = match *cell {
        [y1, y2, y3, y4, m1, m2, d1, d2] | [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] => (
            100 * i16::from(two_digits(y1, y2)?) + i16::from(two_digits(y3, y4)?),
            two_digits(m1, m2)?,
            two_digits(d1, d2)?,
        ),
        _ => return None,
    };
    Date::new(year, month, day).ok()
}

fn two_digits(tens: u8, units: u8) -> Option<i8> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some((byte - b'0') as i8),
        _ => None,
    };
    Some(10 * digit(tens)? + digit(units)?)
}

/// Other spellings of a day. A day number of a spreadsheet is an error that
/// carries the day it may stand for.
fn read_date(text: &str) -> Result<Date, Option<Date>> {
    let day = text
        .split([' ', 'T'])
        .next()
        .unwrap_or_default()
        .replace(['年', '月', '/', '.'], "-")
        .replace('日', "");
    let parts: Vec<&str> = day.split('-').collect();
    if let &[year, month, day] = parts.as_slice() {
        let date = || {
            Date::new(
                year.parse().ok().filter(|year| *year >= 1900)?,
                month.parse().ok()?,
                day.parse().ok()?,
            )
            .ok()
        };
        return date().ok_or(None);
    }
    let serial = text
        .parse::<i64>()
        .ok()
        .filter(|days| (36_526..73_050).contains(days));
    let epoch = Date::new(1899, 12, 30).ok();
    Err(serial
        .zip(epoch)
        .map(|(days, epoch)| epoch.saturating_add(jiff::Span::new().days(days))))
}

/// A proof type by its name in requests or in Chinese.
pub fn proof_type(text: &str) -> Option<ProofType> {
    match text.trim().to_lowercase().as_str() {
        "certificate" | "c" | "co" | "原产地证书" | "证书" => Some(ProofType::Certificate),
        "approved_exporter" | "经核准出口商声明" | "经核准出口商" => {
            Some(ProofType::ApprovedExporter)
        }
        "exporter_declaration" | "出口商声明" => Some(ProofType::ExporterDeclaration),
        "importer_declaration" | "进口商声明" => Some(ProofType::ImporterDeclaration),
        "back_to_back" | "背对背" | "背对背证明" => Some(ProofType::BackToBack),
        "none" | "无" => Some(ProofType::None),
        _ => None,
    }
}

/// Yes or no in either language.
pub fn yes_no(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "yes" | "y" | "true" | "1" | "是" => Some(true),
        "no" | "n" | "false" | "0" | "否" => Some(false),
        _ => None,
    }
}

/// The operation of a word of the list or its label in either language; any
/// other word is a substantial process.
pub fn operation(book: &RuleBook, word: &str) -> Operation {
    book.operations
        .iter()
        .find(|known| {
            [&known.word, &known.label_en, &known.label_zh]
                .into_iter()
                .any(|spelling| spelling.to_lowercase() == word)
        })
        .map_or(Operation::SUBSTANTIAL, |known| known.operation)
}

/// The words of a cell with several of them.
pub fn split_words(text: &str) -> impl Iterator<Item = String> {
    text.split([',', ';', '+', '、', '；', '，', '|', '/'])
        .map(|word| word.trim().to_lowercase())
        .filter(|word| !word.is_empty())
}

fn transit_operation(word: &str) -> TransitOperation {
    match word {
        "unloading" | "卸货" | "卸载" => TransitOperation::Unloading,
        "reloading" | "装货" | "重新装载" | "换装" => TransitOperation::Reloading,
        "storing" | "storage" | "仓储" | "储存" => TransitOperation::Storing,
        "preserving" | "保存" => TransitOperation::Preserving,
        "transporting" | "运输" => TransitOperation::Transporting,
        _ => TransitOperation::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::Headings;
    use crate::input::record::next_record;
    use proptest::prelude::*;
    use proptest::sample::select;

    /// Headings and cells of every field a description is read from, and of the
    /// cells it takes a mark from.
    const CELLS: [(&str, &[&str]); 15] = [
        (
            "商品编号",
            &["6110121000", "611012", "102211000", "", "1.02E+09"],
        ),
        ("原产国", &["CN", "中国", "美国", "", "Nowhere"]),
        ("最终目的国", &["JP", "KR", ""]),
        ("进出口标志", &["E", "I", ""]),
        ("currency", &["USD", "CNY", ""]),
        ("terms", &["FOB", "CIF", "?"]),
        ("规格型号", &["0|1|x", "0|2|x", "1|0", "\"0|1\"\"\"", ""]),
        ("proof_number", &["C123", "D9", "123", ""]),
        (
            "proof_issued",
            &["2026-07-01", "20260702", "2024-01-01", ""],
        ),
        ("date", &["2026-07-15", "2025-01-02", "45000"]),
        ("criterion", &["CTC", "", "\"WO\"\"\""]),
        ("operations", &["knitting", "packaging;knitting", ""]),
        ("total", &["1200", "", "-1", "7.5"]),
        ("via", &["HK", "", "\"HK,MN\""]),
        ("direct", &["yes", "否", "", "maybe"]),
    ];

    fn row() -> impl Strategy<Value = String> {
        let cells: Vec<_> = CELLS
            .iter()
            .map(|(_, cells)| select(cells.to_vec()))
            .collect();
        cells.prop_map(|cells| cells.join(","))
    }

    fn read(reader: &mut LineReader<'_>, row: &str) -> String {
        let mut fields = Vec::new();
        next_record(row.as_bytes(), 0, b',', &mut fields);
        let cells = Cells {
            text: row.as_bytes(),
            fields: &fields,
        };
        let mut line = reader.read(&cells, None);
        // The number tells descriptions apart and says nothing of the line.
        Rc::make_mut(&mut line.description).number = 0;
        format!("{line:?}")
    }

    proptest! {
        /// INVARIANT of keeping descriptions: a line reads the same whatever lines
        /// were read before it.
        #[test]
        fn a_kept_description_is_the_one_the_line_would_have_got(
            rows in prop::collection::vec(row(), 1..40)
        ) {
            let book = originis_testkit::book();
            let headings = CELLS.iter().map(|(heading, _)| (*heading).to_owned());
            let columns = Columns::read(headings.collect(), &Headings::default(), &[]).unwrap();
            for (heading, _) in CELLS {
                prop_assert!(Headings::default().field(heading).is_some(), "{}", heading);
            }
            let codes = Codes::new(crate::codes::CountryNumbers::default());
            let settings = Settings::default();
            let fresh = || LineReader::new(&book, &codes, &columns, &settings, Encoding::Utf8);
            let mut kept = fresh();
            for row in rows {
                prop_assert_eq!(read(&mut kept, &row), read(&mut fresh(), &row));
            }
        }
    }
}
