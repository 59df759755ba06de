// Forms that a passkey fills in: shown only where the browser knows passkeys, sent once it has answered.
(() => {
  const api = window.PublicKeyCredential;
  if (!api || !api.parseCreationOptionsFromJSON) return;

  async function answer(form) {
    const options = JSON.parse(form.dataset.options);
    if (form.dataset.passkey === "new") {
      return navigator.credentials.create({ publicKey: api.parseCreationOptionsFromJSON(options) });
    }
    return navigator.credentials.get({ publicKey: api.parseRequestOptionsFromJSON(options) });
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", event => {
      event.preventDefault();
      answer(form).then(made => {
        form.elements.credential.value = JSON.stringify(made.toJSON());
        form.submit();
      }, () => { form.querySelector("[data-failed]").hidden = false; });
    });
  }
})();
