// What others have told in public of the same thing, to be supported instead. Without this script it is said after submitting.
(() => {
  const form = document.getElementById("typed");
  const box = document.getElementById("alike");
  if (!form || !box) return;
  const { title, content } = form.elements;
  const PAUSE = 1_500;
  const SHORTEST = 6;
  let waiting;
  let asked = "";

  async function ask() {
    const text = { title: title.value.trim().slice(0, 120), content: content.value.trim().slice(0, 2_000) };
    const sent = JSON.stringify(text);
    if (sent === asked || text.title.length + text.content.length < SHORTEST) return;
    asked = sent;
    try {
      const answer = await fetch(box.dataset.from, { method: "POST", headers: { "Content-Type": "application/json" }, body: sent });
      if (answer.ok) show((await answer.json()).items);
    } catch {
      // No network: nothing is offered.
    }
  }
  function show(items) {
    const template = box.querySelector("template");
    const list = items.map(item => {
      const row = template.content.cloneNode(true);
      const link = row.querySelector("[data-title]");
      link.textContent = item.title;
      link.href = item.page;
      row.querySelector("[data-number]").textContent = item.supporters;
      row.querySelector("[data-support]").href = `${item.page}/support`;
      return row;
    });
    box.querySelector("ul").replaceChildren(...list);
    box.hidden = list.length === 0;
  }
  form.addEventListener("input", event => {
    clearTimeout(waiting);
    if (event.target === title || event.target === content) waiting = setTimeout(ask, PAUSE);
  });
})();
