//! Remarks on a line: what customs people check first, apart from any law.

use crate::columns::Field;

/// Something noticed on a line.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum RemarkKind {
    /// A code that lost its leading zero in a spreadsheet.
    LostLeadingZero,
    /// A code or number in scientific form: digits are lost.
    ScientificForm,
    /// A code that is no HS code.
    HsUnreadable,
    /// A declaration code that does not have ten digits.
    HsLength,
    /// A code that is in no loaded edition of the nomenclature.
    HsNotInNomenclature,
    /// A cell that should hold a number and does not.
    NumberUnreadable,
    /// A negative number.
    NumberNegative,
    /// A cell that should hold a date and does not.
    DateUnreadable,
    /// A day stored as a spreadsheet's day number.
    DateSerial,
    /// A country that is in no list.
    CountryUnknown,
    /// A country code whose meaning is not verified.
    CountryUnverified,
    /// A currency that is in no list.
    CurrencyUnknown,
    /// A currency code whose meaning is not verified.
    CurrencyUnverified,
    /// A unit that is in no list.
    UnitUnknown,
    /// A unit code whose meaning is not verified.
    UnitUnverified,
    /// A delivery term that is in no list.
    TermsUnknown,
    /// A delivery term or charge mark whose meaning is not verified.
    TermsUnverified,
    /// The delivery term does not allow FOB or CIF to be told from the total.
    TermsNeedCharges,
    /// The total is not quantity times price.
    TotalMismatch,
    /// A quantity, price or total of zero.
    ZeroValue,
    /// Origin and destination were stored the other way round, as exports are.
    ExportSwapRead,
    /// An export whose origin and destination could not be told apart by China.
    ExportSwapAssumed,
    /// The goods leave from another country than that of origin.
    DepartureDiffers,
    /// The proof is dated after the declaration.
    ProofAfterDate,
    /// The proof is older than it may be.
    ProofExpired,
    /// A declaration of origin whose maker, approved exporter or not, is open.
    ProofKindOpen,
    /// The declared criterion is not one the rule or the result offers.
    CriterionMismatch,
    /// A word that should be yes or no and is neither.
    YesNoUnreadable,
    /// An agreement code that is in no list.
    AgreementUnknown,
    /// A character that no declaration field may hold.
    IllegalCharacter,
    /// The bill of materials could not be applied.
    BillNotApplied,
    /// Bytes that could not be decoded.
    NotDecodable,
    /// The file looked like ASCII, but this row is Chinese text in GB18030.
    ReadAsGb18030,
    /// More fields than headings.
    TooManyFields,
    /// Fewer fields than headings.
    TooFewFields,
    /// A quotation mark that is not closed.
    OpenQuote,
    /// The line names no code.
    HsMissing,
    /// The line does not tell between which two countries the good moves.
    PartiesMissing,
    /// The line's declaration is not among the headers given.
    HeaderMissing,
    /// A charge stated as a rate of something the declaration does not name.
    ChargeAsRate,
    /// A charge stated for a unit the declaration does not name.
    ChargePerUnit,
}

impl RemarkKind {
    /// Every kind, in the order of their numbers.
    pub const ALL: [Self; 41] = [
        Self::LostLeadingZero,
        Self::ScientificForm,
        Self::HsUnreadable,
        Self::HsLength,
        Self::HsNotInNomenclature,
        Self::NumberUnreadable,
        Self::NumberNegative,
        Self::DateUnreadable,
        Self::DateSerial,
        Self::CountryUnknown,
        Self::CountryUnverified,
        Self::CurrencyUnknown,
        Self::CurrencyUnverified,
        Self::UnitUnknown,
        Self::UnitUnverified,
        Self::TermsUnknown,
        Self::TermsUnverified,
        Self::TermsNeedCharges,
        Self::TotalMismatch,
        Self::ZeroValue,
        Self::ExportSwapRead,
        Self::ExportSwapAssumed,
        Self::DepartureDiffers,
        Self::ProofAfterDate,
        Self::ProofExpired,
        Self::ProofKindOpen,
        Self::CriterionMismatch,
        Self::YesNoUnreadable,
        Self::AgreementUnknown,
        Self::IllegalCharacter,
        Self::BillNotApplied,
        Self::NotDecodable,
        Self::ReadAsGb18030,
        Self::TooManyFields,
        Self::TooFewFields,
        Self::OpenQuote,
        Self::HsMissing,
        Self::PartiesMissing,
        Self::HeaderMissing,
        Self::ChargeAsRate,
        Self::ChargePerUnit,
    ];

    /// Its code in `roo_findings` and in reports.
    pub const fn code(self) -> &'static str {
        match self {
            Self::LostLeadingZero => "lost_leading_zero",
            Self::ScientificForm => "scientific_form",
            Self::HsUnreadable => "hs_unreadable",
            Self::HsLength => "hs_length",
            Self::HsNotInNomenclature => "hs_not_in_nomenclature",
            Self::NumberUnreadable => "number_unreadable",
            Self::NumberNegative => "number_negative",
            Self::DateUnreadable => "date_unreadable",
            Self::DateSerial => "date_serial",
            Self::CountryUnknown => "country_unknown",
            Self::CountryUnverified => "country_unverified",
            Self::CurrencyUnknown => "currency_unknown",
            Self::CurrencyUnverified => "currency_unverified",
            Self::UnitUnknown => "unit_unknown",
            Self::UnitUnverified => "unit_unverified",
            Self::TermsUnknown => "terms_unknown",
            Self::TermsUnverified => "terms_unverified",
            Self::TermsNeedCharges => "terms_need_charges",
            Self::TotalMismatch => "total_mismatch",
            Self::ZeroValue => "zero_value",
            Self::ExportSwapRead => "export_swap_read",
            Self::ExportSwapAssumed => "export_swap_assumed",
            Self::DepartureDiffers => "departure_differs",
            Self::ProofAfterDate => "proof_after_date",
            Self::ProofExpired => "proof_expired",
            Self::ProofKindOpen => "proof_kind_open",
            Self::CriterionMismatch => "criterion_mismatch",
            Self::YesNoUnreadable => "yes_no_unreadable",
            Self::AgreementUnknown => "agreement_unknown",
            Self::IllegalCharacter => "illegal_character",
            Self::BillNotApplied => "bill_not_applied",
            Self::NotDecodable => "not_decodable",
            Self::ReadAsGb18030 => "read_as_gb18030",
            Self::TooManyFields => "too_many_fields",
            Self::TooFewFields => "too_few_fields",
            Self::OpenQuote => "open_quote",
            Self::HsMissing => "hs_missing",
            Self::PartiesMissing => "parties_missing",
            Self::HeaderMissing => "header_missing",
            Self::ChargeAsRate => "charge_as_rate",
            Self::ChargePerUnit => "charge_per_unit",
        }
    }

    /// What it says about the cell, in English and Chinese.
    pub const fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::LostLeadingZero => (
                "a leading zero was probably lost in a spreadsheet",
                "编码可能在电子表格中丢失了前导零",
            ),
            Self::ScientificForm => (
                "shown in scientific form, so digits are lost",
                "以科学计数法显示，数字已丢失",
            ),
            Self::HsUnreadable => ("is not an HS code", "不是有效的商品编码格式"),
            Self::HsLength => (
                "a declaration code has ten digits",
                "报关单商品编号应为十位",
            ),
            Self::HsNotInNomenclature => (
                "is in no loaded edition of the nomenclature",
                "不在已加载的任何协调制度版本中",
            ),
            Self::NumberUnreadable => ("is not a number", "不是数字"),
            Self::NumberNegative => ("is negative", "为负数"),
            Self::DateUnreadable => ("is not a date", "不是日期"),
            Self::DateSerial => (
                "is a spreadsheet day number, not a date",
                "是电子表格的日期序号，不是日期",
            ),
            Self::CountryUnknown => ("is not a known country", "不是已知的国家（地区）"),
            Self::CountryUnverified => (
                "the meaning of this country code is not verified",
                "该国别代码的含义未经核实",
            ),
            Self::CurrencyUnknown => ("is not a currency", "不是币制"),
            Self::CurrencyUnverified => (
                "the meaning of this currency code is not verified",
                "该币制代码的含义未经核实",
            ),
            Self::UnitUnknown => ("is not a known unit", "不是已知的计量单位"),
            Self::UnitUnverified => (
                "the meaning of this unit code is not verified",
                "该计量单位代码的含义未经核实",
            ),
            Self::TermsUnknown => ("is not a known delivery term", "不是已知的成交方式"),
            Self::TermsUnverified => (
                "the meaning of this delivery code or charge mark is not verified",
                "该成交方式代码或费用标志的含义未经核实",
            ),
            Self::TermsNeedCharges => (
                "FOB and CIF cannot both be told from the total: state freight and insurance, or the FOB value",
                "仅凭总价无法得出 FOB 与 CIF：请补充运费、保费或 FOB 价",
            ),
            Self::TotalMismatch => (
                "the total is not quantity times unit price",
                "总价不等于数量乘以单价",
            ),
            Self::ZeroValue => ("is zero", "为零"),
            Self::ExportSwapRead => (
                "origin and destination are stored the other way round, as on exports, and were read so",
                "出口报关单的原产国与目的国对调存放，已按此读取",
            ),
            Self::ExportSwapAssumed => (
                "an export without China as origin or destination: read as stored the other way round",
                "出口报关单两栏均非中国：按对调存放读取",
            ),
            Self::DepartureDiffers => (
                "the goods leave from another country than that of origin",
                "启运国与原产国不同",
            ),
            Self::ProofAfterDate => (
                "the proof is dated after the declaration",
                "原产地证明签发日期晚于申报日期",
            ),
            Self::ProofExpired => (
                "the proof is older than it may be",
                "原产地证明已超过有效期",
            ),
            Self::ProofKindOpen => (
                "a declaration of origin: whether an approved exporter made it is open",
                "原产地声明：是否由经核准出口商出具不明",
            ),
            Self::CriterionMismatch => (
                "the declared criterion is not one the result offers",
                "申报的原产地标准与判定结果不符",
            ),
            Self::YesNoUnreadable => ("is neither yes nor no", "既非“是”也非“否”"),
            Self::AgreementUnknown => ("is not a known agreement", "不是已知的优惠贸易协定"),
            Self::IllegalCharacter => (
                "holds a character no declaration may hold",
                "含有申报不允许的字符",
            ),
            Self::BillNotApplied => (
                "the bill of materials could not be applied",
                "物料清单无法套用",
            ),
            Self::NotDecodable => (
                "bytes that are not text in the encoding of the file",
                "含有无法按文件编码解码的字节",
            ),
            Self::ReadAsGb18030 => (
                "the file begins like UTF-8, but this row was read as GB18030",
                "文件开头为 UTF-8，但该行按 GB18030 读取",
            ),
            Self::TooManyFields => ("the row has more fields than headings", "该行字段多于表头"),
            Self::TooFewFields => ("the row has fewer fields than headings", "该行字段少于表头"),
            Self::OpenQuote => ("a quotation mark is opened and not closed", "引号未闭合"),
            Self::HsMissing => ("the line has no HS code", "该行没有商品编码"),
            Self::PartiesMissing => (
                "exporting or importing country is missing",
                "缺少出口国或进口国",
            ),
            Self::HeaderMissing => (
                "no header row has this declaration number",
                "表头文件中没有该报关单号",
            ),
            Self::ChargeAsRate => (
                "the charge is stated as a rate (mark 1), and what it is taken of is not verified: state it as a total (mark 3) or state the FOB value",
                "费用按费率申报（标志 1），其计算基数未经核实：请改填总价（标志 3），或补充 FOB 价",
            ),
            Self::ChargePerUnit => (
                "the charge is stated for a unit (mark 2), and which unit is not verified: state it as a total (mark 3) or state the FOB value",
                "费用按单价申报（标志 2），其计量单位未经核实：请改填总价（标志 3），或补充 FOB 价",
            ),
        }
    }

    /// Whether the row cannot be used as it stands, or only in part.
    pub const fn is_defect(self) -> bool {
        !matches!(
            self,
            Self::HsLength
                | Self::CountryUnverified
                | Self::CurrencyUnverified
                | Self::UnitUnverified
                | Self::UnitUnknown
                | Self::TermsUnverified
                | Self::TermsNeedCharges
                | Self::TotalMismatch
                | Self::ZeroValue
                | Self::ExportSwapRead
                | Self::ExportSwapAssumed
                | Self::DepartureDiffers
                | Self::ProofAfterDate
                | Self::ProofExpired
                | Self::ProofKindOpen
                | Self::CriterionMismatch
                | Self::IllegalCharacter
                | Self::AgreementUnknown
                | Self::BillNotApplied
                | Self::ReadAsGb18030
                | Self::ChargeAsRate
                | Self::ChargePerUnit
        )
    }
}

/// A remark with the cell it is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Remark {
    /// What was noticed.
    pub kind: RemarkKind,
    /// The column, where one is concerned.
    pub field: Option<Field>,
    /// The cell as it stands.
    pub cell: String,
    /// How the cell may be meant; never applied.
    pub reading: Option<String>,
}

/// The remarks on one line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Remarks(pub Vec<Remark>);

impl Remarks {
    /// Notes something about a cell.
    pub fn note(&mut self, kind: RemarkKind, field: Field, cell: impl Into<String>) {
        self.0.push(Remark {
            kind,
            field: Some(field),
            cell: cell.into(),
            reading: None,
        });
    }

    /// Notes a damaged cell with the reading it may have had.
    pub fn offer(
        &mut self,
        kind: RemarkKind,
        field: Field,
        cell: impl Into<String>,
        reading: String,
    ) {
        self.0.push(Remark {
            kind,
            field: Some(field),
            cell: cell.into(),
            reading: Some(reading),
        });
    }

    /// Notes something about the row as a whole.
    pub fn row(&mut self, kind: RemarkKind) {
        self.0.push(Remark {
            kind,
            field: None,
            cell: String::new(),
            reading: None,
        });
    }

    /// Whether a cell or the row could not be used.
    pub fn has_defect(&self) -> bool {
        self.0.iter().any(|remark| remark.kind.is_defect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_and_every_kind_is_worded() {
        let mut codes: Vec<&str> = RemarkKind::ALL.iter().map(|kind| kind.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), RemarkKind::ALL.len());
        for (number, kind) in RemarkKind::ALL.iter().enumerate() {
            assert_eq!(*kind as usize, number);
            let (english, chinese) = kind.texts();
            assert!(english.is_ascii() && !chinese.is_ascii());
        }
    }
}
