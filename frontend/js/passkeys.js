// Forms that a passkey fills in: <form data-passkey="get|create" data-options="/address">. The field `credential` takes
// what the authenticator answers; `data-conditional` offers passkeys in the field for the user name as well.
const REFRESH = 4 * 60 * 1000; // a challenge lives five minutes

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function askServer(form) {
  const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
  const answer = await fetch(form.dataset.options, { method: "POST", headers: { "X-CSRFToken": token } });
  if (!answer.ok || answer.redirected) throw new Error(`options: ${answer.status}`);
  return readable(await answer.json());
}

/** What JSON cannot hold travels as base64url. */
function readable(options) {
  const keys = (list) => list?.map((key) => ({ ...key, id: bytes(key.id) }));
  const ready = { ...options, challenge: bytes(options.challenge) };
  if (options.user) ready.user = { ...options.user, id: bytes(options.user.id) };
  if (options.excludeCredentials) ready.excludeCredentials = keys(options.excludeCredentials);
  if (options.allowCredentials) ready.allowCredentials = keys(options.allowCredentials);
  return ready;
}

function written(credential) {
  const { response } = credential;
  const parts = { clientDataJSON: text(response.clientDataJSON) };
  if (response.attestationObject) {
    parts.attestationObject = text(response.attestationObject);
    parts.transports = response.getTransports?.() ?? [];
  } else {
    parts.authenticatorData = text(response.authenticatorData);
    parts.signature = text(response.signature);
    if (response.userHandle) parts.userHandle = text(response.userHandle);
  }
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response: parts,
    clientExtensionResults: credential.getClientExtensionResults(),
  });
}

function say(form, sentence) {
  const place = form.querySelector("[data-passkey-said]");
  place.textContent = sentence;
  place.hidden = !sentence;
}

function send(form, credential) {
  form.elements.namedItem("credential").value = written(credential);
  form.requestSubmit();
}

function prepare(form) {
  const field = form.elements.namedItem("credential");
  let waiting = null; // the offer in the user name's field, which a click on the button replaces

  async function act() {
    waiting?.abort();
    say(form, "");
    try {
      const publicKey = await askServer(form);
      send(form, await navigator.credentials[form.dataset.passkey]({ publicKey }));
    } catch {
      say(form, form.dataset.failed);
    }
  }

  async function offer() {
    waiting?.abort();
    waiting = new AbortController();
    const { signal } = waiting;
    try {
      const publicKey = await askServer(form);
      send(form, await navigator.credentials.get({ publicKey, mediation: "conditional", signal }));
    } catch {
      // Nobody chose a passkey there; the button still works.
    }
  }

  form.addEventListener("submit", (event) => {
    const named = form.elements.namedItem("name");
    if (named && !named.value.trim()) field.value = "{}"; // sent as it is: the server says what is missing
    if (field.value) return;
    event.preventDefault();
    if (!window.PublicKeyCredential) {
      say(form, form.dataset.unsupported);
    } else {
      act();
    }
  });
  if ("conditional" in form.dataset) {
    window.PublicKeyCredential?.isConditionalMediationAvailable?.().then((available) => {
      if (!available) return;
      offer();
      setInterval(offer, REFRESH);
    });
  }
}

export function startPasskeys() {
  document.querySelectorAll("form[data-passkey]").forEach(prepare);
}
