// Photos are made small before they leave the phone. What the browser cannot read (HEIC on most) is sent as it is.
const photos = (() => {
  const SIDE = 2560;
  const SMALL = 1_000_000;

  async function shrunk(file) {
    if (file.size <= SMALL) return file;
    let drawn;
    try {
      drawn = await createImageBitmap(file, { imageOrientation: "from-image" });
    } catch {
      return file;
    }
    const scale = Math.min(1, SIDE / Math.max(drawn.width, drawn.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(drawn.width * scale));
    canvas.height = Math.max(1, Math.round(drawn.height * scale));
    canvas.getContext("2d").drawImage(drawn, 0, 0, canvas.width, canvas.height);
    drawn.close();
    const small = await new Promise(done => canvas.toBlob(done, "image/jpeg", 0.85));
    return small && small.size < file.size ? new File([small], "photo.jpg", { type: "image/jpeg" }) : file;
  }

  // The files of a field, small, one after the other: a phone has little memory.
  async function take(field) {
    const small = [];
    for (const file of field?.files ?? []) small.push(await shrunk(file));
    return small;
  }

  function put(field, files) {
    if (!field) return;
    const chosen = new DataTransfer();
    for (const file of files) chosen.items.add(file);
    field.files = chosen.files;
  }

  // A form that brings photos and is not sent by a script of its own.
  for (const form of document.querySelectorAll("form[data-photos]")) {
    form.addEventListener("submit", async event => {
      if (form.dataset.small) return;
      event.preventDefault();
      form.dataset.small = "yes";
      const field = form.querySelector("input[type=file]");
      put(field, await take(field));
      // In a task of its own: while the press is still being told of, a form is not sent again.
      setTimeout(() => form.requestSubmit());
    });
  }

  return { take, put };
})();
