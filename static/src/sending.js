// Forms with data-send="trygt": nothing typed is lost by a lost network, an ended session or a server in trouble.
// The form is sent once frozen, with the same key and the same body, until the server has answered.
import { busy, settled } from "./skjema.js";
import { each, say, strip, t } from "./tekst.js";

const BACKOFF = [2, 4, 8, 15, 30, 60];
const PATIENCE = 90_000;
const LATER = new Set([429, 502, 503, 504]);

async function session() {
  const answer = await fetch("/okt", { credentials: "same-origin", headers: { Accept: "application/json" } });
  return answer.json();
}

/** Put a new CSRF token everywhere in the page. */
function renew(token) {
  for (const field of document.querySelectorAll('input[name="csrf_token"]')) field.value = token;
  const meta = document.querySelector('meta[name="csrf-token"]');
  if (meta) meta.content = token;
}

/** Photos do not come back from the server: move them to the new page's field. */
function keepFiles(from, to) {
  for (const old of from.querySelectorAll("input[type=file]")) {
    const fresh = old.files.length ? to.querySelector(`input[type=file][name="${CSS.escape(old.name)}"]`) : null;
    if (fresh) fresh.files = old.files;
  }
}

async function swap(answer) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("main");
  if (!fresh) return false;
  const old = document.getElementById("main");
  const main = document.adoptNode(fresh);
  keepFiles(old, main);
  old.replaceWith(main);
  document.title = page.title;
  const token = page.querySelector('meta[name="csrf-token"]');
  if (token) renew(token.content);
  window.scrollTo(0, 0);
  main.focus();
  document.dispatchEvent(new CustomEvent("ik:swap", { detail: { root: main } }));
  return true;
}

/** She logs in again in the page, as the same person: `then` gets the new token; `never` a text's key when she will not. */
function loginAgain(then, never) {
  strip("");
  const dialog = document.getElementById("innlogging");
  const form = dialog?.querySelector("form");
  if (!form) return never("feil-hos-oss");
  const message = dialog.querySelector("#innlogging-feil");
  message.hidden = true;
  const show = (key) => {
    message.textContent = t(key);
    message.hidden = false;
  };
  form.onsubmit = async (event) => {
    event.preventDefault();
    try {
      const before = await session();
      renew(before.csrf_token);
      await fetch("/logg-inn", { method: "POST", body: new FormData(form), credentials: "same-origin" });
      const now = await session();
      renew(now.csrf_token);
      form.querySelector('[name="passord"]').value = "";
      if (!now.innlogga) return show("feil-passord");
      if (String(now.person) !== document.body.dataset.person) return show("feil-person");
      dialog.close("sendt");
      then(now.csrf_token);
    } catch {
      show("ikkje-sendt");
    }
  };
  dialog.onclose = () => {
    if (dialog.returnValue !== "sendt") never("usendt");
    dialog.returnValue = "";
  };
  if (!dialog.open) dialog.showModal();
  dialog.querySelector('[name="brukarnamn"]').focus();
}

class Sending {
  constructor(form) {
    this.form = form;
    this.body = null;
    this.tries = 0;
    this.timer = 0;
    this.running = false;
    this.renewed = false;
    form.addEventListener("submit", (event) => this.submit(event));
    const wake = () => this.body && !document.hidden && this.send();
    window.addEventListener("online", wake);
    document.addEventListener("visibilitychange", wake);
    document.addEventListener("ik:before-logout", (event) => {
      if (this.body) event.detail.waitUntil(this.send());
    });
    window.addEventListener("offline", () => {
      if (form.isConnected) strip(t("utan-nett"));
    });
  }

  submit(event) {
    if (event.defaultPrevented) return;
    event.preventDefault();
    if (this.body) return;
    this.button = event.submitter;
    this.body = new FormData(this.form, event.submitter);
    this.form.inert = true;
    this.release = busy(this.form, event.submitter, "sender");
    this.send();
  }

  async send() {
    if (this.running || !this.body) return;
    this.running = true;
    clearTimeout(this.timer);
    try {
      const answer = await fetch(this.form.getAttribute("action") || location.href, {
        method: "POST",
        body: this.body,
        credentials: "same-origin",
        signal: AbortSignal.timeout(PATIENCE),
      });
      await this.take(answer);
    } catch {
      this.later(navigator.onLine ? "ikkje-sendt-tenar" : "ikkje-sendt");
    } finally {
      this.running = false;
    }
  }

  async take(answer) {
    if (answer.redirected) return this.done(answer.url);
    if (answer.status === 401 && answer.headers.get("X-Innlogging")) return this.login();
    if (LATER.has(answer.status)) {
      const wait = Number(answer.headers.get("Retry-After"));
      return this.later(answer.status === 429 ? "ikkje-sendt-ventar" : "ikkje-sendt-tenar", wait);
    }
    if (answer.status === 400 && !this.renewed) return this.renew();
    if (answer.status === 413) return this.giveBack("bilete-for-stort");
    if (answer.status >= 500 || answer.status === 400) return this.giveBack("feil-hos-oss");
    strip("");
    if (answer.ok) settled(this.form);
    this.body = null;
    this.form.dispatchEvent(new CustomEvent("ik:answered", { bubbles: true }));
    if (!(await swap(answer))) this.giveBack("feil-hos-oss");
  }

  /** Sent: the answer takes the form's place in the history. The back button would else show the text again under a new key. */
  done(url) {
    settled(this.form);
    this.body = null;
    this.form.dispatchEvent(new CustomEvent("ik:answered", { bubbles: true }));
    location.replace(url);
  }

  /** Keep the body and try again: after a while, when the network returns, or when she asks. */
  later(key, seconds = 0) {
    const pause = seconds || BACKOFF[Math.min(this.tries, BACKOFF.length - 1)];
    strip(t(key), { label: t("prov-no"), run: () => this.send() });
    if (this.tries === 0) say(t(key));
    this.tries += 1;
    this.timer = setTimeout(() => this.send(), pause * 1000);
  }

  /** Give the form back as it was, with a sentence: she decides. */
  giveBack(key) {
    this.body = null;
    this.tries = 0;
    this.form.inert = false;
    this.release?.();
    strip(t(key));
    say(t(key));
  }

  async renew() {
    this.renewed = true;
    const fresh = await session();
    renew(fresh.csrf_token);
    this.body.set("csrf_token", fresh.csrf_token);
    if (!fresh.innlogga) return this.login();
    this.timer = setTimeout(() => this.send(), 0);
  }

  /** The session has ended: she logs in again in the page, and the same body is sent. */
  login() {
    loginAgain(
      (token) => {
        this.body.set("csrf_token", token);
        this.send();
      },
      (key) => this.giveBack(key),
    );
  }
}

/** Before any other form with a text is sent: is she still logged in? If not, she logs in here, and the form goes as it stands. */
async function askFirst(event) {
  const form = event.target;
  if (!form.matches("form[data-unsaved]:not([data-send])") || form.method !== "post") return;
  if (form.dataset.innlogga) {
    delete form.dataset.innlogga;
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  const button = event.submitter;
  const go = () => {
    form.dataset.innlogga = "1";
    form.requestSubmit(button);
  };
  const stay = (key) => {
    strip(t(key));
    say(t(key));
  };
  try {
    const now = await session();
    if (now.innlogga && String(now.person) === document.body.dataset.person) go();
    else loginAgain(go, stay);
  } catch {
    stay("feil-hos-oss");
  }
}

export function startAskingFirst() {
  document.addEventListener("submit", askFirst, true);
}

export function wireSending(root) {
  each(root, 'form[data-send="trygt"]', (form) => new Sending(form));
}
