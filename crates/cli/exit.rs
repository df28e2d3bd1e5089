//! How a command ends.

use std::io;
use std::path::Path;
use std::process::{ExitCode, Termination};

use originis_exchange::Lang;
use originis_exchange::wording::system;
use originis_rule_tables::LoadError;

/// The exit codes, which scripts rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: done.
    Done,
    /// 1: done, but some input rows or facts could not be used.
    Partial,
    /// 2: wrong usage or unreadable input.
    Usage,
    /// 3: broken rule tables.
    Rules,
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Done => 0,
            Self::Partial => 1,
            Self::Usage => 2,
            Self::Rules => 3,
        })
    }
}

/// Why a command stopped before its end.
#[derive(Debug)]
pub enum Failure {
    /// Wrong usage or unreadable input, with what to do, in the language of the
    /// run.
    Input(String),
    /// The rule tables cannot be used.
    Rules(LoadError),
    /// A result cannot be written.
    Output(io::Error),
    /// The reader of the output went away, as `head` does: not an error.
    OutputClosed,
}

impl Failure {
    /// Says what went wrong on standard error and gives the exit code.
    pub fn report(self, lang: Lang) -> Exit {
        let (message, exit) = match self {
            Self::Input(message) => (message, Exit::Usage),
            Self::Rules(error) => {
                let text = error.text();
                (lang.pick(&text.en, &text.zh).to_owned(), Exit::Rules)
            }
            Self::Output(error) => {
                let system = system(&error, lang);
                let message = match lang {
                    Lang::En => format!("cannot write the result: {system}"),
                    Lang::Zh => format!("无法写出结果：{system}"),
                };
                (message, Exit::Usage)
            }
            Self::OutputClosed => return Exit::Done,
        };
        anstream::eprintln!("{}{message}", lang.pick("originis: ", "originis："));
        exit
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        Self::Rules(error)
    }
}

/// A failure to write a result.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self::OutputClosed
        } else {
            Self::Output(error)
        }
    }
}

/// A result that cannot be put into JSON.
impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Output(error.into())
    }
}

/// A file that cannot be read.
pub fn unreadable(name: &str, error: &io::Error, lang: Lang) -> Failure {
    let system = system(error, lang);
    Failure::Input(match lang {
        Lang::En => format!("{name}: cannot be read: {system}"),
        Lang::Zh => format!("{name}：无法读取：{system}"),
    })
}

/// The message of a file that cannot be written.
pub fn unwritable(name: &Path, error: &io::Error, lang: Lang) -> String {
    let (name, system) = (name.display(), system(error, lang));
    match lang {
        Lang::En => format!("{name}: cannot be written: {system}"),
        Lang::Zh => format!("{name}：无法写入：{system}"),
    }
}
