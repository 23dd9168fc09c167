// Shared tablet: after data-idle-seconds without a touch the person is logged out. At 30 seconds it says so; the text is saved first.
import { say, strip, t } from "./tekst.js";

const WARN_AT = 30;
const WAIT_FOR_SAVING = 1000;
const TRY_AGAIN = 5000;
const ALIVE_EVERY = 60_000;

/** Ask everyone with unsaved text to save it; waits at most one second. */
async function beforeLogout() {
  const waits = [];
  document.dispatchEvent(
    new CustomEvent("ik:before-logout", { detail: { waitUntil: (promise) => waits.push(promise) } }),
  );
  await Promise.race([Promise.allSettled(waits), new Promise((done) => setTimeout(done, WAIT_FOR_SAVING))]);
}

async function logout() {
  await beforeLogout();
  const form = document.querySelector('form[action="/logg-ut"]');
  if (!form) return;
  document.body.classList.add("is-locked");
  try {
    await fetch("/logg-ut", { method: "POST", body: new FormData(form), credentials: "same-origin" });
  } catch {
    strip(t("utan-nett"));
    setTimeout(logout, TRY_AGAIN);
    return;
  }
  location.replace("/logg-inn");
}

/** Start the countdown when the page says that it lies on a shared tablet. */
export function startIdle() {
  const limit = Number(document.body.dataset.idleSeconds);
  if (!limit) return;
  let last = Date.now();
  let alive = Date.now();
  let warned = false;
  let ended = false;
  const rest = () => {
    last = Date.now();
    if (warned && !ended) {
      warned = false;
      strip("");
    }
  };
  // A tab left open behind this one must not end the session of the one who works here.
  const tabs = new BroadcastChannel("ik-okt");
  let told = 0;
  tabs.addEventListener("message", rest);
  const touch = () => {
    rest();
    if (last - told < 1000) return;
    told = last;
    tabs.postMessage("");
  };
  for (const kind of ["pointerdown", "keydown", "input", "scroll"])
    document.addEventListener(kind, touch, { passive: true, capture: true });
  const tick = () => {
    if (ended) return;
    const left = Math.ceil(limit - (Date.now() - last) / 1000);
    if (left <= 0) {
      ended = true;
      logout();
    } else if (left <= WARN_AT) {
      strip(t("loggar-ut", { s: left }));
      if (!warned) say(t("loggar-ut", { s: left }));
      warned = true;
    } else if (last > alive && Date.now() - alive > ALIVE_EVERY) {
      alive = Date.now();
      fetch("/okt", { credentials: "same-origin" }).catch(() => undefined);
    }
  };
  setInterval(tick, 1000);
  document.addEventListener("visibilitychange", tick);
}
