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
    library ??= new Promise((done, failed) => {
      const element = Object.assign(document.createElement("script"), { src: script, onload: () => done(tame()), onerror: failed });
      document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: style }), element);
    });
    library.catch(() => { library = undefined; });
    return library;
  }
  const escaped = text => Object.assign(document.createElement("span"), { textContent: text }).innerHTML;
  const pair = text => text.split(",").map(Number);
  const pin = (at, tone, options) => L.marker(at, { icon: L.divIcon({ className: `pin ${tone}`, iconSize: [22, 22] }), ...options });

  function draw(fold) {
    const { tiles, credit, deepest, start, in: zoomInTitle, out: zoomOutTitle, at } = fold.dataset;
    const [latitude, longitude, level] = pair(start);
    const map = L.map(fold.querySelector(".map"), { zoomControl: false, maxZoom: Number(deepest) });
    L.control.zoom({ zoomInTitle, zoomOutTitle }).addTo(map);
    map.attributionControl.setPrefix(false);
    L.tileLayer(tiles, { maxZoom: Number(deepest), attribution: escaped(credit) }).addTo(map);
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
    function show(moves) {
      chosen?.remove();
      chosen = input.value ? pin(pair(input.value), "", { interactive: false, keyboard: false }).addTo(map) : undefined;
      if (moves && input.value) map.setView(pair(input.value), Math.max(map.getZoom(), Math.min(16, map.getMaxZoom())));
    }
    function take({ lat, lng }) {
      const at = L.latLng(lat, lng).wrap();
      input.value = `${at.lat.toFixed(5)},${at.lng.toFixed(5)}`;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }
    map.on("click", event => take(event.latlng));
    fold.querySelector("[data-middle]").addEventListener("click", () => take(map.getCenter()));
    input.addEventListener("change", () => show(!input.value || !map.getBounds().contains(pair(input.value))));
    show(true);
  }

  // Many places, each with the page that tells of it.
  async function fill(map, { from, tones }) {
    const answer = await fetch(from);
    if (!answer.ok) throw new Error(`the places answer ${answer.status}`);
    const { features } = await answer.json();
    const toneOf = Object.fromEntries(tones.split(" ").map(each => each.split(":")));
    const pins = features.map(({ geometry, properties }) => {
      const link = Object.assign(document.createElement("a"), { href: properties.page, textContent: properties.title });
      const [longitude, latitude] = geometry.coordinates;
      return pin([latitude, longitude], toneOf[properties.state] ?? "", { keyboard: false, title: properties.title }).bindPopup(link).addTo(map);
    });
    if (pins.length) map.fitBounds(L.featureGroup(pins).getBounds(), { maxZoom: 15, padding: [24, 24] });
  }

  async function open(fold) {
    const failed = fold.querySelector("[data-failed]");
    failed.hidden = true;
    try {
      await load(fold.dataset);
      const map = draw(fold);
      fold.dataset.drawn = "";
      if (fold.dataset.chooses) choose(map, fold);
      if (fold.dataset.from) await fill(map, fold.dataset);
    } catch {
      failed.hidden = false;
    }
  }
  for (const fold of document.querySelectorAll("details[data-map]")) {
    fold.addEventListener("toggle", () => { if (fold.open && !("drawn" in fold.dataset)) open(fold); });
    fold.hidden = false;
  }
})();
