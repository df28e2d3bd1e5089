//! The help and the errors of usage in Simplified Chinese.
//!
//! The arguments are described in English where they are declared; this table
//! holds the Chinese for the same places. A test finds what has none.

mod advice;
mod batch;
mod learn;
mod serve;
mod tables;

use std::error::Error;
use std::ffi::OsString;

use clap::Command;
use clap::error::{ContextKind, ErrorKind};
use originis_batch::columns::MapError;
use originis_batch::results::NoResultColumn;
use originis_exchange::{Fault, Lang};
use originis_rule_tables::import::user::ColumnMapError;
use originis_rules_engine::agreement::AgreementError;
use originis_rules_engine::country::CountryError;
use originis_rules_engine::hs::HsError;

/// (command path, argument or "" for the command or "closing" for its closing
/// text, Chinese).
type Text = (&'static str, &'static str, &'static str);

const TEXTS: [&[Text]; 5] = [
    tables::TEXTS,
    batch::TEXTS,
    advice::TEXTS,
    learn::TEXTS,
    serve::TEXTS,
];

/// The layout of the help with Chinese headings.
const TEMPLATE: &str = "{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}";

/// The command line with its help in Chinese.
pub fn localise(mut command: Command) -> Command {
    command.build();
    translate(command, "")
}

fn translate(mut command: Command, path: &str) -> Command {
    command = command
        .help_template(TEMPLATE)
        .subcommand_help_heading("命令")
        .subcommand_value_name("命令");
    if let Some(about) = text(path, "") {
        command = command.about(about).long_about(about);
    }
    if let Some(after) = text(path, "closing") {
        command = command.after_help(after).after_long_help(after);
    }
    command = command.mut_args(|argument| {
        let heading = if argument.is_positional() {
            "参数"
        } else {
            "选项"
        };
        let argument = argument.help_heading(heading);
        let id = argument.get_id().to_string();
        match argument_text(path, &id) {
            Some(help) => argument.help(help).long_help(help),
            None => argument,
        }
    });
    command.mut_subcommands(|subcommand| {
        let below = match (path, subcommand.get_name()) {
            ("", name) => name.to_owned(),
            (path, name) => format!("{path} {name}"),
        };
        translate(subcommand, &below)
    })
}

fn text(path: &str, argument: &str) -> Option<&'static str> {
    TEXTS
        .iter()
        .flat_map(|texts| texts.iter())
        .find(|(of_path, of_argument, _)| (*of_path, *of_argument) == (path, argument))
        .map(|(_, _, chinese)| *chinese)
}

/// The text of an argument, declared here or in a command above.
fn argument_text(path: &str, argument: &str) -> Option<&'static str> {
    let above = path.rsplit_once(' ').map_or("", |(above, _)| above);
    text(path, argument).or_else(|| {
        if path.is_empty() {
            None
        } else {
            argument_text(above, argument)
        }
    })
}

/// An error of usage in Chinese: what is wrong, what the argument takes, how the
/// command is used. `arguments` are those of the program, its own name first.
pub fn usage_error(error: &clap::Error, arguments: &[OsString]) -> String {
    let said = |kind| error.get(kind).map(ToString::to_string);
    let argument = said(ContextKind::InvalidArg).unwrap_or_default();
    let value = said(ContextKind::InvalidValue).unwrap_or_default();
    let what = match error.kind() {
        ErrorKind::InvalidValue if value.is_empty() => format!("`{argument}` 缺少值"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let expected = refused(error)
                .or_else(|| {
                    said(ContextKind::ValidValue).map(|values| format!("可用值为 {values}"))
                })
                .or_else(|| taken(&argument, arguments).map(str::to_owned));
            let expected = expected.map_or_else(String::new, |text| format!("：{text}"));
            format!("`{value}` 不能作为 `{argument}` 的值{expected}")
        }
        ErrorKind::UnknownArgument => format!("没有参数 `{argument}`"),
        ErrorKind::InvalidSubcommand => {
            let name = said(ContextKind::InvalidSubcommand).unwrap_or_default();
            format!("没有命令 `{name}`")
        }
        ErrorKind::MissingRequiredArgument => format!("缺少必需的参数：{argument}"),
        ErrorKind::MissingSubcommand => "缺少命令".to_owned(),
        ErrorKind::ArgumentConflict => match said(ContextKind::PriorArg) {
            Some(prior) if prior != argument => {
                format!("`{argument}` 不能与 `{prior}` 同时使用")
            }
            _ => format!("`{argument}` 只能指定一次"),
        },
        ErrorKind::NoEquals => format!("`{argument}` 的值应写在等号之后"),
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("`{argument}` 的值的个数不对")
        }
        ErrorKind::InvalidUtf8 => "参数不是有效的 UTF-8 文本".to_owned(),
        _ => return error.to_string(),
    };
    let suggested = [
        ContextKind::SuggestedArg,
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedValue,
    ]
    .into_iter()
    .find_map(said)
    .map_or_else(String::new, |near| format!("；是否应为 `{near}`？"));
    let usage = said(ContextKind::Usage).map_or_else(String::new, |usage| {
        format!("\n\n{}", usage.replacen("Usage: ", "用法：", 1))
    });
    format!("originis：{what}{suggested}{usage}\n\n用 --help 查看说明。\n")
}

/// What the reader of a value says of it, where it says it in Chinese.
fn refused(error: &clap::Error) -> Option<String> {
    let source = error.source()?;
    if let Some(problem) = source.downcast_ref::<MapError>() {
        return Some(problem.text(Lang::Zh));
    }
    if let Some(problem) = source.downcast_ref::<NoResultColumn>() {
        return Some(problem.text(Lang::Zh));
    }
    if let Some(problem) = source.downcast_ref::<ColumnMapError>() {
        return Some(problem.text().zh);
    }
    fault::<HsError>(source)
        .or_else(|| fault::<CountryError>(source))
        .or_else(|| fault::<AgreementError>(source))
}

/// An error of the engine in Chinese, if it is of this kind.
fn fault<E: Error + Clone + Into<Fault> + 'static>(
    source: &(dyn Error + 'static),
) -> Option<String> {
    let problem = source.downcast_ref::<E>()?.clone();
    Some(problem.into().zh)
}

/// What an argument takes: its help, found by its name on the command line.
fn taken(argument: &str, arguments: &[OsString]) -> Option<&'static str> {
    let id = argument
        .trim_start_matches(['-', '<', '['])
        .split([' ', '=', '>'])
        .next()?
        .replace('-', "_");
    let words: Vec<&str> = arguments
        .iter()
        .skip(1)
        .filter_map(|word| word.to_str())
        .filter(|word| !word.starts_with('-'))
        .collect();
    // The longest chain of words that is a command has the argument; the values
    // of options may stand before it.
    (0..=words.len())
        .flat_map(|from| (from..=words.len()).map(move |to| (from, to)))
        .filter_map(|(from, to)| words.get(from..to))
        .map(|words| words.join(" "))
        .filter(|path| text(path, "").is_some())
        .max_by_key(|path| path.len())
        .and_then(|path| argument_text(&path, &id.to_lowercase()))
}

/// The value of `--lang` before the arguments are read, for the help itself.
pub fn lang_option(arguments: &[OsString]) -> Option<&str> {
    let mut arguments = arguments.iter().filter_map(|argument| argument.to_str());
    while let Some(argument) = arguments.next() {
        match argument.split_once('=') {
            Some(("--lang", value)) => return Some(value),
            _ if argument == "--lang" => return arguments.next(),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::args::Cli;

    fn without_chinese(command: &Command, path: &str, missing: &mut Vec<String>) {
        if text(path, "").is_none() {
            missing.push(format!("{path}: the command"));
        }
        if command.get_after_help().is_some() && text(path, "closing").is_none() {
            missing.push(format!("{path}: the closing text"));
        }
        for argument in command.get_arguments() {
            let id = argument.get_id().as_str();
            if argument_text(path, id).is_none() {
                missing.push(format!("{path}: {id}"));
            }
        }
        for subcommand in command.get_subcommands() {
            if subcommand.get_name() != "help" {
                let below = format!("{path} {}", subcommand.get_name());
                without_chinese(subcommand, below.trim_start(), missing);
            }
        }
    }

    #[test]
    fn every_command_and_argument_has_chinese_help() {
        let mut command = Cli::command();
        command.build();
        let mut missing = Vec::new();
        without_chinese(&command, "", &mut missing);
        assert_eq!(missing, Vec::<String>::new());
    }

    /// The error of a command line.
    fn wrong(line: &str) -> String {
        let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let error = localise(Cli::command())
            .try_get_matches_from(&arguments)
            .unwrap_err();
        usage_error(&error, &arguments)
    }

    #[test]
    fn errors_of_usage_are_chinese_and_name_argument_and_value() {
        for (line, said) in [
            (
                "originis batch a.csv --encoding latin",
                "`latin` 不能作为 `--encoding <NAME>` 的值：编码方式",
            ),
            (
                "originis batch a.csv --map x=nothing",
                "`nothing` 不是字段：可用字段为",
            ),
            (
                "originis batch a.csv --format pdf",
                "可用值为 csv, ndjson, xlsx",
            ),
            (
                "originis batch a.csv --resume",
                "缺少必需的参数：--out <FILE>",
            ),
            ("originis batch", "缺少必需的参数：<FILE|->"),
            (
                "originis batch a.csv --from Nowhere",
                "`Nowhere` 不能作为 `--from <COUNTRY>` 的值：“Nowhere”不是国家或地区代码：应为两个字母",
            ),
            (
                "originis batch a.csv --outt x",
                "没有参数 `--outt`；是否应为 `--out`？",
            ),
            ("originis chek", "没有命令 `chek`；是否应为 `check`？"),
            (
                "originis check a --lang zh --lang en",
                "`--lang <en|zh>` 只能指定一次",
            ),
        ] {
            let text = wrong(line);
            assert!(text.contains(said), "{line}: {text}");
            for english in ["error:", "Usage", "try ", "required", "possible"] {
                assert!(!text.contains(english), "{line}: {text}");
            }
        }
    }

    #[test]
    fn the_language_is_found_before_the_arguments_are_read() {
        let found = |text: &str| {
            let arguments: Vec<OsString> = text.split(' ').map(OsString::from).collect();
            lang_option(&arguments).map(str::to_owned)
        };
        assert_eq!(found("check --lang zh -"), Some("zh".to_owned()));
        assert_eq!(found("--lang=zh"), Some("zh".to_owned()));
        assert_eq!(found("check -"), None);
    }
}
