// Forms in general: the error summary's focus, one submit at a time, and a question before unsent text is left.
import { t } from "./tekst.js";

const SHOW_AFTER = 400;
const RELEASE_AFTER = 10_000;
const dirty = new Set();

/** Bring a field into sight and focus it: opens what is folded around it. */
export function reach(id) {
  const target = document.getElementById(id);
  if (!target) return false;
  for (
    let box = target.closest("details, [data-fold]");
    box;
    box = box.parentElement?.closest("details, [data-fold]")
  ) {
    if (box.matches("details")) box.open = true;
    else box.hidden = false;
  }
  const control = target.matches("fieldset, div")
    ? (target.querySelector("input:checked") ?? target.querySelector("input, select, textarea"))
    : target;
  (control ?? target).focus();
  target.scrollIntoView({ block: "center" });
  return true;
}

/** Focus the first thing marked data-focus, the error summary; without one, bring what the page refused into sight. */
export function focusErrors(root) {
  const summary = root.querySelector("[data-focus]");
  if (summary) summary.focus();
  else if (root.matches?.("main, body") ?? true) showRefusal(root);
}

/** A refusal deep in a long page is not missed: what is folded around it opens, and it gets the focus. */
function showRefusal(root) {
  const refusal = root.querySelector(".idwarn[data-feil], .notice[data-feil], [data-feil] > .notice");
  if (!refusal) return;
  for (let box = refusal.closest("details"); box; box = box.parentElement?.closest("details")) box.open = true;
  refusal.tabIndex = -1;
  refusal.focus({ preventScroll: true });
  refusal.scrollIntoView({ block: "center" });
}

/** The form's text is safe or sent: leave without a question. */
export function settled(form) {
  dirty.delete(form);
}

function busy(form, button, key = "lagrar") {
  form.dataset.sendt = "1";
  const shown = button?.cloneNode(true);
  const timer = setTimeout(() => {
    if (!button) return;
    button.setAttribute("aria-busy", "true");
    button.textContent = t(key);
  }, SHOW_AFTER);
  return () => {
    clearTimeout(timer);
    delete form.dataset.sendt;
    if (!button || !shown) return;
    button.removeAttribute("aria-busy");
    button.replaceChildren(...shown.childNodes);
  };
}

/** Mark a form as being sent; returns the function that releases it. */
export { busy };

const releases = new Set();

function onSubmit(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) return;
  if (form.dataset.sendt) {
    event.preventDefault();
    return;
  }
  settled(form);
  const release = busy(form, event.submitter);
  releases.add(release);
  setTimeout(release, RELEASE_AFTER);
}

/** One listener each for the whole document. */
export function startForms() {
  document.addEventListener("submit", onSubmit);
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.(".errors a[href^='#']");
    if (link && reach(link.hash.slice(1))) event.preventDefault();
  });
  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("form[data-unsaved], form[data-send]");
    if (form) dirty.add(form);
  });
  window.addEventListener("beforeunload", (event) => {
    if ([...dirty].some((form) => form.isConnected)) event.preventDefault();
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) for (const release of releases) release();
  });
  document.addEventListener("ik:before-logout", () => dirty.clear());
}
