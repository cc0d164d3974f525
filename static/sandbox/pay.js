// Optional help on the payment page. Everything works without it.
"use strict";
(() => {
  const group = (text) => text.replace(/\D/g, "").slice(0, 19).replace(/(.{4})(?=.)/g, "$1 ");
  const number = document.getElementById("number");
  if (number) {
    number.addEventListener("input", () => {
      if (number.selectionStart === number.value.length) number.value = group(number.value);
    });
  }
  const expiry = document.getElementById("expiry");
  if (expiry) {
    expiry.addEventListener("input", (event) => {
      if (event.inputType === "insertText" && /^(0[1-9]|1[0-2])$/.test(expiry.value)) expiry.value += " / ";
    });
  }
  const fillRest = () => {
    const year = String((new Date().getFullYear() + 8) % 100).padStart(2, "0");
    if (expiry && !expiry.value) expiry.value = `12 / ${year}`;
    const code = document.getElementById("cvc");
    if (code && !code.value) code.value = number.value.startsWith("3") ? "1234" : "123";
  };
  for (const place of document.querySelectorAll("[data-fill]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "fill";
    button.textContent = place.textContent;
    button.setAttribute("aria-label", `Use ${place.dataset.value}`);
    button.addEventListener("click", () => {
      const field = document.getElementById(place.dataset.fill);
      const choice = field.closest(".method")?.querySelector("input[type=radio]");
      if (choice) choice.checked = true;
      field.value = place.dataset.fill === "number" ? group(place.dataset.value) : place.dataset.value;
      if (place.dataset.fill === "number") fillRest();
      field.focus();
    });
    place.replaceWith(button);
  }
  for (const form of document.querySelectorAll("form[data-pay]")) {
    form.addEventListener("submit", (event) => {
      const button = event.submitter;
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "yes";
      if (button && button.dataset.busy) button.textContent = button.dataset.busy;
    });
  }
  // A page that comes back from the browser's memory may be sent again.
  window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });
})();
