// Opening and closing: dialogs, folded fields, menus, and steps that a link's # points to.
import { each } from "./tekst.js";

function wireOpener(opener) {
  const dialog = document.getElementById(opener.dataset.dialog);
  if (!dialog?.showModal) return;
  opener.addEventListener("click", (event) => {
    event.preventDefault();
    dialog.showModal();
  });
}

function wireCloser(button) {
  button.addEventListener("click", () => button.closest("dialog")?.close());
}

function wireToggle(button) {
  const box = document.getElementById(button.getAttribute("aria-controls"));
  if (!box || button.getAttribute("role") === "tab") return;
  const show = (open) => {
    box.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
  };
  show(!box.hidden);
  button.addEventListener("click", () => {
    show(box.hidden);
    if (!box.hidden) box.querySelector("input, select, textarea, button")?.focus();
  });
}

/** Fold what may be folded, unless it holds an error. */
function fold(box) {
  box.hidden = !box.querySelector('[aria-invalid="true"], .field-error');
}

function closeOthers(event) {
  for (const open of document.querySelectorAll(".me[open], .nextbar details[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
}

function openTarget() {
  const target = location.hash.length > 1 ? document.getElementById(location.hash.slice(1)) : null;
  const step = target?.closest("details");
  if (!step) return;
  step.open = true;
  step.scrollIntoView({ block: "nearest" });
  step.querySelector("input:not([type=hidden]), select, textarea, summary")?.focus();
}

let started = false;

export function wireDialogs(root) {
  each(root, "[data-fold]", fold);
  each(root, "[data-dialog]", wireOpener);
  each(root, "[data-close]", wireCloser);
  each(root, "button[aria-controls]", wireToggle);
  openTarget();
  if (started) return;
  started = true;
  document.addEventListener("click", closeOthers);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeOthers({ target: null });
  });
  window.addEventListener("hashchange", openTarget);
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href^='#']");
    if (link && link.hash === location.hash) openTarget();
  });
}
