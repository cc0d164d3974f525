// Small comforts. Every page works without them. What they say stands in the page's body, in the reader's language.

const say = (name, values = {}) => document.body.dataset[name].replace(/{(\w+)}/g, (_, key) => values[key]);

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

// What is done to chosen rows is done to the one under the hand where none is chosen.
const activeRow = () => rows().find((row) => row.classList.contains("is-active"));
function chooseActive() {
  if (document.querySelector("[data-choose]:checked")) return;
  const box = (activeRow() ?? rows()[0])?.querySelector("[data-choose]");
  if (box) box.checked = true;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") document.querySelectorAll("[data-menu][open]").forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
  if (typing(event.target)) return;
  const search = document.querySelector("main [data-search]") ?? document.querySelector("[data-search]");
  if (event.key === "?") document.getElementById("key-help")?.showModal();
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "/" && search) { event.preventDefault(); search.focus(); search.select(); }
  const keyed = /^[a-z]$/.test(event.key) && document.querySelector(`[data-key="${event.key}"]`);
  if (keyed) { event.preventDefault(); keyed.focus(); }
  const pressed = /^[a-z]$/.test(event.key) && document.querySelector(`[data-press="${event.key}"]`);
  if (pressed) { event.preventDefault(); chooseActive(); pressed.click(); }
  if (event.key === "x") { const box = activeRow()?.querySelector("[data-choose]"); if (box) box.checked = !box.checked; }
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
  button.textContent = say("sayCopy");
  button.setAttribute("aria-label", say("sayCopyThis", { text: code.textContent }));
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = say("sayCopied");
    setTimeout(() => { button.textContent = say("sayCopy"); }, 1500);
  });
  code.after(button);
}

function enhance(root) {
  root.querySelectorAll("[data-quantity] [data-step]").forEach((button) => { button.hidden = false; });
  if (navigator.clipboard) root.querySelectorAll("[data-copy]:not([data-ready])").forEach((code) => { code.dataset.ready = ""; copyButton(code); });
}

// Parts that keep themselves up to date (components/live.html): only while somebody looks, and never under their hands.
const served = new Map();
const comparable = (block) => block.innerHTML.replace(/(name="csrf_token"[^>]* value=")[^"]*/g, "$1");
const chosenAtFirst = (select) => Math.max(0, [...select.options].findIndex((option) => option.defaultSelected));
const isBegun = (field) => (field.matches("select") ? field.selectedIndex !== chosenAtFirst(field) : field.value !== field.defaultValue || field.checked !== field.defaultChecked);
const rests = (block) => {
  const chosen = document.getSelection();
  const isHeld = block.contains(document.activeElement) && typing(document.activeElement);
  const isRead = chosen && !chosen.isCollapsed && block.contains(chosen.anchorNode);
  const hasBegun = [...block.querySelectorAll("input, select, textarea")].some(isBegun);
  return document.hidden || isHeld || isRead || hasBegun || block.closest("[data-live-frame]").dataset.paused === "yes";
};
const focusables = (block) => [...block.querySelectorAll("a[href], button, summary, input, select, textarea, [tabindex]")];
const places = (block) => ({
  opened: [...block.querySelectorAll("details")].map((details) => details.open),
  row: rows().findIndex((row) => row.classList.contains("is-active")),
  focus: focusables(block).indexOf(document.activeElement),
  at: document.activeElement,
});

function putBack(block, was) {
  block.querySelectorAll("details").forEach((details, index) => { details.open = was.opened[index] ?? details.open; });
  rows()[was.row]?.classList.add("is-active");
  if (was.focus < 0) return;
  const all = focusables(block);
  // Rows and words may have changed: what is most like it, else what is in its place.
  const like = (...traits) => all.find((each) => traits.every((trait) => trait(each) === trait(was.at)));
  const [href, words, look] = [(each) => each.getAttribute("href"), (each) => each.textContent.trim(), (each) => each.className];
  (like(href, words, look) ?? (was.at.href && like(href, look)) ?? like(words, look) ?? all[was.focus])?.focus({ preventScroll: true });
}

document.querySelectorAll("[data-live]").forEach((block) => {
  served.set(block.id, comparable(block));
  block.closest("[data-live-frame]").querySelector(".live-note").hidden = false;
});
document.body.addEventListener("htmx:beforeRequest", (event) => {
  if (!event.target.matches("[data-live]")) return;
  if (rests(event.target) || isTold(event)) event.preventDefault(); else asked.set(event.target.id, Date.now());
});
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const block = event.detail.elt;
  if (!block.matches("[data-live]")) return;
  const fresh = new DOMParser().parseFromString(event.detail.serverResponse, "text/html").getElementById(block.id);
  // Signed out meanwhile, or nothing new: what is there stays, and nothing flickers.
  if (!fresh || comparable(fresh) === served.get(block.id) || rests(block)) { event.detail.shouldSwap = false; return; }
  served.set(block.id, comparable(fresh));
  // What has come to its end asks no more, and no longer says that it does.
  if (!fresh.matches("[data-live]")) block.closest("[data-live-frame]").querySelector(".live-note").hidden = true;
  const was = places(block);
  document.body.addEventListener("htmx:load", (loaded) => { if (loaded.target.id === block.id) putBack(loaded.target, was); }, { once: true });
});
// They ask at once when the server says that something has changed (web/live). Who cannot have a stream just asks. A page
// out of sight gives its own back: a browser has few connections.
const askNow = () => document.querySelectorAll("[data-live]").forEach((block) => block.dispatchEvent(new Event("seen")));
const streamed = document.querySelector("[data-live-stream]");
const [SPACING, REFUSED, SELDOM] = [3000, 120000, 60000];
let [stream, retry, asking] = [null, 0, 0];
const asked = new Map();
const [shownAt, lastAsked] = [Date.now(), () => Math.max(0, ...asked.values())];
// Whoever is told need not ask every 20 seconds as well.
const isTold = (event) => !event.detail.requestConfig.triggeringEvent && event.target.matches("[data-live-told]") && stream?.readyState === EventSource.OPEN && Date.now() - (asked.get(event.target.id) ?? shownAt) < SELDOM;
function askSoon() {
  asking ||= setTimeout(() => { asking = 0; askNow(); }, Math.max(200 + 300 * Math.random(), lastAsked() + SPACING - Date.now()));
}
function listen() {
  clearTimeout(retry);
  stream?.close();
  stream = null;
  if (!streamed || document.hidden || !document.querySelector("[data-live]")) return;
  let wasOpen = false;
  stream = new EventSource(streamed.dataset.liveStream);
  stream.addEventListener("changed", askSoon);
  stream.addEventListener("open", () => { if (wasOpen) askSoon(); wasOpen = true; });
  stream.addEventListener("error", () => { if (stream?.readyState === EventSource.CLOSED) retry = setTimeout(listen, REFUSED); });
}
document.addEventListener("visibilitychange", () => { if (!document.hidden) askNow(); listen(); });
window.addEventListener("pagehide", () => stream?.close());
window.addEventListener("pageshow", listen);
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-live-pause]");
  if (!button) return;
  const frame = button.closest("[data-live-frame]");
  const isPaused = frame.dataset.paused !== "yes";
  frame.dataset.paused = isPaused ? "yes" : "no";
  button.setAttribute("aria-pressed", String(isPaused));
});

// Who has not chosen a time zone yet finds the one of this device chosen.
const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
document.querySelectorAll("[data-own-zone] select").forEach((field) => {
  if ([...field.options].some((option) => option.value === ownZone)) field.value = ownZone;
});

enhance(document);
document.body.addEventListener("htmx:load", (event) => enhance(event.target));
document.querySelector("[data-focus]")?.focus();

// Pictures put in order by dragging (components/picture_list.html): the form keeps the order, so it is saved as it stands.
document.querySelectorAll("[data-sorting]").forEach((form) => {
  const list = form.querySelector("[data-sorted]");
  const said = form.querySelector("[data-sorting-said]");
  const items = () => [...list.children];
  form.dataset.ready = "";
  let dragged = null;
  async function save(item) {
    const body = new FormData(form);
    body.set("deed", "save");
    const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => null);
    const isSaved = answer && (answer.ok || answer.type === "opaqueredirect");
    const where = { place: items().indexOf(item) + 1, all: items().length };
    said.textContent = isSaved ? say("saySorted", where) : say("sayUnsorted");
    // Buttons and the main mark belong to places: the page says them anew.
    if (isSaved) location.reload();
  }
  list.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest("[data-handle]");
    if (!handle || event.button !== 0 || items().length < 2) return;
    event.preventDefault();
    dragged = { item: handle.closest("[data-sortable]"), order: items() };
    dragged.item.classList.add("is-dragged");
  });
  // The others move around it: what is held must stay in the page, or the browser lets go of it.
  document.addEventListener("pointermove", (event) => {
    if (!dragged) return;
    const under = document.elementsFromPoint(event.clientX, event.clientY).map((each) => each.closest("[data-sortable]")).find((each) => each && each !== dragged.item && list.contains(each));
    if (!under) return;
    const all = items();
    const [here, there] = [all.indexOf(dragged.item), all.indexOf(under)];
    if (there > here) dragged.item.before(...all.slice(here + 1, there + 1)); else dragged.item.after(...all.slice(there, here));
  });
  const end = (isKept) => {
    if (!dragged) return;
    const { item, order } = dragged;
    dragged = null;
    item.classList.remove("is-dragged");
    if (!isKept) { order.forEach((each) => list.append(each)); return; }
    if (order.some((each, index) => each !== items()[index])) save(item);
  };
  document.addEventListener("pointerup", () => end(true));
  document.addEventListener("pointercancel", () => end(false));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") end(false); });
});

// A form that keeps its text while it is typed (seller/listing.html): when that fails it is said, and nothing typed goes.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const form = event.detail.requestConfig.elt;
  if (!form.matches("[data-keeps]")) return;
  const isKept = event.detail.xhr.status === 200 && event.detail.serverResponse.includes('id="kept"');
  event.detail.shouldSwap = isKept;
  form.querySelector("[data-unkept]").hidden = isKept;
});
document.body.addEventListener("htmx:sendError", (event) => { const said = event.target.querySelector?.("[data-unkept]"); if (said) said.hidden = false; });
