// The risk analysis in a meeting: a row opens in its place and saves itself, levels are chosen with 1-5 or by tapping the matrix,
// and the rows others write appear. Without this file every form sends itself.
import { say } from "./tekst.js";
import { wireGuard } from "./varsel.js";

const PAUSE = 700;
const POLL = 6000;
const AGAIN = 5000;
const REST = 1000;
const MOST_CHIPS = 5;
const MOST_ARROWS = 7;
const SVG = "http://www.w3.org/2000/svg";

class Meeting {
  constructor(root) {
    this.root = root;
    this.base = root.dataset.ros;
    this.list = root.querySelector("[data-rader]");
    this.matrix = root.querySelector("[data-matrise]");
    this.writes = root.hasAttribute("data-skriv");
    this.set = "foer";
    this.since = "";
    this.versions = new Map();
    for (const row of this.rows()) this.versions.set(row.dataset.rad, this.line(row).dataset.versjon);
    root.addEventListener("click", (event) => this.onClick(event));
    this.drawMatrix();
    if (!this.writes) return;
    root.addEventListener("input", (event) => this.onInput(event));
    root.addEventListener("change", (event) => this.onInput(event));
    root.addEventListener("submit", (event) => this.onSubmit(event));
    root.addEventListener("keydown", (event) => this.onKey(event));
    this.tapping();
    const open = root.querySelector(".rosrad.is-open");
    if (open) this.adopt(open);
    setInterval(() => this.poll(), POLL);
    addEventListener("resize", () => this.drawMatrix());
  }

  t(key, values = {}) {
    const text = this.root.dataset[`t${key[0].toUpperCase()}${key.slice(1)}`] ?? key;
    return text.replace(/\{(\w+)\}/g, (_whole, name) => String(values[name] ?? ""));
  }

  rows() {
    return [...this.list.querySelectorAll("[data-rad]")];
  }

  line(row) {
    return row.querySelector("[data-opna]");
  }

  status(text) {
    const line = this.root.querySelector("[data-status]");
    if (line) line.textContent = text;
  }

  // ---- opening a row ------------------------------------------------------------------------------------------------
  onClick(event) {
    const opener = event.target.closest("[data-opna]");
    const chip = event.target.closest(".brikke[href]");
    const cell = event.target.closest(".is-trykk .rute");
    const chosen = event.target.closest("[data-set]");
    if (chosen) return this.choose(chosen.dataset.set);
    if (chip && !chip.closest("table.ds-table")) {
      const row = document.getElementById(chip.hash.slice(1));
      if (row && this.writes) {
        event.preventDefault();
        this.open(row);
      }
      return;
    }
    if (cell) return this.tap(cell);
    if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const row = opener.closest("[data-rad]");
    if (row.classList.contains("is-open")) this.close(row);
    else this.open(row);
  }

  async open(row, focus = "hending") {
    for (const other of this.list.querySelectorAll(".is-open")) if (other !== row) await this.close(other);
    if (row.classList.contains("is-open")) return;
    const answer = await fetch(`${this.base}/rad/${row.dataset.rad}/skjema`).catch(() => null);
    if (!answer?.ok) {
      location.href = this.line(row).href;
      return;
    }
    row.querySelector("[data-panel]").innerHTML = await answer.text();
    row.classList.add("is-open");
    history.replaceState(null, "", this.line(row).getAttribute("href"));
    this.adopt(row);
    this.drawMatrix();
    row.querySelector(`[name="${focus}"]`)?.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  adopt(row) {
    wireGuard(row);
    const form = row.querySelector("[data-rosform]");
    if (form) form.dataset.saved = this.content(form);
  }

  async close(row) {
    const form = row.querySelector("[data-rosform]");
    if (form && this.writes && (await this.save(form)) === false) return;
    row.classList.remove("is-open");
    row.querySelector("[data-panel]").replaceChildren();
    this.drawMatrix();
  }

  // ---- saving -------------------------------------------------------------------------------------------------------
  content(form) {
    const data = new FormData(form);
    data.delete("versjon");
    data.delete("csrf_token");
    data.delete("stadfest");
    return new URLSearchParams(data).toString();
  }

  onInput(event) {
    const form = event.target.closest("[data-rosform]");
    if (!form) return;
    if (event.target.type === "radio") this.preview(form);
    if (!form.closest("[data-rad]")) return;
    clearTimeout(form.timer);
    form.timer = setTimeout(() => this.save(form), event.type === "change" ? 50 : PAUSE);
  }

  onSubmit(event) {
    const form = event.target.closest("[data-rosform]");
    if (!form) return;
    event.preventDefault();
    event.stopPropagation();
    if (form.closest("[data-rad]")) this.save(form, true);
    else this.add(form);
  }

  async send(form) {
    this.status(this.t("lagrar"));
    const body = new URLSearchParams(new FormData(form));
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body, headers: { "X-Ros": "1" } }).catch(
      () => null,
    );
    if (!answer || answer.status >= 500 || answer.status === 429) {
      this.status(this.t("ikkje"));
      clearTimeout(form.timer);
      if (form.closest("[data-rad]")) form.timer = setTimeout(() => this.save(form), AGAIN);
      return null;
    }
    if (answer.headers.get("X-Innlogging")) {
      this.status(this.t("utlogga"));
      return null;
    }
    const said = await answer.json().catch(() => ({ melding: this.t("ikkje") }));
    return { status: answer.status, said };
  }

  /** Save a kept row when it has changed. False: it could not be saved, the text stays. Saves of one form stand in line. */
  save(form, again = false) {
    form.queue = (form.queue ?? Promise.resolve()).then(() => this.saveNow(form, again));
    return form.queue;
  }

  async saveNow(form, again) {
    clearTimeout(form.timer);
    const now = this.content(form);
    const confirmed = form.querySelector('[name="stadfest"]')?.checked;
    if (now === form.dataset.saved && !again && !confirmed) return true;
    const row = form.closest("[data-rad]");
    const got = await this.send(form);
    if (!got) return false;
    if (got.status !== 200) {
      this.refused(form, got);
      return false;
    }
    form.dataset.saved = now;
    form.querySelector('[name="versjon"]').value = got.said.versjon;
    for (const field of row.querySelectorAll("[data-versjonsfelt]")) field.value = got.said.versjon;
    this.message(form, "");
    this.replaceLine(row, got.said.linje);
    this.status(this.t("lagra", { kl: got.said.klokka }));
    this.renewSoon();
    return true;
  }

  /** The state, the steps, what is missing and the measures follow the rows: fetched anew when the writer rests. */
  renewSoon() {
    clearTimeout(this.rest);
    this.rest = setTimeout(() => this.renew(), REST);
  }

  async renew() {
    const answer = await fetch(this.base).catch(() => null);
    if (!answer?.ok || answer.headers.get("X-Innlogging")) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const old of this.root.querySelectorAll("[data-ros-del]")) {
      const part = fresh.querySelector(`[data-ros-del="${old.dataset.rosDel}"]`);
      const inUse = old.contains(document.activeElement) || old.querySelector("details[open]");
      if (part && !inUse) old.replaceWith(document.importNode(part, true));
    }
  }

  /** Add a row and make ready for the next: focus goes back to the event. */
  async add(form) {
    if (form.dataset.busy) return;
    form.dataset.busy = "1";
    const got = await this.send(form);
    delete form.dataset.busy;
    if (!got) return;
    if (got.status !== 200) {
      this.refused(form, got);
      return;
    }
    this.insert(String(got.said.id), got.said.linje);
    form.reset();
    for (const details of form.querySelectorAll("details")) details.open = false;
    this.message(form, "");
    this.drawMatrix();
    this.status(this.t("lagra", { kl: got.said.klokka }));
    say(this.t("lagra", { kl: got.said.klokka }));
    this.renewSoon();
    form.querySelector('[name="hending"]').focus();
  }

  message(form, text, kind = "bad") {
    const box = form.querySelector("[data-melding]");
    box.replaceChildren();
    delete box.dataset.feil;
    if (!text) return box;
    const line = document.createElement("p");
    line.className = `notice notice--${kind}`;
    line.textContent = text;
    box.append(line);
    return box;
  }

  refused(form, { status, said }) {
    this.status(said.melding);
    if (status === 409) return this.conflict(form, said);
    const words = Object.values(said.funn ?? {}).flat();
    const box = this.message(form, [said.melding, ...words].join(" "), said.feil === "stadfest" ? "obs" : "bad");
    if (said.feil) box.dataset.feil = said.feil;
    if (said.feil !== "stadfest") {
      form.querySelector(`[name="${said.felt}"]`)?.focus();
      return;
    }
    const label = document.createElement("label");
    label.className = "row row--s";
    const tick = document.createElement("input");
    tick.type = "checkbox";
    tick.name = "stadfest";
    tick.value = "1";
    tick.className = "ds-input";
    label.append(tick, this.t("stadfest"));
    box.append(label);
  }

  /** Somebody else was first: both texts stand side by side, and the one who writes decides. */
  conflict(form, said) {
    const box = this.message(form, this.t("konflikt"));
    box.dataset.feil = "konflikt";
    const both = document.createElement("div");
    both.className = "compare";
    for (const [title, text] of [
      [this.t("mi"), said.mine],
      [this.t("deira"), said.theirs],
    ]) {
      const side = document.createElement("div");
      const head = document.createElement("h3");
      head.textContent = title;
      const body = document.createElement("p");
      body.className = "preline";
      body.textContent = text;
      side.append(head, body);
      both.append(side);
    }
    const acts = document.createElement("div");
    acts.className = "row";
    const keep = this.button(this.t("behald"), async () => {
      const state = await this.state();
      form.querySelector('[name="versjon"]').value = state?.rader[form.closest("[data-rad]").dataset.rad] ?? "";
      this.save(form, true);
    });
    const take = this.button(this.t("ta"), async () => {
      const row = form.closest("[data-rad]");
      form.dataset.saved = this.content(form);
      await this.close(row);
      await this.poll(true);
      this.open(row);
    });
    acts.append(keep, take);
    box.append(both, acts);
    keep.focus();
  }

  button(text, run) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "ds-button";
    made.dataset.variant = "secondary";
    made.textContent = text;
    made.addEventListener("click", run);
    return made;
  }

  // ---- rows from others ---------------------------------------------------------------------------------------------
  async state() {
    const answer = await fetch(`${this.base}/rader?sidan=${encodeURIComponent(this.since)}`).catch(() => null);
    return answer?.ok && answer.headers.get("content-type")?.includes("json") ? answer.json() : null;
  }

  async poll(force = false) {
    if (document.hidden && !force) return;
    const state = await this.state();
    if (!state) return;
    if (!state.redigerbar) {
      if (!this.list.querySelector(".is-open")) location.reload();
      return;
    }
    this.since = state.no;
    for (const [id, html] of Object.entries(state.linjer)) {
      const row = document.getElementById(`rad-${id}`);
      if (!row) this.insert(id, html);
      else if (!row.classList.contains("is-open") && this.line(row).dataset.versjon !== String(state.rader[id]))
        this.replaceLine(row, html);
    }
    for (const row of this.rows())
      if (!(row.dataset.rad in state.rader) && !row.classList.contains("is-open")) row.remove();
    this.drawMatrix();
    if (state.andre.length > 0) this.status(this.t("andre", { namn: state.andre.join(", ") }));
  }

  insert(id, html) {
    const row = document.createElement("li");
    row.className = "rosrad is-ny";
    row.id = `rad-${id}`;
    row.dataset.rad = id;
    row.innerHTML = html;
    const panel = document.createElement("div");
    panel.className = "rosrad__panel";
    panel.dataset.panel = "";
    row.append(panel);
    this.list.append(row);
    setTimeout(() => row.classList.remove("is-ny"), 4000);
  }

  replaceLine(row, html) {
    const holder = document.createElement("div");
    holder.innerHTML = html;
    this.line(row).replaceWith(holder.firstElementChild);
    this.drawMatrix();
  }

  // ---- the matrix ---------------------------------------------------------------------------------------------------
  /** What a form says now, before it is saved: the worst cell over its axes. */
  judged(form, likelihood, consequence) {
    const s = Number(form.querySelector(`[name="${likelihood}"]:checked`)?.value ?? 0);
    if (!s) return null;
    const rank = { gron: 0, gul: 1, raud: 2 };
    let worst = null;
    for (const box of form.querySelectorAll(`[data-nivaval="${consequence}"] input:checked`)) {
      const k = Number(box.value);
      const cell = this.cell(s, k);
      const weight = rank[this.colour(cell)] * 100 + s * k;
      if (!worst || weight > worst.weight) worst = { s, k, weight };
    }
    return worst;
  }

  cell(s, k) {
    return this.matrix.querySelector(`[data-s="${s}"][data-k="${k}"]`);
  }

  colour(cell) {
    return ["raud", "gul", "gron"].find((name) => cell.classList.contains(`rute--${name}`));
  }

  preview(form) {
    this.drawMatrix(form.closest("[data-rad]") ? null : form);
  }

  drawMatrix(fresh = null) {
    for (const place of this.matrix.querySelectorAll("[data-brikker]")) place.replaceChildren();
    const spots = [];
    for (const row of this.rows()) {
      const { nr, s, k, rs, rk } = this.line(row).dataset;
      const form = row.querySelector("[data-rosform]");
      const mine = row.classList.contains("is-open");
      const before = (form && this.judged(form, "sannsyn", "k")) ?? (s ? { s, k } : null);
      const after = (form && this.judged(form, "rest_sannsyn", "rk")) ?? (rs ? { s: rs, k: rk } : null);
      if (before) spots.push({ ...before, nr, id: row.id, kind: "foer", mine });
      if (after) spots.push({ ...after, nr, id: row.id, kind: "etter", mine });
    }
    const now = fresh && this.judged(fresh, "sannsyn", "k");
    if (now) spots.push({ ...now, nr: "+", id: "", kind: "foer", mine: true });
    spots.sort((one, other) => Number(other.mine) - Number(one.mine));
    for (const spot of spots) this.place(spot);
    this.drawArrows(spots);
  }

  /** From before to after: for the open row, or for all while they are few enough to follow. */
  drawArrows(spots) {
    const frame = this.matrix.parentElement;
    frame.querySelector("svg")?.remove();
    const after = new Map(spots.filter((one) => one.kind === "etter").map((one) => [one.id, one]));
    const open = spots.some((one) => one.mine && one.kind === "foer");
    const drawn = spots.filter(
      (one) => one.kind === "foer" && after.has(one.id) && (one.mine || (!open && after.size <= MOST_ARROWS)),
    );
    if (drawn.length === 0) return;
    const box = frame.getBoundingClientRect();
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("class", "rospiler");
    svg.setAttribute("viewBox", `0 0 ${box.width} ${box.height}`);
    svg.setAttribute("aria-hidden", "true");
    for (const spot of drawn) this.arrow(svg, box, spot.chip, after.get(spot.id).chip);
    frame.append(svg);
  }

  arrow(svg, box, from, to) {
    if (!from || !to) return;
    const [a, b] = [from, to].map((chip) => {
      const rect = chip.getBoundingClientRect();
      return { x: rect.x + rect.width / 2 - box.x, y: rect.y + rect.height / 2 - box.y };
    });
    const length = Math.hypot(b.x - a.x, b.y - a.y);
    if (length < 40) return;
    const [dx, dy] = [(b.x - a.x) / length, (b.y - a.y) / length];
    const tip = { x: b.x - dx * 16, y: b.y - dy * 16 };
    const side = (sign) => `${tip.x - dx * 10 - sign * dy * 5} ${tip.y - dy * 10 + sign * dx * 5}`;
    const line = document.createElementNS(SVG, "path");
    line.setAttribute("d", `M${a.x + dx * 15} ${a.y + dy * 15}L${tip.x - dx * 8} ${tip.y - dy * 8}`);
    const head = document.createElementNS(SVG, "path");
    head.setAttribute("d", `M${tip.x} ${tip.y}L${side(1)}L${side(-1)}Z`);
    head.setAttribute("class", "rospiler__spiss");
    svg.append(line, head);
  }

  place(spot) {
    const holder = this.cell(spot.s, spot.k)?.querySelector("[data-brikker]");
    if (!holder) return;
    const shown = holder.querySelectorAll(".brikke:not(.brikke--fleire)").length;
    if (shown >= MOST_CHIPS) {
      const more = holder.querySelector(".brikke--fleire") ?? holder.appendChild(document.createElement("a"));
      more.className = "brikke brikke--fleire";
      more.href = `${this.base}/matrise`;
      more.dataset.n = String(Number(more.dataset.n ?? 0) + 1);
      more.textContent = `+${more.dataset.n}`;
      return;
    }
    const chip = document.createElement(spot.id ? "a" : "span");
    chip.className = `brikke${spot.kind === "foer" ? " brikke--foer" : ""}${spot.mine ? " is-mi" : ""}`;
    if (spot.id) chip.href = `#${spot.id}`;
    const said = document.createElement("span");
    said.className = "sr";
    said.textContent = `${this.t(spot.kind)} `;
    chip.append(said, spot.nr);
    holder.append(chip);
    spot.chip = chip;
  }

  tapping() {
    this.matrix.classList.add("is-trykk");
    for (const part of this.root.querySelectorAll("[data-trykk], [data-trykk-val]")) part.hidden = false;
  }

  choose(which) {
    this.set = which;
    for (const button of this.root.querySelectorAll("[data-set]"))
      button.setAttribute("aria-pressed", String(button.dataset.set === which));
  }

  /** A tap in the matrix sets likelihood and the first axis (or the one last touched) of the open row, or of the new one. */
  tap(cell) {
    const form =
      this.list.querySelector(".is-open [data-rosform]") ?? this.root.querySelector("[data-ny] [data-rosform]");
    if (!form) return;
    const after = this.set === "etter";
    const groups = [...form.querySelectorAll(`[data-nivaval="${after ? "rk" : "k"}"]`)];
    const axis = groups.find((group) => group.contains(form.lastAxis)) ?? groups[0];
    const wanted = [
      form.querySelector(`[name="${after ? "rest_sannsyn" : "sannsyn"}"][value="${cell.dataset.s}"]`),
      axis?.querySelector(`input[value="${cell.dataset.k}"]`),
    ];
    for (const radio of wanted) {
      if (!radio) continue;
      const details = radio.closest("details");
      if (details) details.open = true;
      radio.checked = true;
      radio.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }

  // ---- keys ---------------------------------------------------------------------------------------------------------
  onKey(event) {
    const radio = event.target.closest?.('.nivaval input[type="radio"]');
    if (radio) {
      radio.form.lastAxis = radio;
      if (!/^[1-5]$/.test(event.key) && event.key !== "Enter") return;
      event.preventDefault();
      if (event.key === "Enter") {
        if (!radio.form.closest("[data-rad]")) this.add(radio.form);
        return;
      }
      const group = radio.closest(".nivaval");
      const chosen = group.querySelector(`input[value="${event.key}"]`);
      chosen.checked = true;
      chosen.dispatchEvent(new Event("change", { bubbles: true }));
      const groups = [...radio.form.querySelectorAll(".nivaval")].filter((one) => one.offsetParent);
      const next = groups[groups.indexOf(group) + 1];
      (next?.querySelector("input:checked") ?? next?.querySelector("input") ?? chosen).focus();
      event.stopPropagation();
      return;
    }
    if (event.key === "Escape") {
      const row = event.target.closest(".rosrad.is-open");
      if (row) this.close(row).then(() => this.line(row).focus());
    }
  }
}

/** Wire the meeting's page once. */
export function wireRos(root) {
  const page = root.querySelector?.("[data-ros]");
  if (!page || page.dataset.wired) return;
  page.dataset.wired = "1";
  new Meeting(page);
}
