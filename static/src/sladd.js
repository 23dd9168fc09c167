// Redaction: text somebody selects on the page is put on the list of what goes, a line each. Without this file she types it.
export function wireRedaction(root) {
  const form = root.querySelector?.("[data-sladd]");
  if (!form || form.dataset.wired) return;
  form.dataset.wired = "1";
  const field = form.querySelector("#ord");
  const button = form.querySelector("[data-sladd-merk]");
  let chosen = "";
  document.addEventListener("selectionchange", () => {
    const selection = document.getSelection();
    const start = selection?.anchorNode?.parentElement?.closest("[data-sladd-tekst]");
    const end = selection?.focusNode?.parentElement?.closest("[data-sladd-tekst]");
    const text = start && start === end ? selection.toString().trim() : "";
    if (text || document.activeElement !== button) chosen = text;
    button.hidden = !chosen;
  });
  button.addEventListener("pointerdown", (event) => event.preventDefault());
  button.addEventListener("click", () => {
    if (!chosen) return;
    const lines = field.value.split("\n").filter((line) => line.trim());
    const added = chosen.split("\n").filter((line) => line.trim());
    field.value = [...new Set([...lines, ...added])].join("\n");
    chosen = "";
    button.hidden = true;
    document.getSelection()?.removeAllRanges();
    field.focus();
  });
}
