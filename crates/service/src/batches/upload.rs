//! Taking an upload: the file itself as the body, or a form with the file and
//! its bill of materials. It is written to disk as it arrives.

use std::path::Path;

use futures_util::stream;
use http::StatusCode;
use http::header::{CONTENT_TYPE, LOCATION};
use multer::Multipart;
use originis_exchange::Lang;
use tokio::fs::{self, File};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Format, Options, files, owned, shown};
use crate::body::{Body, Bounded, Bounds};
use crate::call::{Call, Outcome, insert};
use crate::problem::{Kind, Problem};
use crate::routes::announced_length;
use crate::store::{NewBatch, random_hex};

/// Media types a declaration file may come with. Browsers send several for the
/// same kind of file, so what it is is read from its content.
const ACCEPTED: [&str; 10] = [
    "text/csv",
    "text/plain",
    "text/tab-separated-values",
    "application/csv",
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/x-ndjson",
    "application/jsonl",
    "application/octet-stream",
    "multipart/form-data",
];

/// The longest name kept, in characters.
const LONGEST_NAME: usize = 120;

/// `POST /v1/batches`
pub async fn create(call: &Call, body: Body) -> Outcome {
    let owner = call.owner().await?;
    call.only(&["name", "format", "agreement", "from", "to", "date"])?;
    let output = call.choice("format", &Format::ALL)?;
    let mut options = Options {
        input: Format::Csv,
        output: Format::Csv,
        materials: false,
        materials_name: None,
        chinese: call.lang == Lang::Zh,
        agreement: checked::<originis_rules_engine::agreement::Agreement>(call, "agreement")?,
        from: checked::<originis_rules_engine::country::Country>(call, "from")?,
        to: checked::<originis_rules_engine::country::Country>(call, "to")?,
        date: checked::<jiff::civil::Date>(call, "date")?,
    };
    let kind = call.header(CONTENT_TYPE).unwrap_or_default().to_owned();
    let bare = kind.split(';').next().unwrap_or_default().trim();
    if !ACCEPTED
        .iter()
        .any(|known| bare.eq_ignore_ascii_case(known))
    {
        return Err(Problem::new(
            Kind::UnsupportedMediaType,
            "send a CSV, Excel or NDJSON file with its content type, or a form with it",
            "请发送 CSV、Excel 或 NDJSON 文件并注明其内容类型，或用表单上传",
        ));
    }
    let limits = &call.service.settings.limits;
    let open = call
        .service
        .store
        .open_batches(owner.clone())
        .await
        .map_err(|error| Problem::internal(&error))?;
    if open >= limits.open_batches {
        return Err(Problem::new(
            Kind::TooManyBatches,
            format!("{open} batches wait or run; wait for one to end or cancel it"),
            format!("有 {open} 个批次等待或判定中；请等其结束或取消"),
        ));
    }
    let id = random_hex::<16>().map_err(|error| Problem::internal(&error))?;
    let directory = call.service.store.batch_directory(&id);
    fs::create_dir_all(&directory)
        .await
        .map_err(|error| Problem::internal(&error))?;
    let bounds = Bounds {
        bytes: limits.upload_bytes,
        stall: limits.body_stall,
        time: limits.upload_time,
    };
    let taken = async {
        let body = Bounded::new(body, announced_length(call), bounds)?;
        match multer::parse_boundary(&kind) {
            Ok(boundary) => from_form(body, boundary, &directory).await,
            Err(_) => {
                let mut file = new_file(&directory.join(files::LINES)).await?;
                let bytes = body.copy_to(&mut file).await?;
                Ok(Taken {
                    bytes,
                    name: None,
                    materials: false,
                    materials_name: None,
                })
            }
        }
    }
    .await;
    let kept = match taken {
        Ok(taken) if taken.bytes > 0 => {
            options.input = format_of(&directory.join(files::LINES)).await?;
            options.output = output.unwrap_or(options.input);
            options.materials = taken.materials;
            options.materials_name = taken.materials_name;
            let name = call
                .parameter("name")
                .or(taken.name.as_deref())
                .and_then(tidy)
                .unwrap_or_else(|| "declarations.csv".to_owned());
            keep(call, &owner, &id, name, taken.bytes, &options).await
        }
        Ok(_) => Err(Problem::new(
            Kind::InvalidRequest,
            "the file is empty; send the declaration file as the body",
            "文件为空；请以报关文件作为请求内容",
        )),
        Err(problem) => Err(problem),
    };
    if let Err(problem) = kept {
        // Nothing of a refused upload is kept.
        let _ = fs::remove_dir_all(&directory).await;
        return Err(problem);
    }
    call.service.batch_waiting.notify_one();
    let row = owned(call, id).await?;
    let location = format!("/v1/batches/{}", row.id);
    let mut response = call.json(StatusCode::ACCEPTED, &shown(call, row)?)?;
    insert(response.headers_mut(), LOCATION, &location);
    Ok(response)
}

struct Taken {
    bytes: u64,
    name: Option<String>,
    materials: bool,
    materials_name: Option<String>,
}

/// Takes the parts `file` and `materials` of a form.
async fn from_form(body: Bounded, boundary: String, directory: &Path) -> Result<Taken, Problem> {
    let pieces = stream::unfold(body, |mut body| async move {
        match body.next().await {
            Ok(None) => None,
            Ok(Some(piece)) => Some((Ok(piece), body)),
            Err(problem) => Some((Err(Refused(problem)), body)),
        }
    });
    let mut form = Multipart::new(pieces, boundary);
    let mut taken = Taken {
        bytes: 0,
        name: None,
        materials: false,
        materials_name: None,
    };
    while let Some(mut part) = form.next_field().await.map_err(not_a_form)? {
        let (to, is_lines) = match part.name() {
            Some("file") => (files::LINES, true),
            Some("materials") => (files::MATERIALS, false),
            _ => {
                return Err(Problem::parameter(
                    part.name().unwrap_or_default(),
                    "unknown_part",
                    "the form may have the parts `file` and `materials`",
                    "表单只能包含 `file` 和 `materials` 两部分",
                ));
            }
        };
        if is_lines {
            taken.name = part.file_name().map(str::to_owned);
        } else {
            taken.materials = true;
            taken.materials_name = part.file_name().and_then(tidy);
        }
        let mut file = new_file(&directory.join(to)).await?;
        while let Some(piece) = part.chunk().await.map_err(not_a_form)? {
            if is_lines {
                taken.bytes += u64::try_from(piece.len()).unwrap_or(u64::MAX);
            }
            file.write_all(&piece)
                .await
                .map_err(|error| Problem::internal(&error))?;
        }
        file.sync_all()
            .await
            .map_err(|error| Problem::internal(&error))?;
    }
    Ok(taken)
}

/// A problem of the body on its way through the form reader.
#[derive(Debug)]
struct Refused(Problem);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.detail.en)
    }
}

impl std::error::Error for Refused {}

fn not_a_form(error: multer::Error) -> Problem {
    if let multer::Error::StreamReadFailed(inner) = &error
        && let Some(Refused(problem)) = inner.downcast_ref::<Refused>()
    {
        return problem.clone();
    }
    Problem::new(
        Kind::InvalidRequest,
        format!("the form cannot be read: {error}; send it as multipart/form-data"),
        "表单无法读取；请以 multipart/form-data 发送",
    )
}

async fn new_file(path: &Path) -> Result<File, Problem> {
    File::create(path)
        .await
        .map_err(|error| Problem::internal(&error))
}

async fn keep(
    call: &Call,
    owner: &str,
    id: &str,
    input_name: String,
    bytes: u64,
    options: &Options,
) -> Result<(), Problem> {
    let options = serde_json::to_string(options).map_err(|error| Problem::internal(&error))?;
    call.service
        .store
        .add_batch(NewBatch {
            id: id.to_owned(),
            owner: owner.to_owned(),
            input_name,
            options,
            bytes,
        })
        .await
        .map_err(|error| Problem::internal(&error))
}

async fn format_of(path: &Path) -> Result<Format, Problem> {
    let mut head = [0; 4096];
    let mut file = File::open(path)
        .await
        .map_err(|error| Problem::internal(&error))?;
    let read = file
        .read(&mut head)
        .await
        .map_err(|error| Problem::internal(&error))?;
    Ok(super::run::format_of(head.get(..read).unwrap_or_default()))
}

/// A name fit for display and for a file: the last segment of any path, without
/// control characters; `None` when nothing is left of it.
fn tidy(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let tidy: String = last
        .chars()
        .filter(|character| !character.is_control())
        .take(LONGEST_NAME)
        .collect();
    let tidy = tidy.trim().trim_matches('.');
    (!tidy.is_empty()).then(|| tidy.to_owned())
}

/// A parameter that must be readable as `T`.
fn checked<T: std::str::FromStr<Err: std::fmt::Display>>(
    call: &Call,
    name: &str,
) -> Result<Option<String>, Problem> {
    call.parameter(name)
        .map(|text| {
            text.parse::<T>().map(|_| text.to_owned()).map_err(|error| {
                Problem::parameter(name, "not_readable", error.to_string(), "参数无法识别")
            })
        })
        .transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_path() {
        assert_eq!(tidy("../../etc/passwd").as_deref(), Some("passwd"));
        assert_eq!(tidy("C:\\报关\\七月.csv").as_deref(), Some("七月.csv"));
        assert_eq!(tidy(".."), None);
        assert_eq!(tidy("a\u{0}\nb.csv").as_deref(), Some("ab.csv"));
        assert_eq!(tidy(""), None);
    }
}
