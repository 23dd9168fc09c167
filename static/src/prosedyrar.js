// The library: the editor's toolbar, live preview and saving by itself; and the count of openings. All pages work without it.
import { settled } from "./skjema.js";
import { each, locales, strip, t } from "./tekst.js";

const PREVIEW_AFTER = 400;
const SAVE_AFTER = 3000;
const OPENED_AFTER = 5000;
const LINE_STARTS = { h: "## ", ul: "- ", ol: "1. ", task: "- [ ] " };
const AROUND = { b: "**", i: "_" };
/** Saves the text that is open, where there is one. */
let keep = null;

function token() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

/** Put text in place of what is chosen, so that "undo" still works where the browser knows how. */
function put(field, start, end, text, chosen) {
  field.focus();
  field.setRangeText(text, start, end, "end");
  if (chosen) field.setSelectionRange(start + chosen[0], start + chosen[1]);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function format(field, kind, button) {
  const { selectionStart: from, selectionEnd: to, value } = field;
  const words = value.slice(from, to);
  if (AROUND[kind]) {
    const sign = AROUND[kind];
    put(field, from, to, `${sign}${words}${sign}`, [sign.length, sign.length + words.length]);
  } else if (kind === "a") {
    put(field, from, to, `[${words}](https://)`, words ? [words.length + 3, words.length + 11] : [1, 1]);
  } else if (kind === "table") {
    const heads = (button.dataset.settInn ?? "A|B").split("|");
    const rows = [heads, heads.map(() => "---"), heads.map(() => " ")].map((row) => `| ${row.join(" | ")} |`);
    put(field, to, to, `\n\n${rows.join("\n")}\n`);
  } else {
    const begin = value.lastIndexOf("\n", from - 1) + 1;
    const lines = value
      .slice(begin, to)
      .split("\n")
      .map((line, place) => (kind === "ol" ? `${place + 1}. ` : LINE_STARTS[kind]) + line);
    put(field, begin, to, lines.join("\n"));
  }
}

function preview(form, field, target) {
  let timer = 0;
  let asked = 0;
  async function draw() {
    asked += 1;
    const mine = asked;
    const body = new FormData();
    body.set("tekst", field.value);
    try {
      const answer = await fetch(form.dataset.forhandsvis, {
        method: "POST",
        body,
        credentials: "same-origin",
        headers: { "X-CSRFToken": token() },
      });
      if (answer.ok && mine === asked) target.innerHTML = await answer.text();
    } catch {
      // Without a net the picture stands still; the text is what counts.
    }
  }
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(draw, PREVIEW_AFTER);
  });
}

function saving(form) {
  const status = form.querySelector("[data-skriv-status]");
  const version = form.querySelector('input[name="versjon"]');
  let timer = 0;
  let changed = false;
  let stopped = false;
  let running = false;
  let warned = false;

  function warn(text) {
    if (text || warned) strip(text);
    warned = Boolean(text);
  }

  async function save() {
    clearTimeout(timer);
    if (!changed || stopped || running || !form.isConnected) return;
    changed = false;
    running = true;
    try {
      const answer = await fetch(form.dataset.skriv, {
        method: "POST",
        body: new FormData(form),
        credentials: "same-origin",
      });
      const json = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
      if (answer.ok) {
        version.value = json.versjon;
        if (!changed) settled(form);
        const clock = new Intl.DateTimeFormat(locales(), { hour: "2-digit", minute: "2-digit" });
        if (status) status.textContent = t("kladd-lagra", { tid: clock.format(new Date()) });
        warn("");
      } else {
        stopped = answer.status === 409;
        changed = answer.status >= 500; // what is refused waits for the next word, a server in trouble is asked again
        if (status) status.textContent = json.melding ?? t("kladd-ikkje");
        warn(json.melding ?? ""); // the line by the title is out of sight where one writes
      }
    } catch {
      changed = true;
      if (status) status.textContent = t("kladd-ikkje");
    }
    running = false;
    if (changed && !stopped) timer = setTimeout(save, SAVE_AFTER);
  }

  form.addEventListener("input", () => {
    changed = true;
    clearTimeout(timer);
    timer = setTimeout(save, SAVE_AFTER);
  });
  form.addEventListener("submit", () => {
    stopped = true;
    clearTimeout(timer);
  });
  document.addEventListener("ik:before-logout", (event) => event.detail.waitUntil(save()));
  keep = save;
}

function editor(form) {
  const field = form.querySelector("textarea[name=tekst]");
  const tools = form.querySelector("[data-verktoy]");
  const target = form.querySelector("[data-syn]");
  if (tools) {
    tools.hidden = false;
    tools.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-md]");
      if (button) format(field, button.dataset.md, button);
    });
  }
  if (target) preview(form, field, target);
  saving(form);
}

function opening(article) {
  const url = article.dataset.opning;
  if (!url) return;
  setTimeout(() => {
    if (document.visibilityState !== "visible" || !article.isConnected) return;
    fetch(url, { method: "POST", credentials: "same-origin", headers: { "X-CSRFToken": token() } }).catch(() => {});
  }, OPENED_AFTER);
}

/** An image of the draft goes into the text where the cursor is, with the words for who cannot see it chosen to be written. */
function image(button) {
  const field = document.querySelector("form[data-skriv] textarea[name=tekst]");
  if (!field) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const at = field.selectionEnd;
    const words = button.dataset.skildring;
    put(field, at, at, `\n\n![${words}](${button.dataset.settInnBilete})\n`, [4, 4 + words.length]);
    field.scrollIntoView({ block: "center" });
  });
}

/** A file or the questions are sent by forms of their own: what is written in the text is kept first. */
function beside(form) {
  let kept = false;
  form.addEventListener("submit", async (event) => {
    if (kept || !keep) return;
    event.preventDefault();
    await keep();
    kept = true;
    form.requestSubmit(event.submitter);
  });
}

/** Wire the library's pages. */
export function wireProcedures(root) {
  each(root, "form[data-skriv]", editor);
  each(root, "[data-sett-inn-bilete]", image);
  each(root, "form[data-attmed]", beside);
  each(root, "[data-opning]", opening);
}
