// Signing in with a passkey. The scripts for it come once somebody wants it: nobody else waits for them.
(() => {
  const form = document.getElementById("mfa_login");
  const button = form && document.getElementById(form.dataset.button);
  if (!button) return;

  const load = (address) =>
    new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = address;
      script.addEventListener("load", done);
      script.addEventListener("error", failed);
      document.head.append(script);
    });

  const prepare = async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      for (const address of form.dataset.scripts.split(" ")) await load(address);
      button.removeEventListener("click", prepare);
      allauth.webauthn.forms.loginForm({ ids: { login: button.id, credential: "mfa_credential" } });
    } finally {
      button.disabled = false;
    }
    button.click();
  };
  button.addEventListener("click", prepare);
})();
