// The identity guard in the page: fields with data-identitet are read as one types. Words that look like a person get a yellow
// ground, a sentence and a way to mend it; a national identity number stops the sending.
import { find } from "./identitet.js";
import { each, say, t } from "./tekst.js";

const PAUSE = 250;
const SHOWN = 4;
const EYE =
  '<svg class="ikon" viewBox="0 0 24 24" aria-hidden="true"><path d="M2.5 12C5 7.5 8.3 5.5 12 5.5s7 2 9.5 6.5c-2.5 4.5-5.8 6.5-9.5 6.5S5 16.5 2.5 12z"/><circle cx="12" cy="12" r="2.8"/></svg>';

function button(text, className, run) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.className = className;
  if (className === "ds-button") made.dataset.variant = "secondary";
  made.addEventListener("click", run);
  return made;
}

/** Behind a textarea: the same text, invisible, with the found words marked. */
function mirror(field) {
  if (!field.matches("textarea")) return null;
  const frame = document.createElement("div");
  frame.className = "mirror";
  const back = document.createElement("div");
  back.className = "mirror__back";
  back.setAttribute("aria-hidden", "true");
  // A field that is moved loses the focus: who writes already when the script comes must go on where she was.
  const held = document.activeElement === field && [field.selectionStart, field.selectionEnd];
  field.replaceWith(frame);
  frame.append(back, field);
  field.classList.add("mirror__front");
  if (held) {
    field.focus({ preventScroll: true });
    field.setSelectionRange(...held);
  }
  return back;
}

function paint(back, field, findings) {
  if (!back) return;
  back.replaceChildren();
  let at = 0;
  for (const one of findings) {
    if (one.start < at) continue;
    const mark = document.createElement("mark");
    mark.textContent = field.value.slice(one.start, one.end);
    mark.className = one.kind === "nummer" ? "is-stop" : "";
    back.append(field.value.slice(at, one.start), mark);
    at = one.end;
  }
  back.append(`${field.value.slice(at)}\n`);
  field.style.height = "auto";
  field.style.height = `${Math.max(field.scrollHeight + 3, field.clientHeight)}px`;
}

function guard(field) {
  const form = field.form;
  const allowed = new Set();
  const box = document.createElement("div");
  box.className = "idwarn";
  const back = mirror(field);
  (back ? back.parentElement : field).after(box);
  let timer = 0;
  let told = "";

  function change(one, words) {
    const capital = words.charAt(0).toUpperCase() + words.slice(1);
    const fitting = (_found, at, whole) => (/(^|[.!?\n]\s*)$/.test(whole.slice(0, at)) ? capital : words);
    field.value = field.value.replaceAll(one.text, fitting).replace(/ {2,}/g, " ");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    read();
    field.focus();
  }

  function notice(one) {
    const line = document.createElement("div");
    line.className = `notice notice--${one.kind === "nummer" ? "bad" : "obs"}`;
    line.innerHTML = EYE;
    const sentence = document.createElement("p");
    sentence.className = "notice__text";
    const first = document.createElement("b");
    first.textContent = t(one.kind === "nummer" ? "er-nummer" : `ser-ut-${one.kind}`, { ord: one.text });
    sentence.append(first, ` ${t(one.kind === "nummer" ? "ta-bort-nummer" : "ikkje-vise")}`);
    const acts = document.createElement("div");
    acts.className = "notice__acts";
    if (one.kind === "namn") acts.append(button(t("byt-bebuaren"), "ds-button", () => change(one, t("bebuaren"))));
    else acts.append(button(t("ta-bort"), "ds-button", () => change(one, "")));
    if (one.kind !== "nummer") {
      acts.append(
        button(t(one.kind === "namn" ? "ikkje-namn" : "la-sta"), "link", () => {
          allowed.add(one.text);
          read();
          field.focus();
        }),
      );
    }
    line.append(sentence, acts);
    return line;
  }

  function read() {
    const all = find(field.value);
    const open = all.filter((one) => one.kind === "nummer" || !allowed.has(one.text));
    const distinct = [...new Map(open.map((one) => [one.text, one])).values()];
    paint(back, field, open);
    box.replaceChildren(...distinct.slice(0, SHOWN).map(notice));
    field.dataset.funn = open.some((one) => one.kind === "nummer")
      ? "nummer"
      : open.length
        ? "varsel"
        : all.length
          ? "stadfesta"
          : "";
    if (form) confirm(form);
    const now = distinct.map((one) => one.text).join();
    if (now !== told && distinct.length) say(box.querySelector(".notice__text").textContent);
    told = now;
  }

  field.addEventListener("input", () => {
    paint(back, field, []);
    clearTimeout(timer);
    timer = setTimeout(read, PAUSE);
  });
  if (field.value) read();
  else paint(back, field, []);
}

/** What she has said yes to is sent along, only when nothing is left open. */
function confirm(form) {
  const states = [...form.querySelectorAll("[data-identitet]")].map((field) => field.dataset.funn);
  const done = states.includes("stadfesta") && !states.includes("varsel") && !states.includes("nummer");
  const held = form.querySelector("input[data-stadfest]");
  if (!done) held?.remove();
  else if (!held) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: "stadfest", value: "1" });
    field.dataset.stadfest = "";
    form.append(field);
  }
}

function stopNumbers(form) {
  form.addEventListener(
    "submit",
    (event) => {
      const field = [...form.querySelectorAll("[data-identitet]")].find((one) =>
        find(one.value).some((found) => found.kind === "nummer"),
      );
      if (!field) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      field.setAttribute("aria-invalid", "true");
      field.focus();
      const found = find(field.value).find((one) => one.kind === "nummer");
      say(`${t("er-nummer", { ord: found.text })} ${t("ta-bort-nummer")}`);
    },
    { capture: true },
  );
}

export function wireGuard(root) {
  each(root, "[data-identitet]", guard);
  each(root, "form:has([data-identitet])", stopNumbers);
}
