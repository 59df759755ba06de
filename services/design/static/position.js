// Where it is, by the position of this device. Without this script the place is told in words.
(() => {
  const field = document.querySelector("[data-place]");
  const input = field?.querySelector("[name=position]");
  if (!input) return;
  const box = field.querySelector("[data-position]");
  const said = name => box.querySelectorAll("[data-said]").forEach(each => { each.hidden = each.dataset.said !== name; });

  function show() {
    said(input.value ? "found" : "");
    box.querySelector("[data-degrees]").textContent = input.value.replace(",", ", ");
    box.querySelector("[data-forget]").hidden = !input.value;
  }
  function take(value) {
    input.value = value;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
  box.querySelector("[data-find]").addEventListener("click", () => {
    said("finding");
    const failed = () => said("failed");
    if (!navigator.geolocation) return failed();
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => take(`${coords.latitude.toFixed(5)},${coords.longitude.toFixed(5)}`),
      failed,
      { enableHighAccuracy: true, timeout: 20_000, maximumAge: 60_000 },
    );
  });
  box.querySelector("[data-forget]").addEventListener("click", () => {
    take("");
    box.querySelector("[data-find]").focus();
  });
  input.addEventListener("change", show);
  input.form.addEventListener("reset", () => setTimeout(() => take("")));
  box.hidden = false;
  show();
})();
