//! The columns of a declaration file: what each heading means.
//!
//! Headings are compared without spaces, hyphens, underscores and letter case,
//! with full-width characters narrowed, so that `原产国（地区）`, `原产国(地区)`
//! and a heading exported with a tab before it are one.

use std::collections::HashMap;

use thiserror::Error;

/// A column the reader understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(
    missing_docs,
    reason = "each variant is the field of `codes/columns.csv` it is named after"
)]
pub enum Field {
    EntryId,
    SeqNo,
    LineNo,
    IeFlag,
    Date,
    Hs,
    HsEdition,
    Name,
    Model,
    Quantity,
    Unit,
    LegalQuantity,
    LegalUnit,
    SecondQuantity,
    SecondUnit,
    UnitPrice,
    Total,
    Currency,
    OriginCountry,
    DestinationCountry,
    DepartureCountry,
    TradingCountry,
    Terms,
    FreightMark,
    Freight,
    FreightCurrency,
    InsuranceMark,
    Insurance,
    InsuranceCurrency,
    OtherMark,
    OtherCharge,
    OtherCurrency,
    GrossWeight,
    NetWeight,
    SupervisionMode,
    DutyMode,
    AgreementCode,
    ProofKind,
    ProofNumber,
    ProofItem,
    PreferentialOrigin,
    Benefit,
    From,
    To,
    Agreement,
    Fob,
    CustomsValue,
    WeightKg,
    WhollyObtained,
    Operations,
    ChemicalReaction,
    Direct,
    Via,
    ViaCustomsControl,
    ViaOperations,
    ProofType,
    ProofIssued,
    ProductCode,
    Part,
    Labour,
    Overhead,
    Profit,
    OtherCost,
    Criterion,
}

impl Field {
    /// Every field, in the order of `codes/columns.csv`.
    pub const ALL: [Self; 64] = [
        Self::EntryId,
        Self::SeqNo,
        Self::LineNo,
        Self::IeFlag,
        Self::Date,
        Self::Hs,
        Self::HsEdition,
        Self::Name,
        Self::Model,
        Self::Quantity,
        Self::Unit,
        Self::LegalQuantity,
        Self::LegalUnit,
        Self::SecondQuantity,
        Self::SecondUnit,
        Self::UnitPrice,
        Self::Total,
        Self::Currency,
        Self::OriginCountry,
        Self::DestinationCountry,
        Self::DepartureCountry,
        Self::TradingCountry,
        Self::Terms,
        Self::FreightMark,
        Self::Freight,
        Self::FreightCurrency,
        Self::InsuranceMark,
        Self::Insurance,
        Self::InsuranceCurrency,
        Self::OtherMark,
        Self::OtherCharge,
        Self::OtherCurrency,
        Self::GrossWeight,
        Self::NetWeight,
        Self::SupervisionMode,
        Self::DutyMode,
        Self::AgreementCode,
        Self::ProofKind,
        Self::ProofNumber,
        Self::ProofItem,
        Self::PreferentialOrigin,
        Self::Benefit,
        Self::From,
        Self::To,
        Self::Agreement,
        Self::Fob,
        Self::CustomsValue,
        Self::WeightKg,
        Self::WhollyObtained,
        Self::Operations,
        Self::ChemicalReaction,
        Self::Direct,
        Self::Via,
        Self::ViaCustomsControl,
        Self::ViaOperations,
        Self::ProofType,
        Self::ProofIssued,
        Self::ProductCode,
        Self::Part,
        Self::Labour,
        Self::Overhead,
        Self::Profit,
        Self::OtherCost,
        Self::Criterion,
    ];

    /// Its name on the command line and in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::EntryId => "entry_id",
            Self::SeqNo => "seq_no",
            Self::LineNo => "line_no",
            Self::IeFlag => "ie_flag",
            Self::Date => "date",
            Self::Hs => "hs",
            Self::HsEdition => "hs_edition",
            Self::Name => "name",
            Self::Model => "model",
            Self::Quantity => "quantity",
            Self::Unit => "unit",
            Self::LegalQuantity => "legal_quantity",
            Self::LegalUnit => "legal_unit",
            Self::SecondQuantity => "second_quantity",
            Self::SecondUnit => "second_unit",
            Self::UnitPrice => "unit_price",
            Self::Total => "total",
            Self::Currency => "currency",
            Self::OriginCountry => "origin_country",
            Self::DestinationCountry => "destination_country",
            Self::DepartureCountry => "departure_country",
            Self::TradingCountry => "trading_country",
            Self::Terms => "terms",
            Self::FreightMark => "freight_mark",
            Self::Freight => "freight",
            Self::FreightCurrency => "freight_currency",
            Self::InsuranceMark => "insurance_mark",
            Self::Insurance => "insurance",
            Self::InsuranceCurrency => "insurance_currency",
            Self::OtherMark => "other_mark",
            Self::OtherCharge => "other_charge",
            Self::OtherCurrency => "other_currency",
            Self::GrossWeight => "gross_weight",
            Self::NetWeight => "net_weight",
            Self::SupervisionMode => "supervision_mode",
            Self::DutyMode => "duty_mode",
            Self::AgreementCode => "agreement_code",
            Self::ProofKind => "proof_kind",
            Self::ProofNumber => "proof_number",
            Self::ProofItem => "proof_item",
            Self::PreferentialOrigin => "preferential_origin",
            Self::Benefit => "benefit",
            Self::From => "from",
            Self::To => "to",
            Self::Agreement => "agreement",
            Self::Fob => "fob",
            Self::CustomsValue => "customs_value",
            Self::WeightKg => "weight_kg",
            Self::WhollyObtained => "wholly_obtained",
            Self::Operations => "operations",
            Self::ChemicalReaction => "chemical_reaction",
            Self::Direct => "direct",
            Self::Via => "via",
            Self::ViaCustomsControl => "via_customs_control",
            Self::ViaOperations => "via_operations",
            Self::ProofType => "proof_type",
            Self::ProofIssued => "proof_issued",
            Self::ProductCode => "product_code",
            Self::Part => "part",
            Self::Labour => "labour",
            Self::Overhead => "overhead",
            Self::Profit => "profit",
            Self::OtherCost => "other_cost",
            Self::Criterion => "criterion",
        }
    }

    /// The field of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }
}

const COLUMNS: &str = include_str!("../codes/columns.csv");

/// A heading in its comparable form.
pub fn normalised(heading: &str) -> String {
    heading
        .chars()
        .filter_map(|character| {
            let narrow = match character {
                '\u{ff01}'..='\u{ff5e}' => {
                    char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character)
                }
                '〔' | '【' => '(',
                '〕' | '】' => ')',
                other => other,
            };
            let ignored = narrow.is_whitespace()
                || narrow.is_control()
                || matches!(narrow, '\u{feff}' | '\u{200b}' | '_' | '-' | '"' | '*');
            (!ignored).then(|| narrow.to_ascii_lowercase())
        })
        .collect()
}

/// The meanings of headings, from the embedded list.
#[derive(Debug, Clone)]
pub struct Headings {
    by_name: HashMap<String, Field>,
}

impl Default for Headings {
    fn default() -> Self {
        let mut by_name = HashMap::new();
        for row in crate::codes::rows(COLUMNS) {
            let &[name, _, spellings] = row.as_slice() else {
                continue;
            };
            let Some(field) = Field::from_name(name) else {
                continue;
            };
            by_name.insert(normalised(name), field);
            for spelling in spellings.split('|') {
                by_name.insert(normalised(spelling), field);
            }
        }
        Self { by_name }
    }
}

impl Headings {
    /// The field a heading names.
    pub fn field(&self, heading: &str) -> Option<Field> {
        self.by_name.get(&normalised(heading)).copied()
    }

    /// How many of the headings are understood.
    pub fn understood<'a>(&self, headings: impl IntoIterator<Item = &'a str>) -> usize {
        headings
            .into_iter()
            .filter(|heading| self.field(heading).is_some())
            .count()
    }
}

/// `--map` names something that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MapError {
    /// Not of the form `heading=field`.
    Form(String),
    /// The field does not exist.
    Field(String),
    /// The heading is not in the file.
    Heading {
        /// The heading asked for.
        heading: String,
        /// The headings of the file.
        present: String,
    },
    /// Two columns have the same meaning.
    Twice {
        /// The field.
        field: &'static str,
        /// The first column.
        first: String,
        /// The second column.
        second: String,
    },
}

/// An explicit meaning for a heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// The heading in the file.
    pub heading: String,
    /// What it means; `None` to leave the column unread.
    pub field: Option<Field>,
}

impl std::str::FromStr for Mapping {
    type Err = MapError;

    fn from_str(text: &str) -> Result<Self, MapError> {
        let (heading, field) = text
            .rsplit_once('=')
            .ok_or_else(|| MapError::Form(text.to_owned()))?;
        let field = match field.trim() {
            "ignore" => None,
            name => Some(Field::from_name(name).ok_or_else(|| MapError::Field(name.to_owned()))?),
        };
        Ok(Self {
            heading: heading.to_owned(),
            field,
        })
    }
}

/// Which column of a file holds which field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// The headings as they stand in the file.
    pub headings: Vec<String>,
    positions: [Option<u16>; Field::ALL.len()],
    supplements: [Option<u16>; Field::ALL.len()],
    width: usize,
}

impl Columns {
    /// Reads the headings of a file. Columns named `roo_…` are results of an
    /// earlier run and mean nothing.
    ///
    /// # Errors
    /// [`MapError`] when a mapping names an absent heading, or two columns mean
    /// the same field.
    pub fn read(
        headings: Vec<String>,
        known: &Headings,
        mappings: &[Mapping],
    ) -> Result<Self, MapError> {
        let mut positions = [None; Field::ALL.len()];
        let mut explicit = [false; Field::ALL.len()];
        let mut taken: Vec<usize> = Vec::new();
        for mapping in mappings {
            let wanted = normalised(&mapping.heading);
            let position = headings
                .iter()
                .position(|heading| normalised(heading) == wanted)
                .ok_or_else(|| MapError::Heading {
                    heading: mapping.heading.clone(),
                    present: headings.join(", "),
                })?;
            taken.push(position);
            if let Some(field) = mapping.field {
                set(&mut positions, field, position);
                if let Some(slot) = explicit.get_mut(field as usize) {
                    *slot = true;
                }
            }
        }
        for (position, heading) in headings.iter().enumerate() {
            if taken.contains(&position) || is_result(heading) {
                continue;
            }
            let Some(field) = known.field(heading) else {
                continue;
            };
            if explicit.get(field as usize) == Some(&true) {
                continue;
            }
            let already = positions.get(field as usize).copied().flatten();
            if let Some(first) = already {
                return Err(MapError::Twice {
                    field: field.name(),
                    first: headings
                        .get(usize::from(first))
                        .cloned()
                        .unwrap_or_default(),
                    second: heading.clone(),
                });
            }
            set(&mut positions, field, position);
        }
        let width = headings.len();
        Ok(Self {
            headings,
            positions,
            supplements: [None; Field::ALL.len()],
            width,
        })
    }

    /// Adds the columns of another file whose cells are put behind those of each
    /// line: a header file or a product master. Where both have a field, the
    /// line's own cell counts unless it is empty.
    pub fn supplement(&mut self, headings: &[String], known: &Headings) {
        for heading in headings {
            let position = self.width;
            self.width += 1;
            let Some(field) = known.field(heading) else {
                continue;
            };
            if self.position(field).is_none() {
                set(&mut self.positions, field, position);
            } else {
                set(&mut self.supplements, field, position);
            }
        }
    }

    /// The column that counts where the line's own cell of a field is empty.
    pub fn supplement_of(&self, field: Field) -> Option<usize> {
        self.supplements
            .get(field as usize)
            .copied()
            .flatten()
            .map(usize::from)
    }

    /// The column of a field.
    pub fn position(&self, field: Field) -> Option<usize> {
        self.positions
            .get(field as usize)
            .copied()
            .flatten()
            .map(usize::from)
    }

    /// Whether the file has a column for the field.
    pub fn has(&self, field: Field) -> bool {
        self.position(field).is_some()
    }

    /// Position of the first of the result columns at the end of the headings,
    /// or the number of headings when there are none.
    pub fn own_columns(&self) -> usize {
        let results = self
            .headings
            .iter()
            .rev()
            .take_while(|heading| is_result(heading))
            .count();
        self.headings.len() - results
    }

    /// Whether the file is a declaration of China's single window, whose codes
    /// have ten digits and whose exports store origin and destination swapped.
    pub fn is_single_window(&self) -> bool {
        let has_cjk = |field: Field| {
            self.position(field)
                .and_then(|position| self.headings.get(position))
                .is_some_and(|heading| {
                    !heading.is_ascii() || matches!(normalised(heading).as_str(), "codets")
                })
        };
        self.has(Field::IeFlag) || has_cjk(Field::Hs)
    }
}

fn set(positions: &mut [Option<u16>], field: Field, position: usize) {
    if let Some(slot) = positions.get_mut(field as usize) {
        *slot = u16::try_from(position).ok();
    }
}

/// Whether a heading is a result column of an earlier run.
pub fn is_result(heading: &str) -> bool {
    heading
        .trim_start_matches(['\u{feff}', '"', '\t', ' '])
        .to_ascii_lowercase()
        .starts_with("roo_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(headings: &[&str], mappings: &[Mapping]) -> Result<Columns, MapError> {
        Columns::read(
            headings.iter().map(|h| (*h).to_owned()).collect(),
            &Headings::default(),
            mappings,
        )
    }

    #[test]
    fn every_spelling_of_the_list_means_one_field() {
        let mut seen: HashMap<String, &str> = HashMap::new();
        for row in crate::codes::rows(COLUMNS) {
            assert_eq!(row.len(), 3, "{row:?}");
            assert!(Field::from_name(row[0]).is_some(), "{}", row[0]);
            for spelling in row[2].split('|') {
                let earlier = seen.insert(normalised(spelling), row[0]);
                assert!(
                    earlier.is_none_or(|field| field == row[0]),
                    "{spelling} means {earlier:?} and {}",
                    row[0]
                );
            }
        }
        assert_eq!(crate::codes::rows(COLUMNS).count(), Field::ALL.len());
    }

    #[test]
    fn headings_are_read_whatever_their_dress() {
        let read = columns(
            &[
                "\t商品编号",
                "原产国（地区）",
                " Entry_ID ",
                "备注",
                "roo_verdict",
            ],
            &[],
        )
        .unwrap();
        assert_eq!(read.position(Field::Hs), Some(0));
        assert_eq!(read.position(Field::OriginCountry), Some(1));
        assert_eq!(read.position(Field::EntryId), Some(2));
        assert_eq!(read.own_columns(), 4);
        assert!(read.is_single_window());
        assert!(
            !columns(&["hs", "from", "to"], &[])
                .unwrap()
                .is_single_window()
        );
    }

    #[test]
    fn a_mapping_overrides_and_names_what_is_wrong() {
        let map = |text: &str| text.parse::<Mapping>().unwrap();
        let read = columns(&["我的编码", "税号"], &[map("我的编码=hs")]).unwrap();
        assert_eq!(read.position(Field::Hs), Some(0));
        assert!(matches!(
            columns(&["税号", "HS编码"], &[]),
            Err(MapError::Twice { .. })
        ));
        assert!(columns(&["税号", "HS编码"], &[map("税号=ignore")]).is_ok());
        assert!(matches!(
            columns(&["税号"], &[map("缺=fob")]),
            Err(MapError::Heading { .. })
        ));
        assert!(matches!(
            "税号=nothing".parse::<Mapping>(),
            Err(MapError::Field(_))
        ));
    }
}
