// The page that a client pays on: how long there is left, and what became of her payment. The
// server says both; without this module a link on the page asks it again.
const SECOND = 1000;
const LAST = 5 * 60; // seconds from which on they are counted
const SAID = [10, 5, 1]; // minutes left at which a screen reader hears of it

const page = () => document.querySelector("main");
const ring = () => document.querySelector("main .ring");
const region = document.getElementById("say");
const said = new Set();
let skew = 0; // a phone may be wrong about the time
let next; // the timer of the next question
let asking = false;

// -- How long there is left -------------------------------------------------------------------
function readClock() {
  const drawn = Date.parse(page().dataset.drawn);
  if (!Number.isNaN(drawn)) skew = Date.now() - drawn;
}

function spoken(seconds) {
  const minutes = Math.floor(seconds / 60);
  if (seconds < LAST) return `${minutes}:${String(seconds % 60).padStart(2, "0")}`;
  const rest = String(minutes % 60).padStart(2, "0");
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${rest}`;
}

function tick() {
  const clock = ring();
  if (!clock) return;
  const [since, until] = [Date.parse(clock.dataset.since), Date.parse(clock.dateTime)];
  const left = until - (Date.now() - skew);
  const seconds = Math.max(0, Math.floor(left / SECOND));
  const text = spoken(seconds);
  if (clock.textContent !== text) clock.textContent = text;
  const percent = until > since ? (left * 100) / (until - since) : 0;
  clock.style.setProperty("--v", Math.max(0, Math.min(100, percent)).toFixed(1));
  const key = `${clock.dateTime} ${seconds / 60}`;
  if (SAID.includes(seconds / 60) && !said.has(key)) {
    said.add(key);
    region.textContent = clock.getAttribute(`data-say-${seconds / 60}`);
  }
  if (!seconds && !said.has(clock.dateTime)) {
    said.add(clock.dateTime);
    ask();
  }
}

// -- What became of it ------------------------------------------------------------------------
function wait() {
  clearTimeout(next);
  const seconds = Number(page().dataset.poll);
  if (seconds && !document.hidden) next = setTimeout(ask, seconds * SECOND);
}

function show(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("main");
  if (!fresh) return;
  const had = page().contains(document.activeElement);
  const opened = page().querySelector("details")?.open;
  page().replaceWith(fresh);
  const fold = fresh.querySelector("details");
  if (fold && opened) fold.open = true;
  const heading = fresh.querySelector("h1");
  if (had) {
    heading.tabIndex = -1; // the keyboard goes on where the news is
    heading.focus({ preventScroll: true });
  }
  region.textContent = heading.textContent;
  readClock();
  tick();
}

async function ask() {
  clearTimeout(next);
  if (asking || !page().dataset.poll) return;
  asking = true;
  try {
    const headers = { "Pay-State": page().dataset.state };
    const answer = await fetch(location.href, { headers, cache: "no-store" });
    if (answer.status === 200) show(await answer.text());
  } catch {
    // No network: the next question comes all the same.
  } finally {
    asking = false;
    wait();
  }
}

document.documentElement.classList.add("live");
readClock();
tick();
setInterval(tick, SECOND);
wait();
document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(next) : ask()));
// Back from the checkout by the browser's own button: the page is as it was left.
addEventListener("pageshow", (event) => event.persisted && ask());
