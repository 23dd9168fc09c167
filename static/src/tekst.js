// The texts the scripts say, from templates/felles/tekstar.html, and the page's one live region.
const texts = new Map();
const wired = new WeakMap();

/** The text of a key in the page's language; {name} is filled from values. */
export function t(key, values = {}) {
  if (texts.size === 0) {
    const held = document.getElementById("tekstar");
    for (const item of held ? held.content.querySelectorAll("[data-t]") : [])
      texts.set(item.dataset.t, item.textContent);
  }
  return (texts.get(key) ?? key).replace(/\{(\w+)\}/g, (_whole, name) => String(values[name] ?? ""));
}

/** The languages to format with; not every browser knows nynorsk. */
export function locales() {
  const lang = document.documentElement.lang;
  return lang === "en" ? ["en-GB"] : [lang, "nb"];
}

/** Say something to a screen reader without moving focus. */
export function say(text) {
  const region = document.getElementById("lyttar");
  if (!region) return;
  region.textContent = "";
  setTimeout(() => {
    region.textContent = text;
  }, 50);
}

/** The line under the top bar. Without text it goes away; with `action` it gets a button. */
export function strip(text, action = null) {
  const line = document.getElementById("nettline");
  if (!line) return;
  line.hidden = !text;
  line.querySelector("span").textContent = text ?? "";
  line.querySelector("button")?.remove();
  if (!text || !action) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "link";
  button.textContent = action.label;
  button.addEventListener("click", action.run);
  line.append(button);
}

/** Run `wire` once for each matching element under root (root itself included). */
export function each(root, selector, wire) {
  const found = [...root.querySelectorAll(selector)];
  if (root instanceof Element && root.matches(selector)) found.unshift(root);
  for (const element of found) {
    const done = wired.get(element) ?? new Set();
    if (done.has(wire)) continue;
    wired.set(element, done.add(wire));
    wire(element);
  }
}
