// Keys: data-key="m" presses that button, follows that link or focuses that field. J and K walk the rows, ? lists the keys.
const TYPING = "input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]";

function named(element) {
  const copy = element.cloneNode(true);
  for (const extra of copy.querySelectorAll("kbd, svg, .sr")) extra.remove();
  return element.getAttribute("aria-label") ?? copy.textContent.trim().replace(/\s+/g, " ");
}

const inSight = (element) => element.getClientRects().length > 0;
const keyed = () =>
  [...document.querySelectorAll("[data-key]")].filter((one) => inSight(one) || one.closest("details"));

function showKeys() {
  const dialog = document.getElementById("snarvegar");
  const list = dialog?.querySelector("[data-keys-list]");
  if (!list || dialog.open) return;
  list.replaceChildren();
  for (const element of keyed()) {
    const key = document.createElement("kbd");
    key.textContent = element.dataset.key.toUpperCase();
    const text = document.createElement("span");
    text.textContent = named(element);
    list.append(key, text);
  }
  dialog.showModal();
}

function walk(step) {
  const rows = [...document.querySelectorAll("[data-row]")].filter(inSight);
  if (rows.length === 0) return;
  const at = Math.max(rows.indexOf(document.activeElement), -1);
  const from = at < 0 ? rows.findIndex((row) => row.hasAttribute("aria-current")) : at;
  rows[Math.min(Math.max(from + step, 0), rows.length - 1)].focus();
}

function press(element) {
  if (element.matches(TYPING)) element.focus();
  else if (element.matches("summary")) element.parentElement.open = true;
  else element.click();
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.target.closest?.(TYPING) || document.querySelector("dialog[open]")) return;
  const key = event.key.toLowerCase();
  if (key === "?") showKeys();
  else if (key === "j") walk(1);
  else if (key === "k") walk(-1);
  else {
    const found = keyed().find((one) => one.dataset.key.toLowerCase() === key);
    if (!found) return;
    press(found);
  }
  event.preventDefault();
}

export function startKeys() {
  document.addEventListener("keydown", onKey);
}
