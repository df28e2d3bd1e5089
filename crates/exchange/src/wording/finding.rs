//! One sentence for each test and outcome, followed by its arithmetic.

use originis_rules_engine::agreement::Agreement;
use originis_rules_engine::country::Country;
use originis_rules_engine::determination::{Figures, Test, ValueContentFigures};
use originis_rules_engine::outcome::Outcome;
use originis_rules_engine::quantity::{Balance, Ratio, Weight};
use originis_rules_engine::rule::ShiftLevel;

use super::{country, fill, list};
use crate::lang::Lang;
use crate::share::{Rounding, share};

/// Every test, in the order of the law.
pub const ALL_TESTS: [Test; 27] = [
    Test::PartyInForce,
    Test::HsEdition,
    Test::UndeterminedOrigin,
    Test::Cumulation,
    Test::IntermediateGoods,
    Test::Packing,
    Test::Accessories,
    Test::IndirectMaterials,
    Test::SupplyRegime,
    Test::WhollyObtained,
    Test::ExclusivelyOriginating,
    Test::TariffShift,
    Test::DeMinimis,
    Test::Proviso,
    Test::ValueContent,
    Test::AggregateContent,
    Test::LeastDeveloped,
    Test::ChemicalReaction,
    Test::ProductPart,
    Test::ProductRule,
    Test::MinimalOperations,
    Test::FinalProcess,
    Test::CountryOfOrigin,
    Test::DirectConsignment,
    Test::TransitFacility,
    Test::Proof,
    Test::Concession,
];

/// What a finding speaks of.
#[derive(Debug, Clone)]
pub struct Subject<'a> {
    /// The agreement.
    pub agreement: Agreement,
    /// The exporting country.
    pub exporter: Country,
    /// The importing country.
    pub importer: Country,
    /// Whether a proof of origin is held; a proof test met without one rests
    /// on the waiver for low values.
    pub proof_held: bool,
    /// Names of the materials the finding rests on.
    pub materials: &'a [String],
    /// The numbers it rests on.
    pub figures: Figures,
}

/// The summary of a finding.
pub fn summary(test: Test, outcome: Outcome, subject: &Subject<'_>, lang: Lang) -> String {
    let (en, zh) = template(test, outcome, subject.agreement, subject.proof_held);
    let materials = list(subject.materials, lang);
    let exporter = country(subject.exporter, lang);
    let importer = country(subject.importer, lang);
    let mut text = fill(
        lang.pick(en, zh),
        &[
            ("agreement", subject.agreement.name()),
            ("exporter", &exporter),
            ("importer", &importer),
            ("materials", &materials),
            ("level", level(&subject.figures, lang)),
            ("threshold", &threshold(&subject.figures)),
        ],
    );
    if outcome != Outcome::NotApplicable
        && let Some(arithmetic) = arithmetic(test, &subject.figures, lang)
    {
        if lang == Lang::En {
            text.push(' ');
        }
        text.push_str(&arithmetic);
    }
    text
}

const fn level(figures: &Figures, lang: Lang) -> &'static str {
    match figures {
        Figures::Shift { level } => match level {
            ShiftLevel::Chapter => lang.pick("chapter (first two digits)", "章（前两位）"),
            ShiftLevel::Heading => lang.pick("heading (first four digits)", "品目（前四位）"),
            ShiftLevel::Subheading => lang.pick("subheading (first six digits)", "子目（前六位）"),
        },
        _ => lang.pick("classification", "税则归类"),
    }
}

fn threshold(figures: &Figures) -> String {
    let ratio = match figures {
        Figures::ValueContent(figures) => Some(figures.threshold),
        Figures::ShareOfFob { threshold, .. } | Figures::ShareOfWeight { threshold, .. } => {
            Some(*threshold)
        }
        Figures::DeMinimis {
            value_threshold, ..
        } => Some(*value_threshold),
        Figures::None | Figures::Shift { .. } => None,
    };
    ratio.map_or_else(String::new, |ratio| ratio.as_percent().to_string())
}

/// The arithmetic behind a finding; `None` where there is none to show.
fn arithmetic(test: Test, figures: &Figures, lang: Lang) -> Option<String> {
    match figures {
        Figures::None | Figures::Shift { .. } => None,
        Figures::ValueContent(figures) => Some(value_content(figures, lang)),
        Figures::ShareOfFob {
            part,
            fob,
            threshold,
        } => {
            let least = test == Test::AggregateContent;
            let (part, fob) = ((*part)?, (*fob)?);
            let rounding = if least { Rounding::Down } else { Rounding::Up };
            let percent = share(part.0, fob.0, rounding)?;
            Some(quotient(
                &part.to_string(),
                &fob.to_string(),
                &percent,
                least,
                *threshold,
                lang,
            ))
        }
        Figures::ShareOfWeight {
            part,
            whole,
            threshold,
        } => {
            let (part, whole) = ((*part)?, (*whole)?);
            let percent = share(part.wide(), whole.wide(), Rounding::Down)?;
            Some(quotient(
                &format!("{part} kg"),
                &format!("{whole} kg"),
                &percent,
                true,
                *threshold,
                lang,
            ))
        }
        Figures::DeMinimis {
            value,
            fob,
            value_threshold,
            weight,
        } => de_minimis(*value, *fob, *value_threshold, *weight, lang),
    }
}

/// "120.00 / 1200.00 = 10.00 %, at most 10 % is allowed."
fn quotient(
    part: &str,
    whole: &str,
    percent: &str,
    least: bool,
    threshold: Ratio,
    lang: Lang,
) -> String {
    let limit = threshold.as_percent();
    match (lang, least) {
        (Lang::En, true) => {
            format!("{part} / {whole} = {percent} %; at least {limit} % is needed.")
        }
        (Lang::En, false) => {
            format!("{part} / {whole} = {percent} %; at most {limit} % is allowed.")
        }
        (Lang::Zh, true) => format!("{part} / {whole} = {percent} %，至少须达 {limit} %。"),
        (Lang::Zh, false) => format!("{part} / {whole} = {percent} %，最多允许 {limit} %。"),
    }
}

/// The build-down and build-up formulas with their figures.
pub fn value_content(figures: &ValueContentFigures, lang: Lang) -> String {
    let mut parts = Vec::new();
    if let Some(line) = build_down(figures, lang) {
        parts.push(line);
    }
    if let Some(line) = build_up(figures, lang) {
        parts.push(line);
    }
    parts.push(match lang {
        Lang::En => format!("at least {} % is needed.", figures.threshold.as_percent()),
        Lang::Zh => format!("至少须达 {} %。", figures.threshold.as_percent()),
    });
    capitalise(&parts.join(lang.pick("; ", "；")))
}

fn capitalise(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(characters).collect()
    })
}

/// `(FOB − VNM) / FOB`, when both are known.
pub fn build_down(figures: &ValueContentFigures, lang: Lang) -> Option<String> {
    let (fob, vnm) = (figures.fob?, figures.vnm?);
    let percent = share(fob.0 - vnm.0, fob.0, Rounding::Down)?;
    let name = lang.pick("build-down", "扣减法");
    Some(format!(
        "{name} (FOB {fob} − VNM {vnm}) / {fob} = {percent} %"
    ))
}

/// `(VOM + costs) / FOB`, when both sides are known in full, or what is known
/// is already enough.
pub fn build_up(figures: &ValueContentFigures, lang: Lang) -> Option<String> {
    if !figures.build_up_complete && figures.build_up != Outcome::Met {
        return None;
    }
    let fob = figures.fob?;
    let least = if figures.build_up_complete {
        "="
    } else {
        "≥"
    };
    let percent = share(figures.vom.0 + figures.costs.0, fob.0, Rounding::Down)?;
    let (name, costs) = (
        lang.pick("build-up", "累加法"),
        lang.pick("costs and profit", "成本与利润"),
    );
    Some(format!(
        "{name} (VOM {} + {costs} {}) / {fob} {least} {percent} %",
        figures.vom, figures.costs
    ))
}

fn de_minimis(
    value: Option<Balance>,
    fob: Option<Balance>,
    value_threshold: Ratio,
    weight: Option<(Option<Weight>, Option<Weight>, Ratio)>,
    lang: Lang,
) -> Option<String> {
    let by_value = value.zip(fob).and_then(|(value, fob)| {
        let percent = share(value.0, fob.0, Rounding::Up)?;
        Some((value.to_string(), fob.to_string(), percent, value_threshold))
    });
    let by_weight = weight.and_then(|(part, whole, threshold)| {
        let (part, whole) = (part?, whole?);
        let percent = share(part.wide(), whole.wide(), Rounding::Up)?;
        Some((
            format!("{part} kg"),
            format!("{whole} kg"),
            percent,
            threshold,
        ))
    });
    let sentence =
        |name: &str, (part, whole, percent, threshold): &(String, String, String, Ratio)| {
            let text = quotient(part, whole, percent, false, *threshold, lang);
            match lang {
                Lang::En => format!("{name}: {text}"),
                Lang::Zh => format!("{name}：{text}"),
            }
        };
    let mut sentences = Vec::new();
    if let Some(line) = &by_value {
        sentences.push(sentence(lang.pick("By value", "按价值"), line));
    }
    if let Some(line) = &by_weight {
        sentences.push(sentence(lang.pick("By weight", "按重量"), line));
    }
    (!sentences.is_empty()).then(|| sentences.join(lang.pick(" ", "")))
}

/// The sentence of a test and outcome, with places for names and figures.
#[expect(
    clippy::too_many_lines,
    reason = "one entry for each test and outcome; a table reads best in one piece"
)]
const fn template(
    test: Test,
    outcome: Outcome,
    agreement: Agreement,
    proof_held: bool,
) -> (&'static str, &'static str) {
    use Outcome::{Met, NotApplicable, NotMet, Unknown};
    let is_rcep = matches!(agreement, Agreement::Rcep);
    match (test, outcome) {
        (Test::PartyInForce, Met) => (
            "{agreement} is in force between {exporter} and {importer} on the date.",
            "在该日期，{agreement} 在{exporter}与{importer}之间有效。",
        ),
        (Test::PartyInForce, NotMet) => (
            "{agreement} does not bind {exporter} and {importer} toward each other on the date, so no preference can follow from it.",
            "在该日期，{agreement} 在{exporter}与{importer}之间不适用，不能据以享受优惠。",
        ),
        (Test::PartyInForce, Unknown) => (
            "Whether {agreement} binds {exporter} and {importer} cannot be told: the date is missing or their standing is not confirmed.",
            "不能确定 {agreement} 在{exporter}与{importer}之间是否有效：缺少日期，或双方适用情况未经确认。",
        ),
        (Test::PartyInForce, NotApplicable) => (
            "Whether {agreement} is in force is not in question here.",
            "此处不涉及 {agreement} 是否有效。",
        ),

        (Test::HsEdition, Met) => (
            "The code was carried over to the HS edition of the rule; exactly one code corresponds.",
            "编码已转换到规则所用的 HS 版本，仅对应一个编码。",
        ),
        (Test::HsEdition, NotMet) => (
            "The code has no counterpart in the HS edition of the rule.",
            "该编码在规则所用的 HS 版本中没有对应编码。",
        ),
        (Test::HsEdition, Unknown) => (
            "The code does not lead to exactly one subheading in the HS edition of the rule; the right one has to be chosen.",
            "该编码在规则所用的 HS 版本中不能对应到唯一子目，须由您选定。",
        ),
        (Test::HsEdition, NotApplicable) => (
            "The code is already in the HS edition of the rule.",
            "编码已是规则所用的 HS 版本。",
        ),

        (Test::UndeterminedOrigin, Met) => (
            "The origin of every material is known.",
            "各项材料的原产地均已知。",
        ),
        (Test::UndeterminedOrigin, NotMet) => (
            "Origin not known, so counted as non-originating until it is proved[[: {materials}]].",
            "原产地不明，在举证之前按非原产材料计算[[：{materials}]]。",
        ),
        (Test::UndeterminedOrigin, Unknown) => (
            "Whether the origin of a material is known cannot be told[[: {materials}]].",
            "不能确定材料的原产地是否已知[[：{materials}]]。",
        ),
        (Test::UndeterminedOrigin, NotApplicable) => (
            "No material is of undetermined origin.",
            "没有原产地不明的材料。",
        ),

        (Test::Cumulation, Met) => (
            "Counted as originating because it is originating in another member[[: {materials}]].",
            "在其他成员具备原产资格，按原产材料累积[[：{materials}]]。",
        ),
        (Test::Cumulation, NotMet) => (
            "Stated as originating where {agreement} is not in force for this trade, so counted as non-originating[[: {materials}]].",
            "所称原产地不是本项贸易适用 {agreement} 的成员，按非原产材料计算[[：{materials}]]。",
        ),
        (Test::Cumulation, Unknown) => (
            "Whether it may be cumulated cannot be told yet[[: {materials}]].",
            "尚不能确定能否累积[[：{materials}]]。",
        ),
        (Test::Cumulation, NotApplicable) => (
            "No material of another member is cumulated.",
            "没有累积其他成员的材料。",
        ),

        (Test::IntermediateGoods, Met) => (
            "Originating by its own bill of materials, so its whole value counts as originating[[: {materials}]].",
            "按其自身物料清单具备原产资格，全部价值计为原产[[：{materials}]]。",
        ),
        (Test::IntermediateGoods, NotMet) => (
            "Not originating by its own bill of materials[[: {materials}]].",
            "按其自身物料清单不具备原产资格[[：{materials}]]。",
        ),
        (Test::IntermediateGoods, Unknown) => (
            "Its own bill of materials leaves open whether it is originating[[: {materials}]].",
            "其自身物料清单尚不足以确定是否原产[[：{materials}]]。",
        ),
        (Test::IntermediateGoods, NotApplicable) => (
            "No material is decided by a bill of materials of its own.",
            "没有须按自身物料清单判定的材料。",
        ),

        (Test::Packing, Met | NotMet | Unknown) => (
            "Packing does not decide the result[[: {materials}]].",
            "包装不决定结果[[：{materials}]]。",
        ),
        (Test::Packing, NotApplicable) if is_rcep => (
            "Packing is not tested for a change of classification; retail packing counts in the value content by its own origin, packing for transport counts nowhere[[: {materials}]].",
            "包装不参与税则归类改变的判定；零售包装按自身原产地计入价值成分，运输包装一律不计[[：{materials}]]。",
        ),
        (Test::Packing, NotApplicable) => (
            "Retail packing is judged as one with the good; packing for transport is left out[[: {materials}]].",
            "零售包装与货物视为一体，运输包装不计[[：{materials}]]。",
        ),

        (Test::Accessories, Met | NotMet | Unknown) => (
            "Accessories do not decide the result by themselves[[: {materials}]].",
            "附件本身不决定结果[[：{materials}]]。",
        ),
        (Test::Accessories, NotApplicable) => (
            "Accessories are not tested for a change of classification; invoiced with the good and customary for it they count in the value content by their own origin, sold separately they are goods of their own[[: {materials}]].",
            "附件不参与税则归类改变的判定；与货物一并开票且数量价值合乎惯例的，按自身原产地计入价值成分，单独销售的另作货物[[：{materials}]]。",
        ),

        (Test::IndirectMaterials, Met | NotMet | Unknown) => (
            "Indirect materials do not decide the result[[: {materials}]].",
            "间接材料不决定结果[[：{materials}]]。",
        ),
        (Test::IndirectMaterials, NotApplicable) => (
            "Used in production without entering the good, so originating wherever it was made[[: {materials}]].",
            "用于生产但不构成货物，无论产自何处均视为原产[[：{materials}]]。",
        ),

        (Test::SupplyRegime, Met) => (
            "The customs regime of the materials raises no question.",
            "材料的海关监管方式没有疑问。",
        ),
        (Test::SupplyRegime, NotMet) => (
            "Duty is not borne under this customs regime, so none is deducted from the value[[: {materials}]].",
            "该监管方式下未实际负担关税，不得从价值中扣除[[：{materials}]]。",
        ),
        (Test::SupplyRegime, Unknown) => (
            "Brought in by border trade, so not originating where it landed: name its true origin[[: {materials}]].",
            "以边民互市等边境贸易方式进口，不因在当地落地而原产：请填写真实原产地[[：{materials}]]。",
        ),
        (Test::SupplyRegime, NotApplicable) => (
            "The customs regime neither gives nor takes origin[[: {materials}]].",
            "海关监管方式既不赋予也不改变原产地[[：{materials}]]。",
        ),

        (Test::WhollyObtained, Met) => (
            "Wholly obtained or produced in {exporter} on the ground claimed.",
            "按所主张的理由，货物在{exporter}完全获得或生产。",
        ),
        (Test::WhollyObtained, NotMet) => (
            "Not wholly obtained in {exporter}[[, because of {materials}]].",
            "不属于在{exporter}完全获得[[，因使用了：{materials}]]。",
        ),
        (Test::WhollyObtained, Unknown) => (
            "Whether the good is wholly obtained in {exporter} cannot be told: the ground claimed does not fit the good, or facts about its materials are missing[[: {materials}]].",
            "不能确定是否在{exporter}完全获得：所主张的理由与货物不符，或缺少材料的事实[[：{materials}]]。",
        ),
        (Test::WhollyObtained, NotApplicable) => {
            ("Not claimed to be wholly obtained.", "未主张完全获得。")
        }

        (Test::ExclusivelyOriginating, Met) => (
            "Every material is originating, so the good is made exclusively from originating materials.",
            "全部材料均为原产材料，货物仅使用原产材料生产。",
        ),
        (Test::ExclusivelyOriginating, NotMet) => (
            "Not made exclusively from originating materials[[; non-originating: {materials}]].",
            "并非仅使用原产材料生产[[；非原产材料：{materials}]]。",
        ),
        (Test::ExclusivelyOriginating, Unknown) => (
            "Whether every material is originating cannot be told yet[[: {materials}]].",
            "尚不能确定是否全部为原产材料[[：{materials}]]。",
        ),
        (Test::ExclusivelyOriginating, NotApplicable) => (
            "No materials are used that could be originating.",
            "没有可判定为原产的材料。",
        ),

        (Test::TariffShift, Met) => (
            "Every non-originating material makes the change of {level} the rule demands.",
            "每项非原产材料均发生规则所要求的{level}改变。",
        ),
        (Test::TariffShift, NotMet) => (
            "The change of {level} the rule demands is not made[[ by {materials}]].",
            "未发生规则所要求的{level}改变[[：{materials}]]。",
        ),
        (Test::TariffShift, Unknown) => (
            "Whether the change of {level} is made cannot be told[[ for {materials}]].",
            "不能确定是否发生{level}改变[[：{materials}]]。",
        ),
        (Test::TariffShift, NotApplicable) => (
            "No non-originating material is used, so no change of classification is demanded.",
            "没有使用非原产材料，无须税则归类改变。",
        ),

        (Test::DeMinimis, Met) => (
            "What did not shift stays within the tolerance[[: {materials}]].",
            "未改变归类的材料在容许限度之内[[：{materials}]]。",
        ),
        (Test::DeMinimis, NotMet) => (
            "What did not shift is more than the tolerance[[: {materials}]].",
            "未改变归类的材料超过容许限度[[：{materials}]]。",
        ),
        (Test::DeMinimis, Unknown) => (
            "Whether what did not shift stays within the tolerance cannot be told[[: {materials}]].",
            "不能确定未改变归类的材料是否在容许限度之内[[：{materials}]]。",
        ),
        (Test::DeMinimis, NotApplicable) => ("No tolerance is needed.", "无须适用微小含量规则。"),

        (Test::Proviso, Met) => (
            "The active ingredients are originating to the share of weight the rule demands.",
            "活性成分中原产部分的重量达到规则要求。",
        ),
        (Test::Proviso, NotMet) => (
            "Too little of the weight of the active ingredients is originating.",
            "活性成分中原产部分的重量未达到规则要求。",
        ),
        (Test::Proviso, Unknown) => (
            "Which materials are active ingredients, or what they weigh, is not fully known.",
            "哪些材料是活性成分或其重量尚不完全清楚。",
        ),
        (Test::Proviso, NotApplicable) => (
            "The rule carries no condition on active ingredients.",
            "规则对活性成分没有要求。",
        ),

        (Test::ValueContent, Met) if is_rcep => (
            "The regional value content reaches [[the {threshold} % demanded]].",
            "区域价值成分达到[[规定的 {threshold} %]]。",
        ),
        (Test::ValueContent, NotMet) if is_rcep => (
            "The regional value content stays below [[the {threshold} % demanded]].",
            "区域价值成分未达到[[规定的 {threshold} %]]。",
        ),
        (Test::ValueContent, Unknown) if is_rcep => (
            "Whether the regional value content reaches what the rule demands cannot be told.",
            "不能确定区域价值成分是否达到规则要求。",
        ),
        (Test::ValueContent, NotApplicable) if is_rcep => (
            "No non-originating material is used, so no value content is demanded.",
            "没有使用非原产材料，无须计算价值成分。",
        ),
        (Test::ValueContent, Met) => (
            "Materials from outside the agreement or of undetermined origin stay within the limit.",
            "来自非成员或原产地不明的材料未超过限度。",
        ),
        (Test::ValueContent, NotMet) => (
            "Materials from outside the agreement or of undetermined origin are more than the limit.",
            "来自非成员或原产地不明的材料超过限度。",
        ),
        (Test::ValueContent, Unknown) => (
            "The share of materials from outside the agreement or of undetermined origin cannot be told.",
            "不能确定来自非成员或原产地不明的材料所占比例。",
        ),
        (Test::ValueContent, NotApplicable) => {
            ("There is no content to measure.", "没有须计算的成分。")
        }

        (Test::AggregateContent, Met) => (
            "The content of all Participating States together reaches the share demanded.",
            "各成员国成分合计达到要求。",
        ),
        (Test::AggregateContent, NotMet) => (
            "The content of all Participating States together stays below the share demanded.",
            "各成员国成分合计未达到要求。",
        ),
        (Test::AggregateContent, Unknown) => (
            "The content of all Participating States together cannot be told.",
            "不能确定各成员国成分合计。",
        ),
        (Test::AggregateContent, NotApplicable) => (
            "No product of another Participating State is used.",
            "没有使用其他成员国的产品。",
        ),

        (Test::LeastDeveloped, Met) => (
            "{exporter} is a least developed country for the agreement, and its wider limit is kept.",
            "{exporter}为本协定下的最不发达国家，未超过放宽后的限度。",
        ),
        (Test::LeastDeveloped, NotMet) => (
            "The wider limit for a least developed exporter is not kept either.",
            "最不发达国家的放宽限度也未能满足。",
        ),
        (Test::LeastDeveloped, Unknown) => (
            "Whether {exporter} counts as least developed on the date, or keeps the wider limit, cannot be told.",
            "不能确定{exporter}在该日期是否属最不发达国家，或是否满足放宽限度。",
        ),
        (Test::LeastDeveloped, NotApplicable) => (
            "{exporter} is not a least developed country for the agreement on the date.",
            "在该日期，{exporter}不属本协定下的最不发达国家。",
        ),

        (Test::ChemicalReaction, Met) => (
            "A chemical reaction as the rule defines it takes place.",
            "发生了规则所定义的化学反应。",
        ),
        (Test::ChemicalReaction, NotMet) => (
            "No chemical reaction as the rule defines it takes place.",
            "没有发生规则所定义的化学反应。",
        ),
        (Test::ChemicalReaction, Unknown) => (
            "Whether a chemical reaction takes place is not stated.",
            "未说明是否发生化学反应。",
        ),
        (Test::ChemicalReaction, NotApplicable) => {
            ("No chemical reaction is demanded.", "无须发生化学反应。")
        }

        (Test::ProductPart, Met) => (
            "The part of the rule that governs the good is stated.",
            "已说明货物适用规则的哪一分项。",
        ),
        (Test::ProductPart, NotMet) => (
            "The part stated is not one of the rule.",
            "所填分项不在规则之中。",
        ),
        (Test::ProductPart, Unknown) => (
            "The rule differs by product within the code, and it is not stated which product this is.",
            "同一编码内的规则按产品区分，但未说明属于哪种产品。",
        ),
        (Test::ProductPart, NotApplicable) => (
            "The rule is the same for every good of the code.",
            "该编码下的货物适用同一规则。",
        ),

        (Test::ProductRule, Met) => (
            "The rule for the good is met.",
            "符合该货物的产品特定规则。",
        ),
        (Test::ProductRule, NotMet) => (
            "The rule for the good is not met.",
            "不符合该货物的产品特定规则。",
        ),
        (Test::ProductRule, Unknown) => (
            "The rule for this code is not loaded, so nothing is concluded from it.",
            "该编码的规则未载入，不据以作出结论。",
        ),
        (Test::ProductRule, NotApplicable) => (
            "No rule of its own is laid down for this code.",
            "该编码没有专门规则。",
        ),

        (Test::MinimalOperations, Met) => (
            "The work done is more than the operations that never confer origin.",
            "所做加工超出不赋予原产资格的微小加工。",
        ),
        (Test::MinimalOperations, NotMet) => (
            "Only operations that never confer origin are done on non-originating materials.",
            "对非原产材料仅进行了不赋予原产资格的微小加工。",
        ),
        (Test::MinimalOperations, Unknown) => (
            "Whether the work done is more than the operations that never confer origin cannot be told.",
            "不能确定所做加工是否超出不赋予原产资格的微小加工。",
        ),
        (Test::MinimalOperations, NotApplicable) => (
            "No non-originating material is worked, so the list of minimal operations has no bearing.",
            "没有加工非原产材料，不涉及微小加工规定。",
        ),

        (Test::FinalProcess, Met) => (
            "The final process of manufacture is done in {exporter}.",
            "最后制造工序在{exporter}完成。",
        ),
        (Test::FinalProcess, NotMet) => (
            "The final process of manufacture is not done in {exporter}.",
            "最后制造工序不在{exporter}完成。",
        ),
        (Test::FinalProcess, Unknown) => (
            "What is done in {exporter} is not stated, so the final process cannot be judged.",
            "未说明在{exporter}进行的工序，不能判定最后制造工序。",
        ),
        (Test::FinalProcess, NotApplicable) => {
            ("No final process is asked for.", "无须判定最后制造工序。")
        }

        (Test::CountryOfOrigin, Met) => (
            "The country of origin for the rate is settled.",
            "适用税率的原产国已确定。",
        ),
        (Test::CountryOfOrigin, NotMet) => (
            "The exporting Party is not the country of origin for the rate.",
            "适用税率的原产国不是出口方。",
        ),
        (Test::CountryOfOrigin, Unknown) => (
            "The country of origin for the rate cannot be told.",
            "不能确定适用税率的原产国。",
        ),
        (Test::CountryOfOrigin, NotApplicable) => {
            ("No country of origin is asked for.", "无须确定原产国。")
        }

        (Test::DirectConsignment, Met) => (
            "Carried directly, or handled on the way only as the law allows: the good keeps its status.",
            "直接运输，或途中仅作法律允许的处理，货物保持资格。",
        ),
        (Test::DirectConsignment, NotMet) => (
            "The good loses its status on the way: it left customs control, was traded, or more was done than the handling allowed.",
            "货物在途中失去资格：脱离海关监管、进入贸易，或进行了超出允许范围的处理。",
        ),
        (Test::DirectConsignment, Unknown) => (
            "How the good travels is not fully stated.",
            "运输情况尚未完全说明。",
        ),
        (Test::DirectConsignment, NotApplicable) => {
            ("The route is not in question.", "不涉及运输路线。")
        }

        (Test::TransitFacility, Met) => (
            "Kept in the bonded zone or hub under customs control, with nothing but logistics: keep the documents that show it.",
            "在保税区或集拼中心处于海关监管之下且仅作物流处理：请保存证明文件。",
        ),
        (Test::TransitFacility, NotMet) => (
            "What happened in the bonded zone or hub costs the good its status.",
            "货物在保税区或集拼中心的情形使其失去资格。",
        ),
        (Test::TransitFacility, Unknown) => (
            "What happened in the bonded zone or hub is not fully stated.",
            "货物在保税区或集拼中心的情形尚未完全说明。",
        ),
        (Test::TransitFacility, NotApplicable) => (
            "No bonded zone or hub is passed.",
            "未经过保税区或集拼中心。",
        ),

        (Test::Proof, Met) if !proof_held => (
            "The value is low enough that no proof of origin is needed.",
            "价值在限额以内，无须提交原产地证明。",
        ),
        (Test::Proof, Met) => (
            "A proof of origin that may be used between the two and is valid on the date is held.",
            "持有双方可用且在该日期有效的原产地证明。",
        ),
        (Test::Proof, NotMet) => (
            "No proof of origin that may be used between the two and is valid on the date is held.",
            "未持有双方可用且在该日期有效的原产地证明。",
        ),
        (Test::Proof, Unknown) => (
            "Whether a usable and valid proof of origin is held cannot be told.",
            "不能确定是否持有可用且有效的原产地证明。",
        ),
        (Test::Proof, NotApplicable) => ("No proof of origin is asked for.", "无须原产地证明。"),

        (Test::Concession, Met) => (
            "{importer} grants a preference for the line under {agreement}.",
            "{importer}对该税目给予 {agreement} 优惠。",
        ),
        (Test::Concession, NotMet) => (
            "{importer} grants no preference for the line under {agreement}.",
            "{importer}对该税目不给予 {agreement} 优惠。",
        ),
        (Test::Concession, Unknown) => (
            "Whether {importer} grants a preference for the line under {agreement} cannot be told: its tariff is not loaded, or the preference depends on the product.",
            "不能确定{importer}对该税目是否给予 {agreement} 优惠：税则未载入，或优惠取决于具体产品。",
        ),
        (Test::Concession, NotApplicable) => ("No concession is asked for.", "不涉及关税减让。"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wording::testing::assert_both;

    const OUTCOMES: [Outcome; 4] = [
        Outcome::Met,
        Outcome::NotMet,
        Outcome::Unknown,
        Outcome::NotApplicable,
    ];

    fn subject<'a>(agreement: Agreement, materials: &'a [String], figures: Figures) -> Subject<'a> {
        Subject {
            agreement,
            exporter: "CN".parse().unwrap(),
            importer: "JP".parse().unwrap(),
            proof_held: false,
            materials,
            figures,
        }
    }

    fn amount(text: &str) -> Balance {
        text.parse::<originis_rules_engine::quantity::Amount>()
            .unwrap()
            .into()
    }

    #[test]
    fn every_test_and_outcome_has_both_wordings() {
        let named = ["cashmere yarn".to_owned()];
        for agreement in Agreement::ALL {
            for test in ALL_TESTS {
                for outcome in OUTCOMES {
                    for materials in [&named[..], &[]] {
                        let subject = subject(agreement, materials, Figures::None);
                        let what = format!("{agreement} {} {outcome:?}", test.name());
                        assert_both(
                            &summary(test, outcome, &subject, Lang::En),
                            &summary(test, outcome, &subject, Lang::Zh),
                            &what,
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn the_list_of_tests_names_each_once() {
        let mut names: Vec<&str> = ALL_TESTS.iter().map(|test| test.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL_TESTS.len());
    }

    #[test]
    fn shares_at_a_threshold_never_print_across_it() {
        // 10.0001 % is above a tolerance of 10 % and must not read as 10.00 %.
        let figures = Figures::DeMinimis {
            value: Some(amount("100.001")),
            fob: Some(amount("1000")),
            value_threshold: Ratio::percent(10),
            weight: None,
        };
        let text = summary(
            Test::DeMinimis,
            Outcome::NotMet,
            &subject(Agreement::Rcep, &[], figures),
            Lang::En,
        );
        assert!(text.contains("= 10.01 %"), "{text}");
        // 39.996 % is below 40 % and must not read as 40.00 %.
        let figures = ValueContentFigures {
            fob: Some(amount("100000")),
            vnm: Some(amount("60004")),
            deducted: Balance(0),
            vom: Balance(0),
            costs: Balance(0),
            build_up_complete: false,
            build_down: Outcome::NotMet,
            build_up: Outcome::Unknown,
            threshold: Ratio::percent(40),
        };
        assert_eq!(
            value_content(&figures, Lang::En),
            "Build-down (FOB 100000.00 − VNM 60004.00) / 100000.00 = 39.99 %; at least 40 % is needed."
        );
    }

    #[test]
    fn an_incomplete_build_up_shows_no_figure() {
        let figures = ValueContentFigures {
            fob: Some(amount("100")),
            vnm: None,
            deducted: Balance(0),
            vom: amount("10"),
            costs: amount("10"),
            build_up_complete: false,
            build_down: Outcome::Unknown,
            build_up: Outcome::Unknown,
            threshold: Ratio::percent(40),
        };
        assert_eq!(
            value_content(&figures, Lang::En),
            "At least 40 % is needed."
        );
    }
}
