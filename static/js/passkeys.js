// Passkeys: puts the page's question to the device and sends its answer with the form. All else works without.

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

function question(form) {
  const asked = JSON.parse(form.dataset.question);
  asked.challenge = bytes(asked.challenge);
  if (asked.user) asked.user.id = bytes(asked.user.id);
  for (const list of ["excludeCredentials", "allowCredentials"]) asked[list] = (asked[list] ?? []).map((each) => ({ ...each, id: bytes(each.id) }));
  return asked;
}

function answer(made) {
  const said = { clientDataJSON: text(made.response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) if (made.response[name]) said[name] = text(made.response[name]);
  return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response: said, clientExtensionResults: made.getClientExtensionResults() });
}

async function ask(form) {
  const told = form.querySelector("[data-told]");
  told.hidden = true;
  try {
    const publicKey = question(form);
    const made = await (form.dataset.passkey === "create" ? navigator.credentials.create({ publicKey }) : navigator.credentials.get({ publicKey }));
    form.elements.answer.value = answer(made);
    form.submit();
  } catch (error) {
    told.hidden = false;
    told.textContent = error.name === "InvalidStateError" ? form.dataset.sayKnown : form.dataset.sayFailed;
  }
}

for (const form of document.querySelectorAll("[data-passkey]")) {
  form.addEventListener("submit", (event) => { event.preventDefault(); ask(form); });
  if (form.matches("[data-at-once]")) ask(form);
}

document.querySelectorAll("[data-without-script]").forEach((text) => { text.hidden = true; });
