// Says on a page that stays open what has become new. Without this script, loading the page again does.
(() => {
  const box = document.querySelector("[data-news]");
  if (!box) return;
  const PAUSE = 60_000;
  // Asking keeps a session alive, so it ends some time after whoever sits here has stopped doing anything.
  const STILL = 600_000;
  let waiting;
  let moved = Date.now();

  async function look() {
    if (document.hidden || Date.now() - moved > STILL) return;
    try {
      const answer = await fetch(box.dataset.news, { redirect: "error" });
      if (answer.status === 200) show((await answer.text()).trim());
      if (answer.status === 401 || answer.status === 403) return;
    } catch {
      // No network: it is asked again.
    }
    wait();
  }
  function show(text) {
    const link = box.querySelector("a");
    if (link.textContent === text) return;
    link.textContent = text;
    box.hidden = false;
  }
  function wait() {
    clearTimeout(waiting);
    waiting = setTimeout(look, PAUSE);
  }
  function stir() {
    const slept = Date.now() - moved > STILL;
    moved = Date.now();
    if (slept) look();
  }
  for (const each of ["pointerdown", "keydown", "scroll"]) document.addEventListener(each, stir, { passive: true });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) clearTimeout(waiting);
    else wait();
  });
  wait();
})();
