// Keys and focus of the pages for staff. Everything works without it: rows are links, filters are forms.
(() => {
  const typing = element => element.closest("input, select, textarea, [contenteditable]");
  const rows = () => [...document.querySelectorAll("[data-row]")];

  function step(by) {
    const all = rows();
    const at = all.indexOf(document.activeElement);
    const next = all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)];
    if (next) next.focus();
  }

  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "/") {
      const field = document.querySelector("[data-search]");
      if (!field) return;
      event.preventDefault();
      field.focus();
    }
  });

  // A template goes behind what was typed, where it stands; without this, or where it fails, the page comes again with it.
  document.addEventListener("click", async event => {
    const button = event.target.closest("button[data-puts]");
    if (!button) return;
    const { [button.dataset.puts]: choice, [button.dataset.into]: field } = button.form.elements;
    event.preventDefault();
    if (!choice.value) return choice.focus();
    try {
      const answer = await fetch(button.dataset.from + encodeURIComponent(choice.value));
      if (!answer.ok) throw new Error();
      const text = await answer.text();
      field.value = [field.value.trimEnd(), text].filter(Boolean).join("\n\n");
      choice.value = "";
      field.focus();
    } catch {
      button.form.requestSubmit(button);
    }
  });

  // What came in place of something else says so to who cannot see it.
  document.addEventListener("htmx:after:swap", () => {
    const heading = document.querySelector("[data-focus]");
    if (heading && !typing(document.activeElement)) heading.focus();
  });
})();
