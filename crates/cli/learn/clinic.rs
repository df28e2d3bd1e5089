//! `originis learn clinic`: where a firm leaves a preference unused.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;
use originis_exchange::Lang;
use originis_training::clinic::{Advice, ProductStanding, clinic, products};
use originis_training::library::Library;

use crate::context::Context;
use crate::exit::{Exit, Failure, unreadable};
use crate::format::{self, Format, FormatArgs};

/// Arguments of `learn clinic`.
#[derive(Debug, Args)]
#[command(after_help = "\
The list has one product a row: code, name, where it is made, where it is sold,
the customs value of a year, and the agreement claimed today if any. Headings
are those of a declaration, in Chinese or English: 商品编号/hs, 商品名称/name,
原产国/from, 最终目的国/to, 总价/customs_value, 优惠贸易协定代码/agreement_code.
CSV in UTF-8 or GB18030, XLSX and NDJSON are read.")]
pub struct ClinicArgs {
    /// The product list.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The day rates are read on.
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Date,
    #[command(flatten)]
    format: FormatArgs,
}

/// Runs the command.
pub fn run(context: &Context, library: &Library, args: &ClinicArgs) -> Result<Exit, Failure> {
    let name = args.file.display();
    let bytes = fs::read(&args.file)
        .map_err(|error| unreadable(&name.to_string(), &error, context.lang))?;
    let products = products(bytes).map_err(|error| {
        let text = error.text(context.lang);
        Failure::Input(format!("{name}{}{text}", context.say(": ", "：")))
    })?;
    let book = context.book()?;
    let advice = clinic(&book, library, &products, args.date, context.lang);
    match args.format.choose() {
        Format::Json => format::print_json(&advice)?,
        Format::Text => format::print(&page(&advice, library, context.lang))?,
    }
    let unusable = advice
        .iter()
        .any(|one| one.standing == ProductStanding::Unusable);
    Ok(if unusable { Exit::Partial } else { Exit::Done })
}

fn page(advice: &[Advice], library: &Library, lang: Lang) -> String {
    let mut page = String::new();
    for one in advice {
        let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "–".to_owned());
        let _ = writeln!(
            page,
            "{} {} {} → {}: {}",
            one.product.hs,
            one.product.name,
            one.product.from,
            one.product.to,
            standing(one.standing, lang)
        );
        if let Some(problem) = &one.problem {
            let _ = writeln!(page, "    {problem}");
            continue;
        }
        let _ = writeln!(
            page,
            "    {} {}: MFN {} %, {} {} %; {} {}",
            text(&one.agreement),
            text(&one.rule),
            text(&one.mfn),
            lang.pick("preferential", "协定税率"),
            text(&one.preferential),
            lang.pick("saving a year", "全年可节省"),
            text(&one.yearly_saving)
        );
        let lesson = one.lesson.as_ref().and_then(|id| library.lesson(id));
        if let Some(lesson) = lesson {
            let _ = writeln!(
                page,
                "    {} originis learn lesson {}  # {}",
                lang.pick("lesson:", "课程："),
                lesson.id,
                lesson.title.in_lang(lang)
            );
        }
    }
    page
}

const fn standing(standing: ProductStanding, lang: Lang) -> &'static str {
    match standing {
        ProductStanding::Unused => lang.pick("preference unused", "优惠未利用"),
        ProductStanding::Conditional => lang.pick(
            "a preference may be worth it; the rate depends on the line or product",
            "可能值得申领；税率取决于税目或产品",
        ),
        ProductStanding::NotLoaded => {
            lang.pick("the rates that would tell are not loaded", "相关税率未载入")
        }
        ProductStanding::Claimed => lang.pick("claimed already", "已在享惠"),
        ProductStanding::NothingToGain => lang.pick("nothing to gain", "无利可图"),
        ProductStanding::Unusable => lang.pick("the row cannot be used", "该行无法使用"),
    }
}
