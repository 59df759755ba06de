// Maps, each loaded when it is opened for the first time. What a map shows stands in words beside it, and the page works without it.
(() => {
  let library;
  // The library gives tiles that it lets go of an empty picture as a data address, which the policy of the page refuses.
  function tame() {
    L.TileLayer.include({
      _abortLoading() {
        for (const [key, { coords, el }] of Object.entries(this._tiles)) if (coords.z !== this._tileZoom && !el.complete) this._removeTile(key);
      },
      _removeTile(key) {
        this._tiles[key]?.el.removeAttribute("src");
        L.GridLayer.prototype._removeTile.call(this, key);
      },
    });
  }

  // The library and its style, once for the page.
  function load({ library: script, style }) {
    const added = (tag, attributes) => new Promise((done, failed) => {
      document.head.append(Object.assign(document.createElement(tag), { ...attributes, onload: done, onerror: failed }));
    });
    library ??= Promise.all([added("link", { rel: "stylesheet", href: style }), added("script", { src: script })]).then(tame);
    library.catch(() => { library = undefined; });
    return library;
  }
  const escaped = text => Object.assign(document.createElement("span"), { textContent: text }).innerHTML;
  const pair = text => text.split(",").map(Number);
  const isPlace = at => at.length === 2 && at.every(Number.isFinite);
  const pin = (at, tone, options) => L.marker(at, { icon: L.divIcon({ className: `pin ${tone}`, iconSize: [22, 22] }), ...options });

  function draw(fold) {
    const { deepest, start, in: zoomInTitle, out: zoomOutTitle, at } = fold.dataset;
    const [latitude, longitude, level] = pair(start);
    const map = L.map(fold.querySelector(".map"), { zoomControl: false, maxZoom: Number(deepest) });
    L.control.zoom({ zoomInTitle, zoomOutTitle }).addTo(map);
    map.attributionControl.setPrefix(false);
    if (at) {
      map.setView(pair(at), Math.min(16, Number(deepest)));
      pin(pair(at), "", { interactive: false, keyboard: false }).addTo(map);
    } else map.setView([latitude, longitude], level);
    return map;
  }

  // A place is chosen by a press, or as the middle of the map.
  function choose(map, fold) {
    const input = document.getElementById(fold.dataset.chooses);
    let chosen;
    function show() {
      const at = pair(input.value);
      chosen?.remove();
      chosen = isPlace(at) ? pin(at, "", { interactive: false, keyboard: false }).addTo(map) : undefined;
      if (chosen && !map.getBounds().contains(at)) map.setView(at, Math.max(map.getZoom(), Math.min(16, map.getMaxZoom())));
    }
    function take({ lat, lng }) {
      const at = L.latLng(lat, lng).wrap();
      input.value = `${at.lat.toFixed(5)},${at.lng.toFixed(5)}`;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }
    map.on("click", event => take(event.latlng));
    fold.querySelector("[data-middle]").addEventListener("click", () => take(map.getCenter()));
    input.addEventListener("change", show);
    show();
  }

  // Many places, each with the page that tells of it.
  async function places({ from }) {
    const answer = await fetch(from);
    if (!answer.ok) throw new Error(`the places answer ${answer.status}`);
    return (await answer.json()).features;
  }
  function fill(map, features, { tones }) {
    if (!features.length) return;
    const toneOf = Object.fromEntries(tones.split(" ").map(each => each.split(":")));
    const pins = features.map(({ geometry, properties }) => {
      const link = Object.assign(document.createElement("a"), { href: properties.page, textContent: properties.title });
      const [longitude, latitude] = geometry.coordinates;
      return pin([latitude, longitude], toneOf[properties.state] ?? "", { keyboard: false, title: properties.title }).bindPopup(link).addTo(map);
    });
    map.fitBounds(L.featureGroup(pins).getBounds(), { maxZoom: 15, padding: [24, 24], animate: false });
  }

  async function open(fold) {
    const failed = fold.querySelector("[data-failed]");
    failed.hidden = true;
    fold.dataset.drawn = "";
    try {
      const { tiles, credit, deepest, chooses, from } = fold.dataset;
      await load(fold.dataset);
      const found = from ? await places(fold.dataset) : [];
      const map = draw(fold);
      fill(map, found, fold.dataset);
      if (chooses) choose(map, fold);
      // Last, so that only tiles are asked for that are to be seen.
      L.tileLayer(tiles, { maxZoom: Number(deepest), attribution: escaped(credit) }).addTo(map);
    } catch {
      delete fold.dataset.drawn;
      failed.hidden = false;
    }
  }
  for (const fold of document.querySelectorAll("details[data-map]")) {
    fold.addEventListener("toggle", () => { if (fold.open && !("drawn" in fold.dataset)) open(fold); });
    fold.hidden = false;
  }
})();
