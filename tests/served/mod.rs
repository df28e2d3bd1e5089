//! The program serving its page, and the page in a browser.

use std::net::SocketAddr;
use std::process::{Child, Command};

use originis_testkit::browser::Browser;
use originis_testkit::http;
use tempfile::TempDir;

/// The program, serving on a port of its own.
pub struct Served {
    program: Child,
    pub address: SocketAddr,
    pub directory: TempDir,
}

impl Served {
    pub fn start() -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), &[])
    }

    /// Serves the records of a directory, with these further arguments.
    pub fn start_in(directory: TempDir, arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_originis"));
        command
            .args([
                "serve",
                "--quiet",
                "--lang",
                "en",
                "--bind",
                "127.0.0.1:0",
                "--data",
            ])
            .arg(directory.path().join("data"))
            .args(arguments);
        let (program, address) = http::serving(command);
        Self {
            program,
            address,
            directory,
        }
    }

    /// The page in one of its languages, in a window of this width.
    pub fn page(&self, language: &str, width: u32) -> Browser {
        let browser = Browser::start(width, 1000, self.directory.path());
        browser.open(&format!("http://{}/", self.address));
        browser.wait_for("document.documentElement.dataset.ready");
        browser.click(&format!("[data-language={language}]"));
        browser.wait_for(&format!(
            "document.documentElement.dataset.ready === '{language}'"
        ));
        browser
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}
