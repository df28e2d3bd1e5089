//! A real headless Chromium, driven over the WebDriver protocol of chromedriver.

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::http;

/// How long an expected state of the page may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The key WebDriver puts element ids under.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Returns what is wrong for people who see, hear or move differently: fields
/// and buttons without a name, references that lead nowhere, repeated ids,
/// pictures without words, more or less than one main heading, and text with
/// less contrast than 4.5 to 1 (3 to 1 where it is large).
const ACCESSIBILITY: &str = r"
const wrong = [];
const visible = (e) => e.checkVisibility({visibilityProperty: true}) && e.getClientRects().length > 0;
const named = (e) => (e.getAttribute('aria-label') || '').trim()
  || (e.getAttribute('aria-labelledby') || '').split(' ').some((id) => id && document.getElementById(id)?.textContent.trim())
  || (e.labels && [...e.labels].some((l) => l.textContent.trim()))
  || (['BUTTON', 'A', 'SUMMARY'].includes(e.tagName) && e.textContent.trim());
const tell = (e) => e.tagName + (e.id ? '#' + e.id : '') + ' ' + e.outerHTML.slice(0, 90);
for (const e of document.querySelectorAll('input, select, textarea, button, a[href], summary, [role=tab], [role=listbox], [role=radiogroup], nav'))
  if (visible(e) && !named(e) && !e.getAttribute('aria-label')) wrong.push('no name: ' + tell(e));
for (const e of document.querySelectorAll('svg[role=img], img')) if (!e.getAttribute('aria-label') && !e.getAttribute('alt')) wrong.push('no words: ' + tell(e));
for (const key of ['aria-labelledby', 'aria-describedby', 'aria-controls'])
  for (const e of document.querySelectorAll(`[${key}]`))
    for (const id of e.getAttribute(key).split(' ')) if (visible(e) && !document.getElementById(id)) wrong.push(`${key} leads nowhere: ${id}`);
const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
for (const id of new Set(ids)) if (ids.filter((other) => other === id).length > 1) wrong.push('repeated id: ' + id);
if ([...document.querySelectorAll('h1')].filter(visible).length !== 1) wrong.push('not one main heading');
if (!document.title || !document.documentElement.lang) wrong.push('no title or language');
const rgb = (text) => (text.match(/[\d.]+/g) || []).map(Number);
const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
const behind = (e) => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length === 3 || c[3] === 1) return c; } return [255, 255, 255]; };
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (texts.nextNode()) {
  const e = texts.currentNode.parentElement;
  if (!texts.currentNode.data.trim() || !visible(e) || e.closest('svg, option, noscript') || e.disabled) continue;
  const style = getComputedStyle(e);
  const [a, b] = [light(rgb(style.color)), light(behind(e))].sort((x, y) => y - x);
  const ratio = (a + 0.05) / (b + 0.05);
  const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
  if (ratio < (large ? 3 : 4.5)) wrong.push(`contrast ${ratio.toFixed(2)}: ${texts.currentNode.data.trim().slice(0, 40)}`);
}
const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
if (over > 1) wrong.push('scrolls sideways by ' + over);
return wrong;
";

/// A browser that is closed when dropped.
#[derive(Debug)]
pub struct Browser {
    driver: Child,
    address: SocketAddr,
    session: String,
    // Removed after the browser has ended.
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Starts a browser with a window of this size in pixels; files it downloads
    /// go to `downloads`.
    pub fn start(width: u32, height: u32, downloads: &Path) -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is needed: Debian packages chromium and chromium-driver");
        let port = announced_port(&mut driver);
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let profile = tempfile::tempdir().unwrap();
        let arguments = [
            "--headless".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-quic".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--force-device-scale-factor=1".to_owned(),
            format!("--window-size={width},{height}"),
            format!("--user-data-dir={}", profile.path().display()),
        ];
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:loggingPrefs": {"browser": "ALL"},
            "goog:chromeOptions": {
                "args": arguments,
                "prefs": {"download.default_directory": downloads, "download.prompt_for_download": false},
            },
        }}});
        let answer = command(address, "POST", "/session", &wanted);
        let session = answer["sessionId"].as_str().unwrap().to_owned();
        Self {
            driver,
            address,
            session,
            _profile: profile,
        }
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        command(
            self.address,
            method,
            &format!("/session/{}{path}", self.session),
            body,
        )
    }

    /// Opens an address.
    pub fn open(&self, url: &str) {
        self.ask("POST", "/url", &json!({"url": url}));
    }

    /// Runs a function body in the page and returns its value.
    pub fn run(&self, script: &str, arguments: &[Value]) -> Value {
        self.ask(
            "POST",
            "/execute/sync",
            &json!({"script": script, "args": arguments}),
        )
    }

    /// Waits until an expression is true in the page.
    pub fn wait_for(&self, expression: &str) {
        let began = Instant::now();
        let script = format!("return Boolean({expression});");
        while self.run(&script, &[]) != json!(true) {
            assert!(
                began.elapsed() < PATIENCE,
                "the page never came to `{expression}`; it shows: {}",
                self.run("return document.body.innerText;", &[])
            );
            std::thread::sleep(Duration::from_millis(40));
        }
    }

    fn element(&self, selector: &str) -> String {
        self.wait_for(&format!("document.querySelector({})", json!(selector)));
        let found = self.ask(
            "POST",
            "/element",
            &json!({"using": "css selector", "value": selector}),
        );
        found[ELEMENT].as_str().unwrap().to_owned()
    }

    /// Clicks an element as a person does: it must be visible and on top.
    pub fn click(&self, selector: &str) {
        let element = self.element(selector);
        self.run(
            "document.querySelector(arguments[0]).scrollIntoView({block: 'center'});",
            &[json!(selector)],
        );
        self.ask("POST", &format!("/element/{element}/click"), &json!({}));
    }

    /// Types into a field after emptying it; for a file field, chooses the file.
    pub fn type_into(&self, selector: &str, text: &str) {
        let element = self.element(selector);
        let is_file = self.run(
            "return document.querySelector(arguments[0]).type === 'file';",
            &[json!(selector)],
        );
        if is_file != json!(true) {
            self.ask("POST", &format!("/element/{element}/clear"), &json!({}));
        }
        self.ask(
            "POST",
            &format!("/element/{element}/value"),
            &json!({"text": text}),
        );
    }

    /// Presses keys together, as Control with a letter, where the focus is.
    pub fn press_together(&self, keys: &str) {
        let down = keys
            .chars()
            .map(|key| json!({"type": "keyDown", "value": key.to_string()}));
        let up = keys
            .chars()
            .rev()
            .map(|key| json!({"type": "keyUp", "value": key.to_string()}));
        let actions: Vec<Value> = down.chain(up).collect();
        self.ask(
            "POST",
            "/actions",
            &json!({"actions": [{"type": "key", "id": "keyboard", "actions": actions}]}),
        );
    }

    /// Pastes text into a field from the clipboard, as from another program.
    pub fn paste_into(&self, selector: &str, text: &str) {
        self.run(
            "const carrier = document.createElement('textarea');
             carrier.id = 'clipboard-carrier';
             carrier.value = arguments[0];
             (document.querySelector('dialog[open]') ?? document.body).append(carrier);
             carrier.select();",
            &[json!(text)],
        );
        self.press_together("\u{E009}c");
        self.run(
            "document.querySelector('#clipboard-carrier').remove();
             document.querySelector(arguments[0]).focus();",
            &[json!(selector)],
        );
        self.press_together("\u{E009}v");
    }

    /// Drags a file from outside the browser over an element and drops it.
    pub fn drop_file(&self, selector: &str, file: &Path) {
        self.element(selector);
        let middle = self.run(
            "const element = document.querySelector(arguments[0]);
             element.scrollIntoView({block: 'center'});
             const box = element.getBoundingClientRect();
             return [box.x + box.width / 2, box.y + box.height / 2];",
            &[json!(selector)],
        );
        for kind in ["dragEnter", "dragOver", "drop"] {
            self.ask(
                "POST",
                "/goog/cdp/execute",
                &json!({"cmd": "Input.dispatchDragEvent", "params": {
                    "type": kind, "x": middle[0], "y": middle[1],
                    "data": {"items": [], "files": [file], "dragOperationsMask": 1},
                }}),
            );
        }
    }

    /// Waits for a second window and turns to it.
    pub fn turn_to_new_window(&self) {
        let began = Instant::now();
        let known = self.ask("GET", "/window", &json!({}));
        loop {
            let all = self.ask("GET", "/window/handles", &json!({}));
            let new = all
                .as_array()
                .into_iter()
                .flatten()
                .find(|window| **window != known);
            if let Some(new) = new {
                self.ask("POST", "/window", &json!({"handle": new}));
                return;
            }
            assert!(began.elapsed() < PATIENCE, "no window was opened");
            std::thread::sleep(Duration::from_millis(40));
        }
    }

    /// Presses keys where the focus is, by their WebDriver code points.
    pub fn press(&self, keys: &str) {
        let actions: Vec<Value> = keys
            .chars()
            .flat_map(|key| {
                ["keyDown", "keyUp"].map(|kind| json!({"type": kind, "value": key.to_string()}))
            })
            .collect();
        self.ask(
            "POST",
            "/actions",
            &json!({"actions": [{"type": "key", "id": "keyboard", "actions": actions}]}),
        );
    }

    /// Chooses an entry of a list by its value, and tells the page.
    pub fn choose(&self, selector: &str, value: &str) {
        self.element(selector);
        self.run(
            "const list = document.querySelector(arguments[0]);
             list.value = arguments[1];
             if (list.value !== arguments[1]) throw new Error('no such entry: ' + arguments[1]);
             for (const kind of ['input', 'change']) list.dispatchEvent(new Event(kind, {bubbles: true}));",
            &[json!(selector), json!(value)],
        );
    }

    /// The visible text of an element.
    pub fn text(&self, selector: &str) -> String {
        self.element(selector);
        let text = self.run(
            "return document.querySelector(arguments[0]).innerText;",
            &[json!(selector)],
        );
        text.as_str().unwrap_or_default().to_owned()
    }

    /// What keeps people who see, hear or move differently from using the page
    /// as it is shown now: a list of faults, empty when there are none.
    pub fn barriers(&self) -> Value {
        self.run(ACCESSIBILITY, &[])
    }

    /// The page as it would be printed.
    pub fn print(&self) -> Vec<u8> {
        let answer = self.ask(
            "POST",
            "/print",
            &json!({"page": {"width": 21.0, "height": 29.7}, "background": true}),
        );
        decode_base64(answer.as_str().unwrap())
    }

    /// A picture of the window, PNG.
    pub fn screenshot(&self) -> Vec<u8> {
        decode_base64(self.ask("GET", "/screenshot", &json!({})).as_str().unwrap())
    }

    /// What the page wrote to its console as an error or warning since the last
    /// call; violations of the content policy are among it.
    pub fn complaints(&self) -> Vec<String> {
        self.ask("POST", "/se/log", &json!({"type": "browser"}))
            .as_array()
            .unwrap()
            .iter()
            .filter(|entry| entry["level"] == "SEVERE" || entry["level"] == "WARNING")
            .map(|entry| entry["message"].as_str().unwrap_or_default().to_owned())
            .collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Asked politely, so that the browser ends with its driver.
        let path = format!("/session/{}", self.session);
        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            command(self.address, "DELETE", &path, &json!({}))
        }));
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Reads the port from the driver's first lines.
fn announced_port(driver: &mut Child) -> u16 {
    let reader = BufReader::new(driver.stdout.take().unwrap());
    let mut lines = reader.lines();
    let port = lines
        .by_ref()
        .map_while(Result::ok)
        .find_map(|line| {
            let rest = line.split_once("started successfully on port ")?.1;
            rest.trim_end_matches('.').parse().ok()
        })
        .expect("chromedriver told no port");
    // Its later lines must be read, or it would stop at a full pipe.
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
    port
}

fn command(address: SocketAddr, method: &str, path: &str, body: &Value) -> Value {
    let content = if method == "POST" {
        body.to_string().into_bytes()
    } else {
        Vec::new()
    };
    let response = http::send(
        address,
        method,
        path,
        &[("content-type", "application/json")],
        &content,
    );
    let answer = response.json();
    assert!(
        response.status == 200,
        "WebDriver {method} {path}: {}",
        answer["value"]["message"]
    );
    answer["value"].clone()
}

fn decode_base64(text: &str) -> Vec<u8> {
    let value = |byte: u8| -> u32 {
        match byte {
            b'A'..=b'Z' => u32::from(byte - b'A'),
            b'a'..=b'z' => u32::from(byte - b'a') + 26,
            b'0'..=b'9' => u32::from(byte - b'0') + 52,
            b'+' => 62,
            _ => 63,
        }
    };
    let digits: Vec<u8> = text
        .bytes()
        .filter(|byte| !matches!(byte, b'=' | b'\n'))
        .collect();
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    for group in digits.chunks(4) {
        let joined = group
            .iter()
            .fold(0_u32, |joined, digit| joined << 6 | value(*digit))
            << (6 * (4 - group.len()));
        let [_, high, middle, low] = joined.to_be_bytes();
        bytes.extend([high, middle, low].iter().take(group.len() * 6 / 8));
    }
    bytes
}
