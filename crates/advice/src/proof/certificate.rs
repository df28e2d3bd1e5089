//! The data sheet of a certificate of origin: every box with what goes into it,
//! taken from the decision and the details of the paper.

use originis_exchange::{Lang, Request};
use originis_rules_engine::agreement::Agreement;
use originis_rules_engine::determination::{Criterion, Determination, Verdict};
use originis_rules_engine::facts::Facts;
use originis_rules_engine::hs::HsEdition;
use serde::Serialize;

use super::details::Details;
use super::letter::origin_entry;
use crate::document::{Document, Table};
use crate::origin::OriginReport;
use crate::wording::country;

/// One box.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FormBox {
    /// Its number on the form.
    pub number: u8,
    /// Its heading.
    pub heading: String,
    /// Its content; absent where the facts do not give it.
    pub content: Option<String>,
    /// What has to be known about filling it.
    pub note: Option<String>,
}

pub(super) struct Sheet<'a> {
    pub request: &'a Request,
    pub facts: &'a Facts,
    pub details: &'a Details,
    pub determination: &'a Determination,
    /// The explanation of the country of origin, under RCEP.
    pub origin: Option<&'a OriginReport>,
    pub rule_edition: Option<HsEdition>,
    /// The good's code in the edition of the rules, when it can be told.
    pub rule_code: Option<String>,
    pub lang: Lang,
}

impl Sheet<'_> {
    /// The boxes of the form, for an originating good only.
    pub fn boxes(&self) -> Vec<FormBox> {
        if self.determination.verdict != Verdict::Originating {
            return Vec::new();
        }
        match self.determination.agreement {
            Agreement::Rcep => self.rcep(),
            Agreement::Apta => self.apta(),
        }
    }

    fn entry(
        &self,
        number: u8,
        (en, zh): (&str, &str),
        content: Option<String>,
        note: Option<(&str, &str)>,
    ) -> FormBox {
        FormBox {
            number,
            heading: self.lang.pick(en, zh).to_owned(),
            content,
            note: note.map(|(en, zh)| self.lang.pick(en, zh).to_owned()),
        }
    }

    fn route(&self) -> Option<String> {
        let details = self.details;
        let mut parts: Vec<String> = [
            details.shipped.map(|day| day.to_string()),
            details.conveyance.clone(),
            details.loaded_at.clone(),
        ]
        .into_iter()
        .flatten()
        .collect();
        let places = self.facts.transport.as_ref().map(|transport| {
            transport
                .via
                .iter()
                .map(|place| country(place.place, Lang::En))
                .collect::<Vec<String>>()
        });
        if let Some(places) = places.filter(|places| !places.is_empty()) {
            parts.push(format!("VIA {}", places.join(", ")));
        }
        parts.extend(details.discharged_at.clone());
        (!parts.is_empty()).then(|| parts.join("; "))
    }

    fn description(&self) -> Option<String> {
        let parts: Vec<String> = [
            self.details.packages.clone(),
            self.request.good.name.clone(),
        ]
        .into_iter()
        .flatten()
        .collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }

    fn invoice(&self) -> Option<String> {
        let details = self.details;
        let parts: Vec<String> = [
            details.invoice_number.clone(),
            details.invoice_date.map(|day| day.to_string()),
        ]
        .into_iter()
        .flatten()
        .collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }

    fn code_note(&self) -> String {
        match (self.rule_edition, self.lang) {
            (Some(edition), Lang::En) => format!("six digits in the HS {edition} edition"),
            (Some(edition), Lang::Zh) => format!("HS {edition}版六位编码"),
            (None, Lang::En) => "six digits".to_owned(),
            (None, Lang::Zh) => "六位编码".to_owned(),
        }
    }

    fn quantity(&self) -> Option<String> {
        self.details
            .quantity
            .clone()
            .or_else(|| self.facts.good.weight.map(|weight| format!("{weight} KG")))
    }

    fn rcep(&self) -> Vec<FormBox> {
        let entry = origin_entry(self.determination, self.lang);
        let by_value = self.determination.origin.criteria.first() == Some(&Criterion::ValueContent);
        let fob = by_value
            .then(|| {
                let fob = self.facts.good.fob?;
                let currency = self.request.good.currency.as_deref().unwrap_or_default();
                Some(format!("FOB {currency} {fob}"))
            })
            .flatten();
        let quantity: Vec<String> = self.quantity().into_iter().chain(fob).collect();
        let mut code = self.entry(
            9,
            ("HS code of the good", "货物HS编码"),
            self.rule_code.clone(),
            None,
        );
        code.note = Some(self.code_note());
        vec![
            self.entry(1, ("Goods consigned from (exporter)", "出口商名称、地址、国家"), self.details.exporter.clone(), None),
            self.entry(2, ("Goods consigned to (importer or consignee)", "进口商或收货人名称、地址、国家"), self.details.importer.clone(), None),
            self.entry(3, ("Producer", "生产商名称、地址、国家"), self.details.producer.clone(), Some(("if not to be shown: CONFIDENTIAL; if not known: NOT AVAILABLE; several: SEE BOX 8", "不愿披露填CONFIDENTIAL；不知填NOT AVAILABLE；多个生产商填SEE BOX 8"))),
            self.entry(4, ("Means of transport and route", "运输方式及路线"), self.route(), None),
            self.entry(5, ("For official use", "官方使用"), None, Some(("left to the customs authority", "由海关填写"))),
            self.entry(6, ("Item number", "项目编号"), Some("1".to_owned()), None),
            self.entry(7, ("Marks and numbers of packages", "唛头及包装号"), self.details.marks.clone(), None),
            self.entry(8, ("Number and kind of packages; description of goods", "包装数量及种类；货物描述"), self.description(), None),
            code,
            self.entry(10, ("Origin conferring criterion", "原产标准"), entry.map(|entry| entry.entry), Some(("one of WO PE CTC RVC CR; ACU and DMI only beside one of them", "填WO、PE、CTC、RVC、CR之一；ACU、DMI须与其并用"))),
            self.entry(11, ("RCEP country of origin", "RCEP原产国"), self.country_of_origin(), Some(("two letters or name; * or ** only where it cannot be told", "填国名；仅在无法确定时加*或**"))),
            self.entry(12, ("Quantity (gross weight or other measurement), and FOB value where RVC is applied", "数量（毛重或其他计量单位）；适用RVC时填FOB价"), (!quantity.is_empty()).then(|| quantity.join("; ")), Some(("the FOB value is printed only with RVC", "仅在适用RVC时填写FOB价"))),
            self.entry(13, ("Invoice number and date", "发票号码及日期"), self.invoice(), Some(("the invoice under which the good is imported", "货物进口所凭发票"))),
            self.entry(14, ("Remarks", "备注"), self.remarks(), Some(("third-party invoicing, back-to-back certificate, ISSUED RETROACTIVELY, CERTIFIED TRUE COPY", "第三方发票、背对背证书、ISSUED RETROACTIVELY、CERTIFIED TRUE COPY"))),
        ]
    }

    fn country_of_origin(&self) -> Option<String> {
        let origin = self.origin?;
        let marked = origin.mark.as_ref().and_then(|mark| {
            origin
                .choices
                .iter()
                .find(|choice| choice.mark == Some(mark.as_str()))
                .and_then(|choice| Some(format!("{}{mark}", choice.party.as_ref()?)))
        });
        origin.party.clone().or(marked)
    }

    fn remarks(&self) -> Option<String> {
        let details = self.details;
        let mut remarks = Vec::new();
        if let Some(third) = &details.third_party {
            remarks.push(format!(
                "[x] THIRD-PARTY INVOICING: {}, {}",
                third.company,
                country(third.country, Lang::En)
            ));
        }
        if let Some(original) = &details.original {
            let number = original.number.as_deref().unwrap_or("—");
            let issued = original
                .issued
                .map_or_else(|| "—".to_owned(), |day| day.to_string());
            remarks.push(format!(
                "[x] BACK-TO-BACK: original {number}, {issued}, {}",
                country(original.party, Lang::En)
            ));
        }
        let late = details
            .issued
            .zip(details.shipped)
            .is_some_and(|(issued, shipped)| issued > shipped);
        if late {
            remarks.push("ISSUED RETROACTIVELY".to_owned());
        }
        (!remarks.is_empty()).then(|| remarks.join("; "))
    }

    fn apta(&self) -> Vec<FormBox> {
        let entry = origin_entry(self.determination, self.lang);
        let mut code = self.entry(
            5,
            ("Tariff item number", "税则号列"),
            self.rule_code.clone(),
            None,
        );
        code.note = Some(self.code_note());
        let mut criterion = self.entry(
            8,
            ("Origin criterion", "原产地标准"),
            entry.as_ref().map(|entry| entry.entry.clone()),
            None,
        );
        criterion.note = entry.and_then(|entry| entry.meaning);
        let to_order = self.details.third_party.is_some();
        vec![
            self.entry(1, ("Goods consigned from", "货物启运自"), self.details.exporter.clone(), None),
            self.entry(2, ("Goods consigned to", "货物运至"), if to_order { Some("TO ORDER".to_owned()) } else { self.details.importer.clone() }, Some(("TO ORDER for trade through a third country; an importing State may still refuse its invoice", "经第三国贸易时填TO ORDER；进口国仍可能不接受第三方发票"))),
            self.entry(3, ("For official use", "官方使用"), None, Some(("left to the issuing authority", "由签证机构填写"))),
            self.entry(4, ("Means of transport and route", "运输方式及路线"), self.route(), None),
            code,
            self.entry(6, ("Marks and numbers of packages", "唛头及包装号"), self.details.marks.clone(), None),
            self.entry(7, ("Number and kind of packages; description of goods", "包装数量及种类；货物描述"), self.description(), None),
            criterion,
            self.entry(9, ("Gross weight or other quantity", "毛重或其他数量"), self.quantity(), None),
            self.entry(10, ("Number and date of invoices", "发票号码及日期"), self.invoice(), None),
            self.entry(11, ("Declaration by the exporter", "出口商声明"), None, Some(("signed by the exporter", "由出口商签署"))),
            self.entry(12, ("Certificate", "证明"), self.details.issued.map(|day| day.to_string()), Some(("signed and stamped by the issuing authority", "由签证机构签署盖章"))),
        ]
    }
}

/// The data sheet for people.
pub(super) fn document(agreement: Agreement, boxes: &[FormBox], lang: Lang) -> Document {
    let name = agreement.name();
    let mut document = Document::new(match lang {
        Lang::En => format!("{name} certificate of origin: data sheet"),
        Lang::Zh => format!("{name}原产地证书数据表"),
    });
    document.text(lang.pick(
        "A box marked — is not given by the facts and has to be filled in.",
        "标有—的栏目未由所提供事实给出，需自行填写。",
    ));
    let mut table = Table::with_head([
        lang.pick("box", "栏"),
        lang.pick("heading", "栏目"),
        lang.pick("content", "内容"),
        lang.pick("remark", "说明"),
    ]);
    for form_box in boxes {
        table.rows.push(vec![
            crate::document::Cell::Number(form_box.number.to_string()),
            form_box.heading.clone().into(),
            crate::document::Cell::text(form_box.content.as_ref()),
            form_box.note.clone().unwrap_or_default().into(),
        ]);
    }
    document.table(table);
    document
}
