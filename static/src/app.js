// What every page loads. Each part wires the elements it finds; a swapped-in page is wired again. All of it works without this file.
import htmx from "htmx.org";
import { wireDialogs } from "./dialog.js";
import { wireDrafts } from "./kladd.js";
import { wireFiling } from "./meld.js";
import { startIdle } from "./okt.js";
import { wireProcedures } from "./prosedyrar.js";
import { wireOrder } from "./rekkje.js";
import { wireRos } from "./ros.js";
import { startAskingFirst, wireSending } from "./sending.js";
import { focusErrors, startForms } from "./skjema.js";
import { wireRedaction } from "./sladd.js";
import { startKeys } from "./snarveg.js";
import { wireGuard } from "./varsel.js";

htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.historyCacheSize = 0;
htmx.config.responseHandling = [
  { code: "204", swap: false },
  { code: "[23]..", swap: true },
  { code: "422", swap: true },
  { code: "[45]..", swap: false, error: true },
];

document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector('meta[name="csrf-token"]');
  if (token) event.detail.headers["X-CSRFToken"] = token.content;
});

function wire(root) {
  wireDialogs(root);
  wireFiling(root);
  wireGuard(root);
  wireDrafts(root);
  wireSending(root);
  wireRos(root);
  wireRedaction(root);
  wireProcedures(root);
  wireOrder(root);
  focusErrors(root);
}

document.addEventListener("htmx:load", (event) => wire(event.detail.elt));
document.addEventListener("ik:swap", (event) => {
  wire(event.detail.root);
  htmx.process(event.detail.root);
});

startAskingFirst();
startForms();
startKeys();
startIdle();
wire(document);
