//! How a command ends.

use std::io;
use std::process::{ExitCode, Termination};

use originis_batch::failure::system;
use originis_exchange::Lang;
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
    /// Wrong usage or unreadable input, with what to do.
    Input(String),
    /// The rule tables cannot be used.
    Rules(LoadError),
    /// The reader of the output went away, as `head` does: not an error.
    OutputClosed,
}

impl Failure {
    /// Says what went wrong on standard error and gives the exit code.
    pub fn report(self) -> Exit {
        match self {
            Self::Input(message) => {
                anstream::eprintln!("originis: {message}");
                Exit::Usage
            }
            Self::Rules(error) => {
                anstream::eprintln!("originis: {error}");
                Exit::Rules
            }
            Self::OutputClosed => Exit::Done,
        }
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
            Self::Input(format!("cannot write the result: {error}"))
        }
    }
}

/// The message of a file that cannot be read.
pub fn unreadable(name: &str, error: &io::Error, lang: Lang) -> String {
    let system = system(error, lang);
    match lang {
        Lang::En => format!("{name}: cannot be read: {system}"),
        Lang::Zh => format!("{name}：无法读取：{system}"),
    }
}
