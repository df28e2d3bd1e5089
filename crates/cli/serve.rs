//! `originis serve`: the HTTP service with the web page, its keys and records.

use std::io::{IsTerminal, Write, stdin, stdout};
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::civil::Date;
use originis_exchange::Lang;
use originis_exchange::wording::system;
use originis_service::{Server, Settings, Store, StoreError};

use crate::context::Context;
use crate::exit::{Exit, Failure, unreadable};
use crate::format::{self, Format, FormatArgs};

/// Arguments of `serve`.
#[derive(Debug, Args)]
#[command(after_help = "\
The page is at /, the API under /v1, its description at /openapi.json. Without
--bind only this machine can reach the service. Beyond it every request needs an
API key: make one with `originis serve key add OWNER`. Records lie in --data and
are not deleted unless `originis serve records delete` is run.

Examples:
  originis serve
  originis serve --bind 0.0.0.0:8080 --data /var/lib/originis
  originis serve key add exports
  originis serve records export > records.ndjson")]
pub struct ServeArgs {
    /// What to do instead of serving.
    #[command(subcommand)]
    command: Option<ServeCommand>,
    /// Address and port to listen on.
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8080")]
    bind: SocketAddr,
    /// Directory of the records and of batch files; from ORIGINIS_DATA, or else
    /// `originis` in the user's data directory.
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Demand an API key even from this machine.
    #[arg(long)]
    require_key: bool,
    /// Write no line for each request to standard error.
    #[arg(long)]
    quiet: bool,
}

#[derive(Debug, Subcommand)]
enum ServeCommand {
    /// Make, list and revoke API keys.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Export and delete saved decisions and batches.
    #[command(subcommand)]
    Records(RecordsCommand),
}

#[derive(Debug, Subcommand)]
enum KeyCommand {
    /// Make a key; it is shown this once.
    Add {
        /// Whose records the key opens; several keys may open the same.
        owner: String,
    },
    /// List the keys, revoked ones included.
    List {
        #[command(flatten)]
        format: FormatArgs,
    },
    /// Revoke a key by its id.
    Revoke {
        /// The id, from the list.
        id: String,
    },
}

#[derive(Debug, Subcommand)]
enum RecordsCommand {
    /// Write every saved decision to standard output, one JSON object a line.
    Export {
        /// Only the records of this owner.
        #[arg(long)]
        owner: Option<String>,
    },
    /// Delete decisions saved and batches finished before a day. RCEP Article
    /// 3.27 and national law ask for records to be kept for years: check first.
    Delete {
        /// The day; what was saved on it stays.
        #[arg(long, value_name = "YYYY-MM-DD")]
        before: Date,
        /// Only the records of this owner.
        #[arg(long)]
        owner: Option<String>,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
}

/// Runs the command.
pub fn run(context: &Context, args: &ServeArgs) -> Result<Exit, Failure> {
    let data = data_directory(context, args)?;
    match &args.command {
        None => serve(context, args, data),
        Some(command) => {
            let store =
                Store::open(&data).map_err(|error| Failure::Input(error.text(context.lang)))?;
            match command {
                ServeCommand::Key(command) => key(context, &store, command),
                ServeCommand::Records(command) => records(context, &store, command),
            }
        }
    }
}

/// `--data`, ORIGINIS_DATA, or the place the system has for such data.
fn data_directory(context: &Context, args: &ServeArgs) -> Result<PathBuf, Failure> {
    let from = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    args.data
        .clone()
        .or_else(|| from("ORIGINIS_DATA"))
        .or_else(|| from("XDG_DATA_HOME").map(|home| home.join("originis")))
        .or_else(|| from("HOME").map(|home| home.join(".local/share/originis")))
        .or_else(|| from("LOCALAPPDATA").map(|home| home.join("originis")))
        .ok_or_else(|| {
            let text = context.say(
                "there is no place for records: name a directory with --data",
                "没有存放记录的位置：请用 --data 指定目录",
            );
            Failure::Input(text.to_owned())
        })
}

fn serve(context: &Context, args: &ServeArgs, data: PathBuf) -> Result<Exit, Failure> {
    let book = context.book()?;
    let mut settings = Settings::new(args.bind, data);
    settings.require_key = args.require_key;
    settings.log_requests = !args.quiet;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| cannot_start(context, &error))?;
    runtime.block_on(async {
        let server = Server::bind(settings, book)
            .await
            .map_err(|error| Failure::Input(error.text(context.lang)))?;
        let address = server
            .address()
            .map_err(|error| cannot_start(context, &error))?;
        anstream::eprintln!(
            "{} http://{address}/",
            context.say("Originis listens on", "Originis 服务地址")
        );
        server.run(stopped()).await;
        Ok(Exit::Done)
    })
}

/// The system does not let the service start.
fn cannot_start(context: &Context, error: &std::io::Error) -> Failure {
    let system = system(error, context.lang);
    Failure::Input(match context.lang {
        Lang::En => format!("cannot start: {system}"),
        Lang::Zh => format!("无法启动：{system}"),
    })
}

/// Ready when the process is asked to end.
async fn stopped() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let terminated = async {
            match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
                Ok(mut signal) => {
                    signal.recv().await;
                }
                // Without the signal only an interrupt ends the service.
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = interrupted => {}
            () = terminated => {}
        }
    }
    #[cfg(not(unix))]
    {
        let _ = interrupted.await;
    }
}

fn key(context: &Context, store: &Store, command: &KeyCommand) -> Result<Exit, Failure> {
    let failed = |error: StoreError| Failure::Input(error.text(context.lang));
    match command {
        KeyCommand::Add { owner } => {
            let key = store.add_key(owner).map_err(failed)?;
            format::print(&format!("{}\n", key.secret))?;
            anstream::eprintln!(
                "{}{}",
                context.say(
                    "Keep it now, it is not shown again. Its id for listing and revoking: ",
                    "请立即保存，之后不再显示。用于查看和吊销的编号："
                ),
                key.id
            );
        }
        KeyCommand::List { format } => {
            let keys = store.keys().map_err(failed)?;
            match format.choose() {
                Format::Json => format::print_json(&keys)?,
                Format::Text => {
                    let mut text = String::new();
                    for key in keys {
                        let state = match &key.revoked_at {
                            Some(at) => {
                                format!("{} {at}", context.say("revoked", "已吊销"))
                            }
                            None => context.say("valid", "有效").to_owned(),
                        };
                        text.push_str(&format!(
                            "{}  {}  {}  {state}\n",
                            key.id, key.created_at, key.owner
                        ));
                    }
                    format::print(&text)?;
                }
            }
        }
        KeyCommand::Revoke { id } => {
            if !store.revoke_key(id).map_err(failed)? {
                return Err(Failure::Input(match context.lang {
                    Lang::En => {
                        format!("`{id}` is the id of no valid key: see `originis serve key list`")
                    }
                    Lang::Zh => {
                        format!("`{id}` 不是有效密钥的编号：请用 `originis serve key list` 查看")
                    }
                }));
            }
            anstream::eprintln!("{} {id}", context.say("Revoked", "已吊销"));
        }
    }
    Ok(Exit::Done)
}

fn records(context: &Context, store: &Store, command: &RecordsCommand) -> Result<Exit, Failure> {
    let failed = |error: StoreError| Failure::Input(error.text(context.lang));
    match command {
        RecordsCommand::Export { owner } => {
            let mut out = std::io::BufWriter::new(stdout().lock());
            let count = store
                .export_decisions(owner.as_deref(), |decision| {
                    serde_json::to_writer(&mut out, &decision)?;
                    out.write_all(b"\n")
                })
                .map_err(failed)??;
            out.flush()?;
            anstream::eprintln!("{count} {}", context.say("records", "条记录"));
        }
        RecordsCommand::Delete { before, owner, yes } => {
            if !yes && !confirmed(context, *before)? {
                return Ok(Exit::Done);
            }
            let before = before.to_string();
            let decisions = store
                .delete_decisions(owner.as_deref(), &before)
                .map_err(failed)?;
            let batches = store
                .delete_batches(owner.as_deref(), &before)
                .map_err(failed)?;
            anstream::eprintln!(
                "{}",
                match context.lang {
                    Lang::En => format!("{decisions} decisions, {batches} batches deleted"),
                    Lang::Zh => format!("已删除 {decisions} 条判定记录、{batches} 个批次"),
                }
            );
        }
    }
    Ok(Exit::Done)
}

/// Asks on the terminal; without one, `--yes` is needed.
fn confirmed(context: &Context, before: Date) -> Result<bool, Failure> {
    if !stdin().is_terminal() {
        let text = context.say(
            "records are deleted only when confirmed: add --yes",
            "删除记录须经确认：请加 --yes",
        );
        return Err(Failure::Input(text.to_owned()));
    }
    anstream::eprint!(
        "{}",
        match context.lang {
            Lang::En => format!("Delete all records before {before}? [y/N] "),
            Lang::Zh => format!("删除 {before} 之前的全部记录吗？[y/N] "),
        }
    );
    let mut answer = String::new();
    stdin().read_line(&mut answer).map_err(|error| {
        unreadable(
            context.say("standard input", "标准输入"),
            &error,
            context.lang,
        )
    })?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
