// The form and what it needs, for when there is no network. Nothing else is kept, and nothing of a case ever.
const SHELF = "huiying-form";
const FORM = "/";

const isKept = url => url.origin === location.origin && (url.pathname === FORM || url.pathname.startsWith("/assets/"));

self.addEventListener("install", event => event.waitUntil(fill().then(() => self.skipWaiting())));
self.addEventListener("activate", event => event.waitUntil(self.clients.claim()));

async function fill() {
  const page = await fetch(FORM, { cache: "reload" });
  if (!page.ok) throw new Error(`the form answers ${page.status}`);
  await learn(page);
}

// Keep a page, get what it needs and is not here yet, and let go of what it needs no longer.
async function learn(page) {
  const shelf = await caches.open(SHELF);
  const needed = new Set((await page.clone().text()).match(/\/assets\/[a-z-]+\.[0-9a-f]+\.[a-z]+/g));
  const here = new Set((await shelf.keys()).map(request => new URL(request.url).pathname));
  await shelf.addAll([...needed].filter(path => !here.has(path)));
  await shelf.put(FORM, page);
  for (const path of here) if (path !== FORM && !needed.has(path)) await shelf.delete(path);
}

self.addEventListener("fetch", event => {
  const { request } = event;
  if (request.method === "GET" && isKept(new URL(request.url))) event.respondWith(answer(request));
});

async function answer(request) {
  const path = new URL(request.url).pathname;
  try {
    const response = await fetch(request);
    if (path === FORM && response.ok && !new URL(request.url).search) learn(response.clone()).catch(() => {});
    return response;
  } catch (error) {
    const kept = await (await caches.open(SHELF)).match(path, { ignoreVary: true });
    if (!kept) throw error;
    return path === FORM ? anew(kept) : kept;
  }
}

// Each form has a key of its own, which makes sending it twice one opinion.
async function anew(page) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const key = btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const text = (await page.text()).replace(/name="key" value="[^"]*"/, `name="key" value="${key}"`);
  return new Response(text, { headers: page.headers });
}
