// What a page can do better with a script; without it everything works by itself.
// The server's page is the only truth: it is fetched whole, and what is new in it is taken over.

const log = document.getElementById("log");
const say = document.getElementById("say");
const text = document.getElementById("text");
const touch = matchMedia("(hover: none)").matches;
let busy = false;
let source = null;

const fresh = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");

/** A page of ours as a document; XMLHttpRequest, since it parses without touching this page. */
function fetchPage(method, url, body) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    if (!body) request.setRequestHeader("X-News", "1"); // nobody is kept logged in by this
    request.responseType = "document";
    request.timeout = 20000;
    if (body) request.setRequestHeader("Content-Type", "application/x-www-form-urlencoded");
    request.onloadend = () => resolve({ status: request.status, page: request.response });
    request.send(body);
  });
}

// A press begins on a button and ends on it: while one is held, nothing is put in its place.
let held = null;
let release = () => {};

function hold(event) {
  if (held || !event.target.closest?.("button, summary") || (event.key ?? " ") !== " ") return;
  held = new Promise((resolve) => (release = resolve));
}

function letGo() {
  if (held) setTimeout(() => (release(), (held = null))); // after the click that this was
}

for (const begins of ["pointerdown", "keydown"]) addEventListener(begins, hold, true);
for (const ends of ["pointerup", "pointercancel", "keyup"]) addEventListener(ends, letGo, true);
addEventListener("blur", letGo); // of the window: the key is let go elsewhere

/** Take over what the other page shows; false for a page that shows no conversation. */
async function merge(page) {
  if (!page || !page.getElementById("log")) return false;
  await held;
  const theirs = page.getElementById("log");
  // Two answers may overtake each other: what is newer stays.
  if (Number(theirs.dataset.cursor) >= Number(log.dataset.cursor)) takeOver(page, theirs);
  return true;
}

/** Messages by their id, then what can be done now. */
function takeOver(page, theirs) {
  const wanted = new Map(Array.from(theirs.querySelectorAll("article"), (a) => [a.id, a]));
  let gone = false;
  for (const mine of log.querySelectorAll("article[id]")) {
    if (!wanted.has(mine.id)) {
      mine.remove();
      gone = true;
    }
  }
  if (gone) for (const mine of log.querySelectorAll(".mine:not(.failed)")) mine.remove();
  let firstNew = null;
  for (const [id, other] of wanted) {
    const known = document.getElementById(id);
    if (known && known.dataset.row === other.dataset.row) continue;
    const copy = document.importNode(other, true);
    if (known) known.replaceWith(copy);
    else log.append(copy);
    firstNew ??= copy;
  }
  if (firstNew) markNewest(firstNew);
  const [old, other] = [document.getElementById("do"), page.getElementById("do")];
  if (old && other && offered(old) !== offered(other)) renew(old, document.importNode(other, true));
  log.dataset.cursor = theirs.dataset.cursor;
  offerCopies();
}

/** What the buttons are, without the number of their form. */
function offered(section) {
  return Array.from(section.querySelectorAll("button"), (b) => `${b.value} ${b.textContent}`).join("\n");
}

/** News must not take the button from under a keyboard; after a tap the newest message has it. */
function renew(old, other) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const tapping = old.querySelector("[aria-disabled]");
  const opened = old.querySelector("details[open]");
  old.replaceWith(other);
  if (tapping) return;
  const more = other.querySelector("details");
  if (more && opened) more.open = true;
  if (!focused) return;
  const same =
    Array.from(other.querySelectorAll("button")).find((each) => each.value === focused.value) ||
    (focused.matches("summary") && other.querySelector("summary")) ||
    other;
  if (same === other) other.tabIndex = -1;
  if (more && more.contains(same)) more.open = true;
  same.focus({ preventScroll: true });
}

function markNewest(article) {
  const mark = document.getElementById("neu");
  mark.textContent = log.dataset.newest;
  article.before(mark);
}

/** Send a form and show what came of it; true when it arrived. */
async function send(form, submitter) {
  const fields = new URLSearchParams(new FormData(form));
  if (submitter && submitter.name) fields.set(submitter.name, submitter.value);
  if (!fields.has("first")) fields.set("id", fresh());
  return deliver(form.getAttribute("action"), fields);
}

/** A question comes first: its page takes the place of this one, its form is sent as it is. */
function asked(page) {
  const theirs = page && page.querySelector("main[data-ask]");
  if (!theirs) return false;
  if (source) source.close();
  for (const skip of document.querySelectorAll(".skip")) skip.remove(); // where they led is gone
  document.querySelector("main").replaceWith(document.importNode(theirs, true));
  document.getElementById("ask").focus();
  return true;
}

async function deliver(action, fields) {
  const first = fields.has("first");
  const { status, page } = await fetchPage("POST", action, fields.toString());
  spoke = Date.now();
  if (status === 200 && first) {
    location.replace("/#neu");
    location.reload();
    return true;
  }
  if (status === 200 && (await merge(page))) return true;
  if (status === 200 && asked(page)) return true;
  const notice = page && page.querySelector("[data-notice]");
  return { fields, action, words: notice ? notice.textContent.trim() : log.dataset.offline, page };
}

// ── Buttons ────────────────────────────────────────────────────────────────────────────────────

// The second half of a double click may land on a button that has just appeared: it means nothing.
document.addEventListener(
  "click",
  (event) => {
    if (event.detail > 1 && event.target.closest("button[name=tap]")) event.preventDefault();
  },
  true,
);

let turn = Promise.resolve();

function tapped(form, button) {
  if (button.getAttribute("aria-disabled")) return;
  button.setAttribute("aria-disabled", "true");
  turn = turn.then(() => tap(form, button)); // one after the other, none is lost
}

async function tap(form, button) {
  const done = await send(form, button);
  button.removeAttribute("aria-disabled");
  if (done === true) {
    const mark = document.getElementById("neu");
    if (!mark) return;
    mark.focus({ preventScroll: true });
    mark.scrollIntoView();
  } else {
    failed(bubble(button.textContent.trim()), done);
  }
}

// ── Writing ────────────────────────────────────────────────────────────────────────────────────

function bubble(words) {
  const mine = document.createElement("article");
  mine.className = "mine";
  mine.textContent = words;
  log.append(mine);
  return mine;
}

async function written() {
  const words = text.value;
  if (!words.trim()) return;
  if (say.elements.first) {
    if (busy) return;
    busy = true;
  }
  const mine = bubble(words);
  const state = document.createElement("small");
  state.textContent = log.dataset.sending;
  mine.append(document.createElement("br"), state);
  mine.scrollIntoView({ block: "nearest" });
  const sending = send(say, null);
  text.value = "";
  const done = await sending;
  busy = false;
  if (done === true) {
    state.previousSibling.remove();
    state.remove();
    document.getElementById("neu")?.scrollIntoView();
  } else {
    state.remove();
    failed(mine, done);
  }
}

/** Nothing is lost: the same form, with the same id, can be sent again. */
function failed(mine, { fields, action, words, page }) {
  mine.classList.add("failed");
  const why = document.createElement("small");
  why.textContent = `${log.dataset.failed} ${words} `;
  const again = document.createElement("button");
  again.type = "button";
  again.textContent = log.dataset.sendAgain;
  again.addEventListener("click", async () => {
    again.setAttribute("aria-disabled", "true");
    const done = await deliver(action, fields);
    if (done === true) mine.remove();
    else again.removeAttribute("aria-disabled");
  });
  mine.append(why, again);
  const help = page && page.querySelector("article.alert");
  if (help) log.append(document.importNode(help, true));
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.leave) {
    event.preventDefault();
    leave(form.dataset.leave);
  } else if (!log || log.dataset.live === undefined || form.dataset.plain !== undefined) {
    return; // sent as it is
  } else if (form === say) {
    event.preventDefault();
    written();
  } else if (event.submitter) {
    event.preventDefault();
    tapped(form, event.submitter);
  }
});

if (text && log) {
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || touch) return;
    event.preventDefault();
    say.requestSubmit();
  });
}

// ── News ───────────────────────────────────────────────────────────────────────────────────────

let pause = 3000;

function follow() {
  if (!log || log.dataset.live !== "1" || source) return;
  source = new EventSource(`${log.dataset.events || "/events"}?after=${log.dataset.cursor}`);
  source.addEventListener("news", async (event) => {
    if (Number(event.data) <= Number(log.dataset.cursor)) return;
    const { page } = await fetchPage("GET", location.pathname.startsWith("/start/") ? "/" : location.pathname);
    const atEnd = innerHeight + scrollY > document.body.scrollHeight - innerHeight / 2;
    if (!(await merge(page))) askAgain(); // it did not come: the next stream tells of it anew
    else if (atEnd) document.getElementById("neu").scrollIntoView();
  });
  source.addEventListener("open", () => {
    toggleNews(true);
    pause = 3000;
  });
  source.addEventListener("error", () => {
    toggleNews(false);
    if (!source || source.readyState !== EventSource.CLOSED) return; // it tries again by itself
    askAgain();
  });
}

function askAgain() {
  if (!source) return;
  source.close();
  source = null;
  toggleNews(false);
  setTimeout(follow, pause);
  pause = Math.min(2 * pause, 300000);
}

/** The desk's session ends by itself: said in time, and one press is enough to stay. */
const idle = document.getElementById("idle");
let spoke = Date.now();
if (idle) {
  setInterval(() => {
    idle.hidden = Date.now() - spoke < 25 * 60 * 1000;
  }, 15000);
}

function toggleNews(live) {
  const link = document.querySelector(".news");
  if (link) link.hidden = live;
}

addEventListener("pagehide", () => {
  if (source) source.close();
  source = null;
});
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
follow();
if (log && location.hash === "#neu" && document.activeElement === document.body) document.getElementById("neu")?.focus({ preventScroll: true });

// ── Copying and printing ───────────────────────────────────────────────────────────────────────

const LONG = 320; // characters of a message that somebody may want to take along

/** Buttons that only a script can keep its word about: they are there with it, and not without. */
function offerCopies() {
  for (const button of document.querySelectorAll("button[data-copy], button[data-print]")) button.hidden = false;
  if (!log || !log.dataset.copy) return;
  for (const message of log.querySelectorAll("article[id]")) {
    if (message.querySelector(".copy") || message.textContent.length < LONG) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.dataset.copy = message.id;
    button.textContent = log.dataset.copy;
    message.append(button);
  }
}

/** What a message says, without its buttons and its hour. */
function wordsOf(element) {
  const parts = element.querySelectorAll("p, li");
  return parts.length ? Array.from(parts, (part) => part.innerText).join("\n") : element.innerText;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy], button[data-print]");
  if (!button) return;
  if (!button.dataset.copy) {
    print();
    return;
  }
  await navigator.clipboard.writeText(wordsOf(document.getElementById(button.dataset.copy)));
  button.textContent = button.dataset.other || log.dataset.copied;
  button.setAttribute("role", "status");
});
offerCopies();

// ── Keys of the desk ───────────────────────────────────────────────────────────────────────────

const keys = document.getElementById("keys");

/** One letter each, never while somebody writes, and all of them can be switched off. */
function pressedKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
  if (event.target.matches("textarea, input, select") || keys.open) return;
  if (event.key === "?") {
    event.preventDefault();
    keys.showModal();
  } else if (localStorage.getItem("keys") !== "off") {
    const done = meant(event.key.toLowerCase());
    if (done) event.preventDefault();
  }
}

function meant(key) {
  if (key === "n") return focusOn(document.getElementById("neu"));
  if (key === "t") return focusOn(text);
  const tool = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  const newest = Array.from(log.querySelectorAll("article[id]")).pop();
  const button = /^[1-9]$/.test(key) ? newest?.querySelectorAll(".choices button")[key - 1] : tool;
  button?.click();
  return Boolean(button);
}

function focusOn(element) {
  element?.focus();
  element?.scrollIntoView({ block: "center" });
  return Boolean(element);
}

if (keys) {
  const change = document.getElementById("keys-switch");
  const swap = () => ([change.textContent, change.dataset.other] = [change.dataset.other, change.textContent]);
  document.getElementById("keys-hint").hidden = false;
  document.getElementById("keys-close").addEventListener("click", () => keys.close());
  if (localStorage.getItem("keys") === "off") swap();
  change.addEventListener("click", () => {
    localStorage.setItem("keys", localStorage.getItem("keys") === "off" ? "on" : "off");
    swap();
  });
  addEventListener("keydown", pressedKey);
}

// ── Leaving ────────────────────────────────────────────────────────────────────────────────────

const others = "BroadcastChannel" in window ? new BroadcastChannel("leave") : null;
if (others) others.onmessage = (event) => gone(event.data);

function gone(where) {
  document.title = "";
  document.body.hidden = true;
  location.replace(where);
}

function leave(where) {
  document.body.hidden = true;
  if (source) source.close();
  navigator.sendBeacon("/leave", new URLSearchParams({ now: "1" }));
  if (others) others.postMessage(where);
  gone(where);
}

const hint = document.getElementById("shift");
const way = document.querySelector("[data-leave]");
if (hint && way) {
  let pressed = [];
  let on = true;
  hint.hidden = false;
  hint.querySelector("button").addEventListener("click", (event) => {
    on = !on;
    const now = event.target.textContent;
    event.target.textContent = event.target.dataset.other;
    event.target.dataset.other = now;
  });
  addEventListener("keyup", (event) => {
    if (event.key !== "Shift" || !on) {
      pressed = [];
      return;
    }
    pressed = [...pressed.filter((at) => event.timeStamp - at < 3000), event.timeStamp];
    if (pressed.length === 3) leave(way.dataset.leave);
  });
}
