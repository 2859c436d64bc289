// Passkeys: what only a script can do is ask the device; everything else is the form.
"use strict";

(() => {
  const form = document.querySelector("form[data-passkey]");
  if (!form) return;
  const say = (which) => form.querySelectorAll("[data-said]").forEach((line) => { line.hidden = line.dataset.said !== which; });
  const can = window.PublicKeyCredential && PublicKeyCredential.parseRequestOptionsFromJSON;
  if (!can) { say("unable"); return; }
  const options = JSON.parse(form.dataset.options);
  const ask = () => form.dataset.passkey === "make"
    ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
    : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });

  form.addEventListener("submit", async (event) => {
    if (form.elements.answer.value) return;
    event.preventDefault();
    say("");
    try {
      const found = await ask();
      form.elements.answer.value = JSON.stringify(found.toJSON());
      form.requestSubmit();
    } catch (problem) {
      say(problem.name === "InvalidStateError" ? "known" : "stopped");
    }
  });
})();
