// Draws what /stream sends, once a second. Everything that comes from the cluster is put in as text, never as markup.
"use strict";

const SVG = "http://www.w3.org/2000/svg";
const $ = id => document.getElementById(id);
const percent = share => (Math.round(share * 1000) / 10) + " %";
const clock = text => new Date(text).toLocaleTimeString([], {hour12: false});

/** An element with attributes (`class`, `text`, …) and children. */
function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "text") made.textContent = value;
    else if (value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter(child => child !== undefined));
  return made;
}
function svg(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
function set(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

// ---- one app ----

const PHASES = {
  Succeeded: "good", Initialized: "good", Failed: "bad", Progressing: "", Promoting: "", Finalising: "",
  Waiting: "warn", WaitingPromotion: "warn", Terminating: "warn", Terminated: "warn",
};
const cards = new Map();

function card(app) {
  const parts = {
    title: el("h3"), pill: el("span", {class: "pill"}), say: el("p", {class: "say"}),
    rate: el("b"), sides: {}, river: {},
  };
  const river = svg("svg", {class: "river", viewBox: "0 0 300 200", preserveAspectRatio: "none", "aria-hidden": "true"});
  for (const role of ["primary", "canary"]) {
    const [bed, water, drops] = ["bed", role, "drops"].map(kind => svg("path", {class: kind}));
    river.append(bed, water, drops);
    parts.river[role] = {bed, water, drops, end: role === "primary" ? 48 : 152};
    const side = {
      version: el("span", {class: "version"}), share: el("span", {class: "share"}),
      rate: el("dd"), errors: el("dd"), pods: el("dd"),
    };
    side.root = el("div", {class: "side " + role},
      el("div", {class: "top"}, el("span", {}, el("span", {class: "role", text: role}), side.version), side.share),
      el("dl", {class: "facts"},
        el("div", {}, el("dt", {text: "req/s"}), side.rate),
        el("div", {}, el("dt", {text: "errors"}), side.errors),
        el("div", {}, el("dt", {text: "pods"}), side.pods)));
    parts.sides[role] = side;
  }
  parts.areas = {primary: svg("path", {class: "primary"}), canary: svg("path", {class: "canary"}), errors: svg("path", {class: "errors"})};
  parts.most = el("span", {class: "top"});
  parts.plot = svg("svg", {viewBox: "0 0 90 100", preserveAspectRatio: "none", role: "img"},
    parts.areas.primary, parts.areas.canary, parts.areas.errors);
  parts.root = el("article", {class: "card app"},
    el("div", {class: "head"}, parts.title, parts.pill), parts.say,
    el("div", {class: "flow"},
      el("div", {class: "users"}, parts.rate, el("span", {text: "requests / s"})),
      river,
      el("div", {class: "sides"}, parts.sides.primary.root, parts.sides.canary.root)),
    el("div", {class: "chart"}, parts.most, parts.plot,
      el("div", {class: "key"}, el("span", {text: "3 min ago"}),
        el("span", {}, el("i", {class: "primary"}), "primary", el("i", {class: "canary"}), "canary", el("i", {class: "errors"}), "errors"),
        el("span", {text: "now"}))));
  return parts;
}

function drawApp(app) {
  const key = app.namespace + "/" + app.name;
  if (!cards.has(key)) cards.set(key, card(app));
  const parts = cards.get(key);
  if (parts.title.dataset.key !== key) {
    parts.title.dataset.key = key;
    parts.title.replaceChildren(el("small", {text: app.namespace + " / "}), app.name);
  }
  set(parts.pill, app.held ? (app.phase || "Canary") + ", held" : app.stalled ? "Stalled" : app.phase || "no phase yet");
  parts.pill.className = "pill " + (app.stalled ? "bad" : app.held ? "warn" : PHASES[app.phase] ?? "");
  const words = app.stalled || app.held || app.message;
  const checks = app.failedChecks > 0 ? app.failedChecks + (app.failedChecks === 1 ? " failed check. " : " failed checks. ") : "";
  if (parts.say.dataset.words !== checks + words) {
    parts.say.dataset.words = checks + words;
    parts.say.replaceChildren(...(checks ? [el("b", {text: checks})] : []), words);
  }
  const total = app.sides.reduce((sum, side) => sum + side.requestsPerSecond, 0);
  set(parts.rate, total.toFixed(1));
  for (const side of app.sides) {
    const shown = parts.sides[side.role];
    set(shown.version, side.version || "not running");
    set(shown.share, side.weight + " %");
    set(shown.rate, side.requestsPerSecond.toFixed(1));
    set(shown.errors, side.requestsPerSecond > 0 ? percent(side.errors) : "–");
    shown.errors.className = side.errors >= 0.01 ? "bad" : "";
    const pods = side.ready + "/" + side.wanted;
    if (shown.pods.dataset.pods !== pods) {
      shown.pods.dataset.pods = pods;
      const dots = el("span", {class: "dots", "aria-hidden": "true"});
      for (let i = 0; i < Math.min(20, Math.max(side.ready, side.wanted)); i++) dots.append(el("i", {class: i < side.ready ? "ready" : ""}));
      shown.pods.replaceChildren(side.wanted || side.ready ? pods : "none", dots);
    }
    const flow = parts.river[side.role];
    const share = total > 0 ? side.requestsPerSecond / total : 0;
    flow.width = share > 0.001 ? 2 + share * 30 : 0;
    flow.water.style.strokeWidth = flow.width + "px";
    flow.drops.style.display = flow.width ? "" : "none";
  }
  drawRiver(parts.river, parts.root.querySelector(".river").clientHeight || 200);
  drawChart(parts, app);
  return parts.root;
}

/** Both streams leave the same source side by side, so that neither hides the other. */
function drawRiver({primary, canary}, height) {
  const unit = 200 / height;
  const starts = [100 - canary.width / 2 * unit, 100 + primary.width / 2 * unit];
  [primary, canary].forEach((flow, i) => {
    const way = "M0 " + starts[i] + " C140 " + starts[i] + " 130 " + flow.end + " 300 " + flow.end;
    for (const path of [flow.bed, flow.water, flow.drops]) path.setAttribute("d", way);
  });
}

function drawChart(parts, app) {
  const [primary, canary] = app.sides.map(side => side.history);
  const count = Math.max(primary.length, canary.length);
  const at = (list, i) => list[i - count + list.length] ?? [0, 0];
  const rows = [];
  for (let i = 0; i < count; i++) {
    const [p, pf] = at(primary, i), [c, cf] = at(canary, i);
    rows.push({p, c, e: p * pf + c * cf});
  }
  const most = Math.max(1, ...rows.map(row => row.p + row.c));
  const x = i => 90 - (count - 1 - i);
  const y = value => 100 - value / most * 92;
  const area = (low, high) => rows.length < 2 ? "" :
    "M" + rows.map((row, i) => x(i) + " " + y(high(row)).toFixed(2)).join("L") +
    "L" + rows.map((row, i) => x(i) + " " + y(low(row)).toFixed(2)).reverse().join("L") + "Z";
  parts.areas.primary.setAttribute("d", area(() => 0, row => row.p));
  parts.areas.canary.setAttribute("d", area(row => row.p, row => row.p + row.c));
  parts.areas.errors.setAttribute("d", area(() => 0, row => row.e));
  set(parts.most, most.toFixed(most < 10 ? 1 : 0) + " req/s");
  parts.plot.setAttribute("aria-label", "Requests per second in the last three minutes: now primary " +
    app.sides[0].requestsPerSecond + ", canary " + app.sides[1].requestsPerSecond);
}

function drawApps(apps) {
  const wanted = apps.map(drawApp);
  const keys = new Set(apps.map(app => app.namespace + "/" + app.name));
  for (const key of [...cards.keys()]) if (!keys.has(key)) cards.delete(key);
  const place = $("apps");
  if (!wanted.length) {
    wanted.push(empty ??= el("article", {class: "card"}, el("h2", {text: "Releases"}),
      el("p", {class: "empty", text: "No Canary yet. Apply one with kubectl or push one to the Git repository, and it appears here."})));
  }
  if (wanted.length !== place.children.length || wanted.some((one, i) => place.children[i] !== one)) place.replaceChildren(...wanted);
}
let empty;

// ---- tables and lists: drawn anew only when they changed, so that selections and focus stay ----

const drawn = new Map();
function changed(id, value) {
  const text = JSON.stringify(value);
  if (drawn.get(id) === text) return false;
  drawn.set(id, text);
  return true;
}

function table(id, rows, columns, none) {
  if (!changed(id, rows)) return;
  if (!rows.length) return $(id).replaceChildren(el("p", {class: "empty", text: none}));
  const head = el("tr", {}, ...columns.map(([name, , kind]) => el("th", {scope: "col", text: name, class: kind})));
  const body = rows.map(row => el("tr", {}, ...columns.map(([, cell, kind]) => {
    const shown = cell(row);
    return shown instanceof Node ? el("td", {class: kind}, shown)
      : el("td", {class: [kind, shown.bad && "bad"].filter(Boolean).join(" "), text: shown.text ?? shown});
  })));
  $(id).replaceChildren(el("table", {}, el("thead", {}, head), el("tbody", {}, ...body)));
}

const POD_STATES = {Running: "good", Completed: "good", Succeeded: "good", Pending: "warn", ContainerCreating: "warn", Terminating: "warn"};
function podState(pod) {
  const [ready, all] = pod.ready.split("/");
  const kind = pod.status === "Running" && ready !== all ? "warn" : POD_STATES[pod.status] ?? "bad";
  return el("span", {class: "state " + kind, text: pod.status});
}

function drawTables(state) {
  table("services", state.services, [
    ["Service", row => row.name],
    ["Namespace", row => row.namespace],
    ["Ready", row => ({text: row.ready + "/" + row.endpoints, bad: row.endpoints > 0 && row.ready === 0}), "n"],
    ["req/s", row => row.requestsPerSecond.toFixed(1), "n"],
    ["Errors", row => ({text: row.requestsPerSecond > 0 ? percent(row.errors) : "–", bad: row.errors >= 0.01}), "n"],
  ], "No Services.");
  table("pods", state.pods, [
    ["Pod", row => row.name], ["Namespace", row => row.namespace], ["Ready", row => row.ready],
    ["Status", podState], ["Restarts", row => row.restarts, "n"], ["Age", row => row.age, "n"], ["Node", row => row.node],
  ], "No pods are running.");
}

let onlyReleases = true;
function drawEvents(state) {
  const shown = state.events.filter(event => event.release || !onlyReleases).slice(0, 40);
  if (changed("events", shown)) {
    $("events").replaceChildren(...(shown.length ? shown.map(event =>
      el("li", {class: event.warning && "warning"},
        el("time", {datetime: event.at, text: clock(event.at)}),
        el("b", {text: event.reason}), " ", el("span", {text: event.kind.toLowerCase() + "/" + event.name}),
        el("p", {text: event.message, title: event.message})))
      : [el("li", {class: "empty", text: "Nothing happened yet."})]));
  }
  const alerts = state.alerts ?? [];
  $("alerts-card").hidden = !alerts.length;
  if (changed("alerts", alerts)) {
    $("alerts").replaceChildren(...alerts.map(alert =>
      el("li", {class: alert.bad && "bad"}, el("time", {datetime: alert.at, text: clock(alert.at)}), alert.text)));
  }
}
for (const [id, only] of [["only-releases", true], ["all-events", false]]) {
  $(id).addEventListener("click", () => {
    onlyReleases = only;
    $("only-releases").setAttribute("aria-pressed", String(only));
    $("all-events").setAttribute("aria-pressed", String(!only));
    if (last) drawEvents(last);
  });
}

// ---- the whole ----

let last;
const told = new Map();
function announce(apps) {
  for (const app of apps) {
    const now = app.name + ": " + (app.phase || "no phase yet") + ", " + app.canaryWeight + " % to the canary";
    if (told.has(app.name) && told.get(app.name) !== now) set($("news"), now);
    told.set(app.name, now);
  }
  const first = apps[0];
  document.title = first ? first.canaryWeight + " % · " + (first.phase || first.name) + " · Sluice playground" : "Sluice playground";
}

function draw(state) {
  last = state;
  drawApps(state.apps);
  drawTables(state);
  drawEvents(state);
  announce(state.apps);
  const faults = state.faults ?? [];
  $("faults").hidden = !faults.length;
  set($("faults"), faults.length ? "Out of order on purpose: " + faults.join(", ") + "." : "");
}

function link(kind, text) {
  $("link").className = "link " + kind;
  set($("link").lastElementChild, text);
  $("lost").hidden = kind !== "lost";
  document.body.classList.toggle("stale", kind === "lost");
}

let silence;
function heard() {
  clearTimeout(silence);
  silence = setTimeout(() => link("lost", "disconnected"), 5000);
}
function connect() {
  const source = new EventSource("/stream");
  source.onmessage = message => {
    heard();
    link("live", "live");
    draw(JSON.parse(message.data));
  };
  source.onerror = () => {
    link("lost", "disconnected");
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 2000);
  };
}
// `/?still` draws one picture: for printing, and for browsers that nobody sits in front of.
async function still() {
  const answer = await fetch("/state");
  draw(await answer.json());
  link("", "as of " + clock(last.at));
}
if (new URLSearchParams(location.search).has("still")) {
  still().catch(() => link("lost", "disconnected"));
} else {
  heard();
  connect();
}
