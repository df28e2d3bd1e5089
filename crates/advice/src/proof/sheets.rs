//! Two sheets authorities ask for: the cost breakdown (成本明细单) and the table
//! that sets every material against the rule.

use originis_exchange::{Lang, Request, Usage};
use originis_rules_engine::agreement::AgreementBook;
use originis_rules_engine::determination::{Determination, Standing, StandingReason};
use originis_rules_engine::facts::Facts;
use originis_rules_engine::outcome::Outcome;
use originis_rules_engine::quantity::{Amount, Balance};

use super::details::Details;
use super::letter::rounded_up;
use crate::bill::Line;
use crate::document::{Cell, Document, Table};
use crate::wording::material_name;

/// The cost breakdown of one unit of the good.
pub(super) fn cost_breakdown(
    request: &Request,
    facts: &Facts,
    determination: &Determination,
    details: &Details,
    lang: Lang,
) -> Document {
    let mut document = Document::new(lang.pick("Cost breakdown", "成本明细单"));
    let mut head = Table::with_head([lang.pick("field", "项目"), lang.pick("content", "内容")]);
    let mut field = |en: &str, zh: &str, content: Option<String>| {
        head.rows
            .push(vec![lang.pick(en, zh).into(), Cell::text(content)]);
    };
    field("applicant", "申请单位", details.exporter.clone());
    field("producer", "生产企业", details.producer.clone());
    field("contact", "联系人", details.contact.clone());
    field("product", "产品名称", request.good.name.clone());
    field("HS code", "HS编码", Some(request.good.hs.to_string()));
    field("model or specification", "规格型号", details.model.clone());
    field("unit", "产品计算单位", details.quantity.clone());
    field("currency", "货币单位", request.good.currency.clone());
    document.table(head);

    document.heading(lang.pick("Materials", "原辅料"));
    let mut table = Table::with_head([
        lang.pick("material", "原辅料名称"),
        lang.pick("HS code", "HS编码"),
        lang.pick("origin", "原产地"),
        lang.pick("unit", "计算单位"),
        lang.pick("unit price", "单价"),
        lang.pick("quantity per unit", "单位产品用料"),
        lang.pick("originating value", "原产值"),
        lang.pick("non-originating value", "非原产值"),
        lang.pick("total", "合计"),
    ]);
    let mut originating = Some(0_i128);
    let mut foreign = Some(0_i128);
    let materials = facts.production.materials.as_deref().unwrap_or_default();
    let all_stated = request.production.materials.as_deref().unwrap_or_default();
    let unstated = Usage::default();
    let mut differing = Vec::new();
    for (index, (material, effect)) in
        (0_u16..).zip(materials.iter().zip(&determination.origin.materials))
    {
        let stated = all_stated.get(usize::from(index));
        if effect.reason == StandingReason::Disregarded {
            continue;
        }
        let value = material.value.map(Amount::wide);
        let is_originating = matches!(effect.standing, Standing::Originating(_));
        let sum = if is_originating {
            &mut originating
        } else {
            &mut foreign
        };
        *sum = sum.zip(value).map(|(sum, value)| sum + value);
        let in_column = |wanted: bool| {
            if wanted {
                Cell::number(material.value)
            } else {
                Cell::Text(String::new())
            }
        };
        let usage = stated.map(|stated| &stated.usage).unwrap_or(&unstated);
        // Without a unit of its own a material is measured by its weight.
        let (unit, quantity) = match (&usage.unit, usage.quantity) {
            (None, None) => (
                Cell::text(material.weight.map(|_| lang.pick("kg", "千克"))),
                Cell::number(material.weight),
            ),
            (unit, quantity) => (Cell::text(unit.as_ref()), Cell::number(quantity)),
        };
        if let (Some(product), Some(value)) = (usage.value(), material.value)
            && product != value
        {
            let name = material_name(request, &[index], lang);
            differing.push(match lang {
                Lang::En => format!(
                    "{name}: quantity times unit price is {product}, the value stated is {value}; the sheet and the decision use {value}."
                ),
                Lang::Zh => format!(
                    "{name}：用料乘以单价为 {product}，而填报的价值为 {value}；本表与判定均采用 {value}。"
                ),
            });
        }
        table.rows.push(vec![
            material_name(request, &[index], lang).into(),
            Cell::text(material.hs),
            Cell::text(material.origin),
            unit,
            Cell::number(usage.unit_price),
            quantity,
            in_column(is_originating),
            in_column(!is_originating),
            Cell::number(material.value),
        ]);
    }
    let balance = |sum: Option<i128>| Cell::number(sum.map(Balance));
    table.rows.push(vec![
        lang.pick("total", "合计").into(),
        "".into(),
        "".into(),
        "".into(),
        "".into(),
        "".into(),
        balance(originating),
        balance(foreign),
        balance(originating.zip(foreign).map(|(one, other)| one + other)),
    ]);
    document.table(table);
    for difference in differing {
        document.text(difference);
    }

    document.heading(lang.pick("Price", "价格"));
    let mut table = Table::with_head([
        lang.pick("element", "项目"),
        lang.pick("value", "金额"),
        lang.pick("non-originating share %", "非原产占比%"),
    ]);
    for ((en, zh), amount) in [
        ("labour", "人工"),
        ("overhead", "制造费用"),
        ("profit", "利润"),
        ("other cost", "其他费用"),
    ]
    .into_iter()
    .zip(facts.production.costs.elements().map(|(_, amount)| amount))
    {
        table.rows.push(vec![
            lang.pick(en, zh).into(),
            Cell::number(amount),
            "".into(),
        ]);
    }
    let ex_works = details
        .ex_works
        .as_ref()
        .and_then(|text| text.parse::<Amount>().ok());
    let share_of = |whole: Option<Amount>| {
        foreign
            .zip(whole)
            .and_then(|(foreign, whole)| rounded_up(foreign, whole.wide()))
    };
    table.rows.push(vec![
        lang.pick("price ex works", "产品出厂价").into(),
        Cell::number(ex_works),
        Cell::number(share_of(ex_works)),
    ]);
    table.rows.push(vec![
        lang.pick("FOB value", "FOB价").into(),
        Cell::number(facts.good.fob),
        Cell::number(share_of(facts.good.fob)),
    ]);
    document.table(table);
    let operations = request.production.operations.clone().unwrap_or_default();
    document.text(match (operations.is_empty(), lang) {
        (true, Lang::En) => "Processing: not stated.".to_owned(),
        (true, Lang::Zh) => "加工工序：未说明。".to_owned(),
        (false, Lang::En) => format!("Processing: {}.", operations.join(" → ")),
        (false, Lang::Zh) => format!("加工工序：{}。", operations.join(" → ")),
    });
    document
}

/// Every material against the rule of the good.
pub(super) fn materials_against_rule(
    request: &Request,
    tables: &AgreementBook,
    determination: &Determination,
    lines: &[Line],
    lang: Lang,
) -> Document {
    let mut document = Document::new(lang.pick("Materials against the rule", "材料与规则对照表"));
    let rule = determination.origin.rule.and_then(|applied| {
        let row = tables
            .product_rules
            .get(applied.table)?
            .rules
            .get(applied.rule)?;
        Some((applied.subheading, row.text.clone()))
    });
    document.text(match (&rule, lang) {
        (Some((code, rule)), Lang::En) => format!(
            "Good: {} ({code}). Rule: {rule}.",
            request.good.name.as_deref().unwrap_or("—")
        ),
        (Some((code, rule)), Lang::Zh) => format!(
            "货物：{}（{code}）。规则：{rule}。",
            request.good.name.as_deref().unwrap_or("—")
        ),
        (None, Lang::En) => "No product-specific rule was applied.".to_owned(),
        (None, Lang::Zh) => "未适用产品特定规则。".to_owned(),
    });
    let mut table = Table::with_head([
        lang.pick("material", "材料"),
        lang.pick("HS code", "HS编码"),
        lang.pick("origin", "原产地"),
        lang.pick("status", "状态"),
        lang.pick("value", "价值"),
        lang.pick("change", "归类改变"),
        lang.pick("as the rule asks", "是否符合规则"),
        lang.pick("evidence", "证明材料"),
    ]);
    for line in lines {
        let indent = "· ".repeat(line.level.saturating_sub(1));
        let standing = match (line.standing, &line.originating_in) {
            ("originating", Some(party)) => match lang {
                Lang::En => format!("originating ({party})"),
                Lang::Zh => format!("原产（{party}）"),
            },
            ("originating", None) => lang.pick("originating", "原产").to_owned(),
            ("non_originating", _) => lang.pick("non-originating", "非原产").to_owned(),
            _ => lang.pick("open", "待定").to_owned(),
        };
        let shift = match line.shift {
            Outcome::Met => lang.pick("yes", "是"),
            Outcome::NotMet => lang.pick("no", "否"),
            Outcome::Unknown => lang.pick("open", "待定"),
            Outcome::NotApplicable => lang.pick("not asked of it", "不要求"),
        };
        table.rows.push(vec![
            format!("{indent}{}", line.name).into(),
            Cell::text(line.hs.as_ref()),
            Cell::text(line.origin.as_ref()),
            standing.into(),
            Cell::number(line.value.as_ref()),
            match line.change {
                Some("none") => lang.pick("none", "无").into(),
                other => Cell::text(other),
            },
            shift.into(),
            line.evidence.join(lang.pick("; ", "；")).into(),
        ]);
    }
    document.table(table);
    document
}
