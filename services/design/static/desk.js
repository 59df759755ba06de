// Keys and focus of the pages for staff. Everything works without it: rows are links, filters are forms.
(() => {
  const OFF = "keys-off";
  const typing = element => element.closest("input, select, textarea, [contenteditable]");
  const rows = () => [...document.querySelectorAll("[data-row]")];
  const help = document.querySelector("[data-keys]");
  const choice = help && help.querySelector("input");

  // Where nothing can be kept, the keys work.
  const kept = act => {
    try {
      return act(localStorage);
    } catch {
      return null;
    }
  };
  let on = kept(store => store.getItem(OFF)) === null;

  function step(by) {
    const all = rows();
    const at = all.indexOf(document.activeElement);
    const next = all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)];
    if (next) next.focus();
    return next;
  }

  // What somebody has written is not left behind by a key.
  const written = field => field.value !== field.defaultValue || (field.value && field.matches("details[open] textarea"));

  function follow(selector) {
    if (!help || [...document.querySelectorAll("main :is(textarea, input:not([type=search], [type=checkbox], [type=radio]))")].some(written)) return null;
    const link = document.querySelector(`main ${selector}`);
    if (link) link.click();
    return link;
  }

  function search() {
    const field = document.querySelector("[data-search]");
    if (field) field.focus();
    return field;
  }

  function explain() {
    if (!help) return null;
    help.open = !help.open;
    help.querySelector("summary").focus();
    return help;
  }

  const KEYS = {
    j: () => step(1), k: () => step(-1), n: () => follow("[rel=next]"), p: () => follow("[rel=prev]"), u: () => follow("[data-up]"),
    "/": search, "?": explain,
  };
  // They scroll, unless somebody is on a row already.
  const ON_A_ROW = { ArrowDown: () => step(1), ArrowUp: () => step(-1) };

  document.addEventListener("keydown", event => {
    if (!on || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const act = KEYS[event.key] ?? (event.target.matches("[data-row]") && ON_A_ROW[event.key]);
    if (act && act()) event.preventDefault();
  });

  if (help) {
    help.hidden = false;
    choice.checked = on;
    choice.addEventListener("change", () => {
      on = choice.checked;
      kept(store => on ? store.removeItem(OFF) : store.setItem(OFF, ""));
    });
  }

  // A template goes behind what was typed, where it stands; without this, or where it fails, the page comes again with it.
  document.addEventListener("click", async event => {
    const button = event.target.closest("button[data-puts]");
    if (!button) return;
    const { [button.dataset.puts]: chosen, [button.dataset.into]: field } = button.form.elements;
    event.preventDefault();
    const { value } = chosen;
    if (!value) return chosen.focus();
    // At once: a second click finds nothing chosen.
    chosen.value = "";
    try {
      const answer = await fetch(button.dataset.from + encodeURIComponent(value));
      if (!answer.ok) throw new Error();
      const text = await answer.text();
      field.value = [field.value.trimEnd(), text].filter(Boolean).join("\n\n");
      field.focus();
    } catch {
      chosen.value = value;
      button.form.requestSubmit(button);
    }
  });

  // What came in place of something else says so to who cannot see it.
  document.addEventListener("htmx:after:swap", () => {
    const heading = document.querySelector("[data-focus]");
    if (heading && !typing(document.activeElement)) heading.focus();
  });
})();
