// Parts that stand in an order, each with the number of its place: two buttons move a part up or down instead of the number.
// The form sends the numbers; without this file they are typed.
import { each, say } from "./tekst.js";

const parts = (list) => [...list.children].filter((child) => child.hasAttribute("data-rekkje-del"));

/** The part's own element, not one of a list inside it. */
function own(part, selector) {
  return [...part.querySelectorAll(selector)].find((found) => found.closest("[data-rekkje-del]") === part);
}

function number(list) {
  const all = parts(list);
  all.forEach((part, place) => {
    const field = own(part, "[data-plass]");
    const shown = own(part, "[data-plass-vis]");
    const up = own(part, '[data-flytt="opp"]');
    const down = own(part, '[data-flytt="ned"]');
    if (field) field.value = place + 1;
    if (shown) shown.textContent = place + 1;
    if (up) up.disabled = place === 0;
    if (down) down.disabled = place === all.length - 1;
  });
}

function move(list, part, button) {
  const all = parts(list);
  const place = all.indexOf(part);
  const to = button.dataset.flytt === "opp" ? place - 1 : place + 1;
  if (to < 0 || to >= all.length) return;
  if (to < place) all[to].before(part);
  else all[to].after(part);
  number(list);
  own(part, "[data-plass]")?.dispatchEvent(new Event("input", { bubbles: true }));
  const other = own(part, `[data-flytt]:not([data-flytt="${button.dataset.flytt}"])`);
  (button.disabled ? other : button).focus();
  part.scrollIntoView({ block: "nearest" });
  say(list.dataset.flytta.replace("{nr}", to + 1).replace("{alle}", all.length));
}

function wireList(list) {
  if (!parts(list).some((part) => own(part, "[data-plass]"))) return;
  for (const part of parts(list)) {
    own(part, "[data-plass-felt]").hidden = true;
    for (const button of part.querySelectorAll("[data-flytt]"))
      if (button.closest("[data-rekkje-del]") === part) {
        button.hidden = false;
        button.addEventListener("click", () => move(list, part, button));
      }
  }
  number(list);
}

/** Wire the lists under root. */
export function wireOrder(root) {
  each(root, "[data-rekkje]", wireList);
}
