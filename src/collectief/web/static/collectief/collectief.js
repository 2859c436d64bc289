// What needs a script: the session's warning, the focus on errors, the progress of an upload. All of it works without.
"use strict";

(() => {
  const body = document.body;
  const idle = Number(body.dataset.idle || 0);

  if (idle) {
    const warning = document.getElementById("session-warning");
    let since = Date.now();
    const used = () => { since = Date.now(); if (warning.open) warning.close(); };
    body.addEventListener("htmx:afterRequest", (event) => {
      if (event.detail.requestConfig.verb === "post" && event.detail.successful) used();
    });
    setInterval(() => {
      const passed = (Date.now() - since) / 1000;
      if (passed >= idle) window.location.assign(body.dataset.ended);
      else if (passed >= Number(body.dataset.warning) && !warning.open) warning.showModal();
    }, 1000);
  }

  document.querySelector("[data-focus]")?.focus();

  const upload = document.querySelector("form[data-upload]");
  upload?.addEventListener("submit", (event) => {
    const file = upload.querySelector("input[type=file]");
    if (!file.files.length) return;
    event.preventDefault();
    const bar = upload.querySelector("progress");
    const request = new XMLHttpRequest();
    bar.hidden = false;
    upload.querySelector("button[type=submit]").disabled = true;
    request.upload.addEventListener("progress", (step) => { if (step.lengthComputable) bar.value = step.loaded * 100 / step.total; });
    request.addEventListener("load", () => {
      if (request.status < 400) { window.location.assign(request.responseURL); return; }
      document.open();
      document.write(request.responseText);
      document.close();
    });
    request.addEventListener("error", () => upload.submit());
    request.open("POST", upload.action);
    request.send(new FormData(upload));
  });
})();
