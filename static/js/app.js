// Small comforts. Every page works without them.

const typing = (target) => target.closest("input, select, textarea, [contenteditable]");
const rows = () => [...document.querySelectorAll("[data-rows] tbody tr, [data-row]")];
const rowLink = (row) => (row.matches("a") ? row : row.querySelector("a[href]"));

function moveRow(step) {
  const all = rows();
  const here = all.find((row) => row.classList.contains("is-active")) ?? all.find((row) => row.matches("[aria-current]"));
  const next = all[all.indexOf(here) + step] ?? all[step > 0 ? 0 : all.length - 1];
  if (!next) return;
  all.forEach((row) => row.classList.toggle("is-active", row === next));
  rowLink(next)?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") document.querySelectorAll("[data-menu][open]").forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
  if (typing(event.target)) return;
  const search = document.querySelector("main [data-search]") ?? document.querySelector("[data-search]");
  if (event.key === "/" && search) { event.preventDefault(); search.focus(); search.select(); }
  const keyed = /^[a-z]$/.test(event.key) && document.querySelector(`[data-key="${event.key}"]`);
  if (keyed) { event.preventDefault(); keyed.focus(); }
  if (event.key === "j") moveRow(1);
  if (event.key === "k") moveRow(-1);
});

document.addEventListener("click", (event) => {
  document.querySelectorAll("[data-menu][open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  const step = event.target.closest("[data-quantity] [data-step]");
  if (step) {
    const input = step.parentElement.querySelector("input");
    if (step.dataset.step === "1") input.stepUp(); else input.stepDown();
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
  const thumb = event.target.closest("[data-picture]");
  if (thumb) {
    event.preventDefault();
    const picture = document.querySelector(thumb.getAttribute("href"));
    picture.parentElement.scrollTo({ left: picture.offsetLeft - picture.parentElement.offsetLeft, behavior: "smooth" });
  }
});

// A second press of a pay button must not send the form twice; the server refuses it as well.
document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-once]")) {
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "yes";
  }
});
window.addEventListener("pageshow", () => document.querySelectorAll("[data-sent]").forEach((form) => { delete form.dataset.sent; }));

function copyButton(code) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.setAttribute("aria-label", `Copy ${code.textContent}`);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
  code.after(button);
}

function enhance(root) {
  root.querySelectorAll("[data-quantity] [data-step]").forEach((button) => { button.hidden = false; });
  if (navigator.clipboard) root.querySelectorAll("[data-copy]:not([data-ready])").forEach((code) => { code.dataset.ready = ""; copyButton(code); });
}

enhance(document);
document.body.addEventListener("htmx:load", (event) => enhance(event.target));
document.querySelector("[data-focus]")?.focus();
