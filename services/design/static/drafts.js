// Opinions without a network: kept on this device until they are sent, each once. Without this script the form works as a form.
// Each form sends its own: what was taken down at a station goes with the session of whoever is signed in when there is a network.
(() => {
  const form = document.getElementById("typed");
  const box = document.getElementById("drafts");
  if (!form || !box || !window.indexedDB || !navigator.locks) return;
  const list = box.querySelector("ul");
  const field = form.querySelector("input[type=file]");
  const channel = new BroadcastChannel("huiying");
  const AGAIN = 20_000;
  const to = new URL(form.action).pathname;
  // Who has to sign in again sends what waits afterwards.
  const SIGNED_OUT = [401, 403];
  let sending = false;

  const opened = new Promise((done, failed) => {
    const request = indexedDB.open("huiying", 1);
    request.onupgradeneeded = () => ["drafts", "held"].forEach(name => request.result.createObjectStore(name, { keyPath: "key" }));
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
  async function store(name, mode, act) {
    const database = await opened;
    return new Promise((done, failed) => {
      const work = database.transaction(name, mode);
      const request = act(work.objectStore(name));
      work.oncomplete = () => done(request.result);
      work.onabort = work.onerror = () => failed(work.error);
    });
  }
  const all = async () => (await store("drafts", "readonly", drafts => drafts.getAll())).filter(draft => draft.to === to);
  const keep = (name, record) => store(name, "readwrite", records => records.put(record));
  const drop = (name, key) => store(name, "readwrite", records => records.delete(key));

  // The same as the server makes: 16 random bytes.
  function newKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  }

  function body(record) {
    const data = field ? new FormData() : new URLSearchParams();
    for (const [name, text] of record.fields) data.append(name, name === "csrf" ? form.elements.csrf.value : text);
    for (const file of record.files) data.append(field.name, file, "photo.jpg");
    return data;
  }
  // Where the confirmation is, or null when the answer was another one. Throws where there is no network.
  async function send(record) {
    const answer = await fetch(form.action, { method: "POST", body: body(record) });
    return answer.ok && new URL(answer.url).pathname.endsWith("/submitted") ? answer.url : { status: answer.status };
  }
  const recordOf = files => {
    const fields = [...new FormData(form)].filter(([, value]) => typeof value === "string");
    return { key: form.elements.key.value, at: Date.now(), to, state: "waiting", fields, files };
  };

  form.addEventListener("submit", async event => {
    if (event.submitter?.hasAttribute("formaction")) return;
    event.preventDefault();
    if (sending) return;
    sending = true;
    form.setAttribute("aria-busy", "true");
    const record = recordOf(await photos.take(field));
    let answer = null;
    try {
      answer = await send(record);
    } catch {
      // No network.
    }
    if (typeof answer === "string") {
      await drop("held", record.key);
      location.assign(answer);
      return;
    }
    if (answer && !SIGNED_OUT.includes(answer.status)) {
      // The server says what is wrong on a page of its own; the photos wait here for it.
      if (record.files.length) await keep("held", record);
      photos.put(field, record.files);
      form.submit();
      return;
    }
    const missing = [...form.querySelectorAll("[required]")].find(each => !each.value.trim());
    sending = false;
    form.removeAttribute("aria-busy");
    if (missing) {
      missing.setAttribute("aria-invalid", "true");
      missing.focus();
      return;
    }
    await keep("drafts", record);
    // What was typed while a slow network was tried stays.
    if (JSON.stringify(recordOf([]).fields) === JSON.stringify(record.fields)) form.reset();
    form.elements.key.value = newKey();
    await changed();
    later();
    box.focus();
  });

  async function show() {
    const drafts = await all();
    list.replaceChildren(...drafts.map(row));
    box.hidden = drafts.length === 0;
  }
  function titleOf(fields) {
    const { title, content } = Object.fromEntries(fields);
    return title || content.slice(0, 40);
  }
  function row(draft) {
    const item = document.getElementById(`draft-${draft.state}`).content.firstElementChild.cloneNode(true);
    item.querySelector("[data-title]").textContent = titleOf(draft.fields);
    const link = item.querySelector("a");
    if (link) link.href = draft.page;
    item.querySelector("[data-delete]").addEventListener("click", () => drop("drafts", draft.key).then(changed));
    item.querySelector("[data-edit]")?.addEventListener("click", () => edit(draft));
    return item;
  }
  async function edit(draft) {
    for (const [name, text] of draft.fields) {
      const input = form.elements[name];
      if (!input) continue;
      input.value = text;
      if (input.dispatchEvent) input.dispatchEvent(new Event("change", { bubbles: true }));
    }
    photos.put(field, draft.files);
    await drop("drafts", draft.key);
    await changed();
    form.querySelector("[required]").focus();
  }
  async function changed() {
    channel.postMessage("changed");
    await show();
  }

  // One tab at a time sends; the key of each draft makes it one opinion however often it is sent.
  async function flush() {
    await navigator.locks.request("huiying-drafts", async () => {
      for (const draft of (await all()).filter(each => each.state === "waiting")) {
        let answer;
        try {
          answer = await send(draft);
        } catch {
          break;
        }
        if (typeof answer === "string") await keep("drafts", { key: draft.key, to, state: "sent", page: answer, fields: [["title", titleOf(draft.fields)]], files: [] });
        else if ([409, 413, 422].includes(answer.status)) await keep("drafts", { ...draft, state: "refused" });
        else break;
        await changed();
      }
    });
    if ((await all()).some(each => each.state === "waiting")) later();
  }
  // Whatever asks for it, what waits is tried again once.
  let timer;
  function later() {
    clearTimeout(timer);
    timer = setTimeout(flush, AGAIN);
  }

  // Photos that were right when something else was wrong.
  async function restore() {
    const held = await store("held", "readonly", records => records.get(form.elements.key.value));
    if (!held) return;
    if ("again" in form.dataset) {
      photos.put(field, held.files);
      document.getElementById(`${field.id}-mistake`)?.remove();
      document.querySelector(`#mistakes a[href="#${field.id}"]`)?.closest("li").remove();
      field.removeAttribute("aria-invalid");
    }
    await drop("held", held.key);
  }

  channel.addEventListener("message", show);
  window.addEventListener("online", flush);
  // Back to the page as it was left: it may be sent again.
  window.addEventListener("pageshow", () => { sending = false; form.removeAttribute("aria-busy"); });
  restore().then(show).then(flush);
  const workers = navigator.serviceWorker;
  workers?.register("/offline.js").then(() => workers.ready).then(({ active }) => active.postMessage(location.pathname)).catch(() => {});
})();
