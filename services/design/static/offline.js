// The forms and what they need, for when there is no network. Nothing else is kept, and nothing of a case ever.
const SHELF = "huiying-form";
const FORM = "/";
// That of a station is kept once it was opened by somebody who is signed in, and so is that of whoever hosts a session.
const isForm = path => [FORM, "/station"].includes(path) || /^\/sessions\/[^/]+\/host$/.test(path);

const isKept = url => url.origin === location.origin && (isForm(url.pathname) || url.pathname.startsWith("/assets/"));

self.addEventListener("install", event => event.waitUntil(fill(FORM).then(() => self.skipWaiting())));
// A form that was opened before this script was there.
self.addEventListener("message", event => isForm(event.data) && event.waitUntil(fill(event.data)));
self.addEventListener("activate", event => event.waitUntil(self.clients.claim()));

async function fill(path) {
  const page = await fetch(path, { cache: "reload" });
  if (!page.ok) throw new Error(`the form answers ${page.status}`);
  await learn(path, page);
}

// What a page loads at once; a map is loaded when somebody opens it, with a network.
const needs = async page => [...(await page.clone().text()).matchAll(/(?:src|href)="(\/assets\/[a-z-]+\.[0-9a-f]+\.[a-z]+)"/g)].map(each => each[1]);

// Keep a page, get what it needs and is not here yet, and let go of what no form needs any longer.
async function learn(path, page) {
  const shelf = await caches.open(SHELF);
  const here = new Set((await shelf.keys()).map(request => new URL(request.url).pathname));
  const wanted = await needs(page);
  await shelf.addAll([...new Set(wanted)].filter(each => !here.has(each)));
  await shelf.put(path, page);
  const others = [...here].filter(each => isForm(each) && each !== path);
  const kept = new Set([path, ...others, ...wanted, ...(await Promise.all(others.map(async each => needs(await shelf.match(each))))).flat()]);
  for (const each of here) if (!kept.has(each)) await shelf.delete(each);
}

self.addEventListener("fetch", event => {
  const { request } = event;
  if (request.method === "GET" && isKept(new URL(request.url))) event.respondWith(answer(request));
});

async function answer(request) {
  const path = new URL(request.url).pathname;
  try {
    const response = await fetch(request);
    if (isForm(path) && response.ok && !new URL(request.url).search) learn(path, response.clone()).catch(() => {});
    return response;
  } catch (error) {
    const kept = await (await caches.open(SHELF)).match(path, { ignoreVary: true });
    if (!kept) throw error;
    return isForm(path) ? anew(kept) : kept;
  }
}

// Each form has a key of its own, which makes sending it twice one opinion.
async function anew(page) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const key = btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const text = (await page.text()).replace(/name="key" value="[^"]*"/, `name="key" value="${key}"`);
  return new Response(text, { headers: page.headers });
}
