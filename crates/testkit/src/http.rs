//! A small blocking HTTP/1.1 client, so that tests see exactly what goes over
//! the wire and can be slow or rude on purpose.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A response.
#[derive(Debug, Clone)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Headers with names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, chunks joined.
    pub body: Vec<u8>,
}

impl Response {
    /// A header by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// Starts a program that serves, and reads the address it prints on standard
/// error when it is ready.
pub fn serving(mut command: Command) -> (Child, SocketAddr) {
    let mut program = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(program.stderr.take().unwrap()).lines();
    let line = lines.next().unwrap().unwrap();
    let address = line
        .rsplit_once("http://")
        .and_then(|(_, rest)| rest.trim_end_matches('/').parse().ok());
    assert!(address.is_some(), "no address in `{line}`");
    // What it says later must not fill the pipe.
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
    (program, address.unwrap())
}

/// Sends one request on a connection of its own and reads the response.
pub fn send(
    address: SocketAddr,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Response {
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(120)))
        .unwrap();
    let mut head = format!("{method} {target} HTTP/1.1\r\nconnection: close\r\n");
    if !headers.iter().any(|(name, _)| *name == "host") {
        head.push_str(&format!("host: {address}\r\n"));
    }
    if !body.is_empty() || method == "POST" {
        head.push_str(&format!("content-length: {}\r\n", body.len()));
    }
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    // A server that refuses a large body may close before it was all sent; what
    // it answered is read all the same.
    let _ = stream.write_all(body);
    read_response(&mut BufReader::new(stream), method == "HEAD")
}

/// Reads one response.
pub fn read_response(reader: &mut impl BufRead, without_body: bool) -> Response {
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let status = line
        .split(' ')
        .nth(1)
        .unwrap_or_else(|| unreadable(&line))
        .parse()
        .unwrap();
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut response = Response {
        status,
        headers,
        body: Vec::new(),
    };
    if without_body || status == 304 || status == 204 {
        return response;
    }
    if response.header("transfer-encoding") == Some("chunked") {
        loop {
            let mut size = String::new();
            reader.read_line(&mut size).unwrap();
            let size = u64::from_str_radix(size.trim(), 16).unwrap();
            reader.take(size).read_to_end(&mut response.body).unwrap();
            reader.read_line(&mut String::new()).unwrap();
            if size == 0 {
                break;
            }
        }
    } else if let Some(length) = response.header("content-length") {
        let length = length.parse().unwrap();
        reader.take(length).read_to_end(&mut response.body).unwrap();
    } else {
        reader.read_to_end(&mut response.body).unwrap();
    }
    response
}

#[expect(clippy::panic, reason = "a test that gets no response must stop")]
fn unreadable(line: &str) -> ! {
    panic!("not an HTTP status line: `{line}`")
}
