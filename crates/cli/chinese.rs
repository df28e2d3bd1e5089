//! The help in Simplified Chinese.
//!
//! The arguments are described in English where they are declared; this table
//! holds the Chinese for the same places. A test finds what has none.

mod advice;
mod batch;
mod learn;
mod serve;
mod tables;

use std::ffi::OsString;

use clap::Command;

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
