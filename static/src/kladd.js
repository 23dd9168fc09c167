// Drafts: forms with data-kladd="URL" save what is typed, 3 seconds after typing stops, before log-out and when the page is left.
import { each, locales, t } from "./tekst.js";

const PAUSE = 3000;

/** The form's text without files: what a draft keeps. */
function text(form) {
  const body = new FormData(form);
  for (const field of form.querySelectorAll("input[type=file][name]")) body.delete(field.name);
  return body;
}

function wire(form) {
  const url = form.dataset.kladd;
  const status = form.querySelector("[data-kladd-status]");
  let timer = 0;
  let changed = false;

  async function save(keepalive = false) {
    clearTimeout(timer);
    if (!changed || !form.isConnected || form.inert) return;
    changed = false;
    try {
      const answer = await fetch(url, {
        method: "POST",
        body: text(form),
        keepalive,
        credentials: "same-origin",
        headers: { "X-Kladd": "1" },
      });
      if (!answer.ok) throw new Error(String(answer.status));
      const held = form.querySelector('input[name="kladd"]');
      if (held && answer.headers.get("Content-Type")?.includes("json"))
        held.value = (await answer.json()).kladd ?? held.value;
      const time = new Intl.DateTimeFormat(locales(), {
        hour: "2-digit",
        minute: "2-digit",
      }).format(new Date());
      if (status) status.textContent = t("kladd-lagra", { tid: time });
    } catch {
      changed = true;
      if (status) status.textContent = t("kladd-ikkje");
    }
  }

  const note = (event) => {
    if (event.target.type === "file" || event.target.type === "search") return;
    changed = true;
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  };
  form.addEventListener("input", note);
  form.addEventListener("change", note);
  form.addEventListener("ik:answered", () => {
    changed = false;
    clearTimeout(timer);
  });
  document.addEventListener("ik:before-logout", (event) => event.detail.waitUntil(save()));
  window.addEventListener("pagehide", () => save(true));
}

export function wireDrafts(root) {
  each(root, "form[data-kladd]", wire);
}
