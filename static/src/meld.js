// The filing page: tiles choose which chips are shown, chips are searched, blocks follow the type, the promise line follows the unit.
import { each, locales, t } from "./tekst.js";

const PAUSE = 120;

function checked(form, name) {
  return form.querySelector(`input[name="${name}"]:checked`)?.value ?? "";
}

function tiles(form, box) {
  box.classList.add("is-folded");
  const show = () => {
    for (const tile of box.querySelectorAll(".tile"))
      tile.classList.toggle("is-on", Boolean(tile.querySelector("input:checked")));
  };
  const collapse = (yes) => box.classList.toggle("is-chosen", yes && Boolean(box.querySelector("input:checked")));
  // Only a tap folds the tiles (on a phone): arrow keys must be able to walk on.
  box.addEventListener("click", (event) => {
    if (event.target.matches("input[type=radio]") && event.detail > 0) collapse(true);
  });
  box.addEventListener("change", show);
  form.addEventListener("ik:type", show);
  box.querySelector("[data-tiles-change]")?.addEventListener("click", () => {
    collapse(false);
    box.querySelector("input:checked")?.focus();
  });
  box.querySelector("[data-fold-out]")?.addEventListener("click", () => {
    box.classList.remove("is-folded");
    box.querySelector(".tile--fold input")?.focus();
  });
  show();
  collapse(true);
}

class Chips {
  constructor(form, box) {
    this.form = form;
    this.box = box;
    this.chips = [...box.querySelectorAll(".chip")];
    this.all = box.querySelector("[data-chips-all]");
    this.search = box.querySelector("[data-chips-search]");
    this.none = box.querySelector("[data-chips-none]");
    this.open = false;
    this.all?.addEventListener("click", () => {
      this.open = true;
      this.show();
      this.search?.querySelector("input").focus();
    });
    this.search?.querySelector("input").addEventListener("input", () => this.show());
    this.search?.querySelector("input").addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
    box.addEventListener("change", (event) => this.choose(event));
    form.addEventListener("change", (event) => {
      if (event.target.name === "hovudtype") this.reset();
    });
    this.show();
  }

  fits(chip, type) {
    return chip.dataset.hovudtype === "*" || chip.dataset.hovudtype.split(" ").includes(type);
  }

  reset() {
    const type = checked(this.form, "hovudtype");
    const held = this.box.querySelector("input:checked");
    if (held && !this.fits(held.closest(".chip"), type)) held.checked = false;
    this.open = false;
    const word = this.search?.querySelector("input");
    if (word) word.value = "";
    this.show();
    this.form.dispatchEvent(new CustomEvent("ik:type"));
  }

  /** A chip found among all types brings its own main type with it. */
  choose(event) {
    const chip = event.target.closest(".chip");
    if (!chip) return;
    if (!this.fits(chip, checked(this.form, "hovudtype"))) {
      const tile = this.form.querySelector(`input[name="hovudtype"][value="${CSS.escape(chip.dataset.hovudtype)}"]`);
      if (tile) tile.checked = true;
    }
    this.form.dispatchEvent(new CustomEvent("ik:type"));
  }

  show() {
    const type = checked(this.form, "hovudtype");
    const word = (this.search?.querySelector("input").value ?? "").trim().toLocaleLowerCase();
    const mine = this.chips.filter((chip) => this.fits(chip, type));
    const top = mine.some((chip) => "topp" in chip.dataset)
      ? mine.filter((chip) => "topp" in chip.dataset)
      : mine.slice(0, 4);
    let count = 0;
    for (const chip of this.chips) {
      const chosen = Boolean(chip.querySelector("input:checked"));
      const found = word
        ? chip.textContent.toLocaleLowerCase().includes(word)
        : this.open
          ? mine.includes(chip)
          : top.includes(chip);
      chip.hidden = !(chosen || (found && (word || type)));
      if (!chip.hidden) count += 1;
    }
    if (this.all) {
      this.all.hidden = this.open || (Boolean(type) && mine.length <= top.length);
      this.all.querySelector("span").textContent = t("alle", { n: type ? mine.length : this.chips.length });
    }
    if (this.search) this.search.hidden = !this.open;
    if (this.none) {
      this.none.hidden = !(word && count === 0);
      this.none.textContent = this.none.hidden ? "" : t("ingen-treff");
    }
  }
}

function matches(list, code) {
  return list
    .split(" ")
    .filter(Boolean)
    .some((one) => (one.endsWith("*") ? code.startsWith(one.slice(0, -1)) && code !== "" : one === code));
}

/** Blocks that belong to some types only; their fields are not sent while hidden. */
function follow(form) {
  const show = () => {
    const type = checked(form, "hovudtype");
    const sub = checked(form, "underkategori");
    for (const block of form.querySelectorAll("[data-for-type], [data-for-underkategori]")) {
      const fits = matches(block.dataset.forType ?? "", type) || matches(block.dataset.forUnderkategori ?? "", sub);
      block.hidden = !fits;
      for (const field of block.querySelectorAll("input, select, textarea")) field.disabled = !fits;
    }
  };
  form.addEventListener("change", show);
  form.addEventListener("ik:type", show);
  show();
}

function series(box) {
  const toggle = box.querySelector("[data-serie-toggle]");
  const count = box.querySelector("[data-serie-count]");
  if (!toggle || !count) return;
  const show = () => {
    count.hidden = !toggle.checked;
    for (const field of count.querySelectorAll("input")) field.disabled = !toggle.checked;
  };
  toggle.addEventListener("change", show);
  show();
}

function photos(box) {
  const field = box.querySelector("input[type=file]");
  if (!field) return;
  const shown = document.createElement("div");
  shown.className = "photos";
  shown.setAttribute("role", "status");
  box.append(shown);
  const show = () => {
    for (const old of shown.querySelectorAll("img")) URL.revokeObjectURL(old.src);
    shown.replaceChildren();
    const pictures = [...field.files].filter((file) => file.type.startsWith("image/"));
    for (const file of pictures) {
      const picture = document.createElement("img");
      picture.src = URL.createObjectURL(file);
      picture.alt = file.name;
      shown.append(picture);
    }
    if (pictures.length) shown.append(t("bilete-vald", { n: pictures.length }));
  };
  field.addEventListener("change", show);
  show();
}

/** The preset strip says what the field behind it holds. */
function echo(form, shown) {
  const field = form.querySelector(`[name="${shown.dataset.echo}"]`);
  if (!field) return;
  field.addEventListener("change", () => {
    if (field.matches("select")) shown.textContent = field.selectedOptions[0]?.textContent.trim() ?? "";
    else if (field.type === "datetime-local" && field.value) {
      const shape = { weekday: "long", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" };
      shown.textContent = new Intl.DateTimeFormat(locales(), shape).format(new Date(field.value));
    } else shown.textContent = field.value;
  });
}

/** Who gets it and when she hears back, asked of the server when the answer may have changed. */
function promise(form) {
  const line = form.querySelector("[data-lofte]");
  if (!line) return;
  let timer = 0;
  const ask = async () => {
    const query = new URLSearchParams({ eining: form.elements.namedItem("eining")?.value ?? "" });
    for (const name of ["gjeld_leiar", "konfidensiell", "anonym"]) {
      const field = form.elements.namedItem(name);
      if (field) query.set(name, field.checked ? "1" : "0");
    }
    for (const name of ["hovudtype", "underkategori"]) if (checked(form, name)) query.set(name, checked(form, name));
    try {
      const answer = await fetch(`/avvik/mottakar?${query}`, { credentials: "same-origin" });
      if (answer.ok && !answer.redirected) line.innerHTML = await answer.text();
    } catch {
      // Without network the line stays as it was sent: the server routes the case whatever the line says.
    }
  };
  form.addEventListener("change", (event) => {
    if (!["eining", "gjeld_leiar", "konfidensiell", "anonym", "underkategori"].includes(event.target.name)) return;
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
}

function wire(form) {
  for (const box of form.querySelectorAll("[data-tiles]")) tiles(form, box);
  for (const box of form.querySelectorAll("[data-chips]")) new Chips(form, box);
  for (const box of form.querySelectorAll("[data-serie]")) series(box);
  for (const box of form.querySelectorAll("[data-bilete]")) photos(box);
  for (const shown of form.querySelectorAll("[data-echo]")) echo(form, shown);
  follow(form);
  promise(form);
}

export function wireFiling(root) {
  each(root, "form[data-meld]", wire);
}
