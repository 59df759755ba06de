// The topic that what is typed looks like, to be taken with one press. Without this script it is chosen from the list, or left out.
(() => {
  const form = document.getElementById("typed");
  const box = document.getElementById("suggested");
  if (!form || !box) return;
  const { title, content, topic } = form.elements;
  const PAUSE = 1_200;
  const SHORTEST = 6;
  let waiting;
  let asked = "";

  async function ask() {
    const text = { title: title.value.trim().slice(0, 120), content: content.value.trim().slice(0, 2_000) };
    const sent = JSON.stringify(text);
    if (topic.value || sent === asked || text.title.length + text.content.length < SHORTEST) return;
    asked = sent;
    try {
      const answer = await fetch(box.dataset.from, { method: "POST", headers: { "Content-Type": "application/json" }, body: sent });
      if (answer.ok) show((await answer.json()).items[0]);
    } catch {
      // No network: nothing is suggested.
    }
  }
  function show(found) {
    const option = found && [...topic.options].find(each => each.value === found.code);
    box.hidden = !option || Boolean(topic.value);
    if (!option) return;
    box.querySelector("strong").textContent = option.textContent;
    box.querySelector("button").onclick = () => {
      topic.value = found.code;
      topic.closest("details").open = true;
      box.hidden = true;
      topic.focus();
    };
  }
  form.addEventListener("input", event => {
    clearTimeout(waiting);
    if (event.target === title || event.target === content) waiting = setTimeout(ask, PAUSE);
    if (event.target === topic) box.hidden = true;
  });
})();
