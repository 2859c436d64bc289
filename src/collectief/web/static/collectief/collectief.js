// What needs a script: the session's warning, the focus on errors, one submission at a time, the progress of an upload.
// All of it works without.
"use strict";

(() => {
  const body = document.body;
  const idle = Number(body.dataset.idle || 0);

  // When this portal was last used and until when its session can last, in whichever tab: they share one session.
  const SEEN = "seen", ENDS = "ends";
  const elsewhere = (what) => {
    try { return Number(localStorage.getItem(what)) || 0; } catch { return 0; }
  };
  const tellOthers = (what, at) => {
    try { localStorage.setItem(what, String(at)); } catch { /* a browser that keeps nothing has only this tab's clock */ }
  };

  if (idle) {
    const warning = document.getElementById("session-warning");
    const last = document.getElementById("session-last");
    let since = Date.now();
    const used = () => { since = Date.now(); tellOthers(SEEN, since); };
    used();
    // Who signed in anew in another tab has the time of that.
    let ends = Date.now() + Number(body.dataset.left) * 1000;
    tellOthers(ENDS, ends);
    let told = false;
    body.addEventListener("htmx:afterRequest", (event) => {
      if (event.detail.requestConfig.verb === "post" && event.detail.successful) used();
    });
    setInterval(() => {
      since = Math.max(since, Math.min(elsewhere(SEEN), Date.now()));
      ends = Math.max(ends, elsewhere(ENDS));
      const passed = (Date.now() - since) / 1000, left = (ends - Date.now()) / 1000;
      if (passed >= idle || left <= 0) { window.location.assign(body.dataset.ended); return; }
      if (passed < Number(body.dataset.warning)) { if (warning.open) warning.close(); }
      else if (!warning.open) warning.showModal();
      if (left < Number(body.dataset.last) && !told && !warning.open) { told = true; last.showModal(); }
    }, 1000);
  }

  // Who just followed a link is not called back by a page that finds, at that moment, that it has something new. It asks
  // again in two seconds, should the link have been a download.
  let left = 0;
  window.addEventListener("beforeunload", () => { left = Date.now(); });
  body.addEventListener("htmx:beforeOnLoad", (event) => {
    if (Date.now() - left < 10000) event.preventDefault();
  });

  document.querySelector("[data-focus]")?.focus();

  // On a telephone a row of a table is a block (collectief.css): each cell then says of which column it is. A table that
  // is no longer drawn as one must still be one to who listens to it.
  const ROLES = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TD: "cell" };
  const stack = () => document.querySelectorAll(".c-scroll > table").forEach((table) => {
    const heads = [...table.querySelectorAll("thead th")];
    if (!heads.length) return;
    [table, ...table.querySelectorAll("thead, tbody, tr, td")].forEach((one) => one.setAttribute("role", ROLES[one.tagName]));
    heads.forEach((head) => head.setAttribute("role", "columnheader"));
    table.querySelectorAll("tbody tr").forEach((row) => {
      row.querySelectorAll("th").forEach((head) => head.setAttribute("role", "rowheader"));
      if (row.cells.length !== heads.length) return;
      [...row.cells].forEach((cell, at) => {
        const text = cell.textContent.trim();
        cell.dataset.label = heads[at].textContent.trim();
        // A date and time still fit beside another, and what begins the block stands beside its state.
        if (at && text.length > 17) cell.dataset.wide = "";
        if ((text === "–" || text === "") && !cell.querySelector("input")) cell.dataset.empty = "";
      });
    });
    table.classList.add("c-stacked");
  });
  stack();
  body.addEventListener("htmx:afterSettle", stack);

  // A second click must not send the same change again; who comes back to the page may send another.
  const buttons = (form) => form.querySelectorAll("button[type=submit]");
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    // Not before the browser has gathered the form: a disabled button's own value is left out.
    setTimeout(() => buttons(form).forEach((button) => { button.disabled = true; }));
  });
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    document.querySelectorAll("form[data-sent]").forEach((form) => {
      delete form.dataset.sent;
      buttons(form).forEach((button) => { button.disabled = false; });
    });
  });

  const upload = document.querySelector("form[data-upload]");
  upload?.addEventListener("submit", (event) => {
    const file = upload.querySelector("input[type=file]");
    if (!file.files.length) return;
    event.preventDefault();
    const tooLarge = upload.querySelector("[data-too-large]");
    tooLarge.hidden = file.files[0].size <= Number(upload.dataset.upload);
    if (!tooLarge.hidden) { file.focus(); return; }
    const bar = upload.querySelector("progress");
    const request = new XMLHttpRequest();
    bar.hidden = false;
    buttons(upload).forEach((button) => { button.disabled = true; });
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
