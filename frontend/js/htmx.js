import htmx from "htmx.org";
import { toast } from "./toasts.js";
import { words } from "./words.js";

/** Sets htmx up for a strict content policy, sends the CSRF token along and says in words what failed. */
export function startHtmx() {
  Object.assign(htmx.config, {
    allowEval: false,
    allowScriptTags: false,
    includeIndicatorStyles: false,
    selfRequestsOnly: true,
    attributesToSettle: ["class", "width", "height"], // copying a style attribute would break the content policy
    scrollBehavior: "auto",
    historyCacheSize: 0, // pages hold personal records: going back asks the server again
    refreshOnHistoryMiss: true,
    responseHandling: [
      { code: "204", swap: false },
      { code: "[23]..", swap: true },
      { code: "422", swap: true },
      { code: "[45]..", swap: false, error: true },
    ],
  });
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    const token = document.querySelector('meta[name="csrf-token"]')?.content;
    if (token && detail.verb !== "get") detail.headers["X-CSRFToken"] = token;
    if (detail.verb === "get") leaveOutEmpty(detail.formData);
  });
  document.addEventListener("htmx:sendError", () => toast({ kind: "bad", text: words("offline") }));
  document.addEventListener("htmx:timeout", () => toast({ kind: "bad", text: words("offline") }));
  document.addEventListener("htmx:responseError", ({ detail }) => {
    if (detail.xhr.status === 401) window.location.reload();
    else toast({ kind: "bad", text: sentence(detail.xhr) || words("failed") });
  });
  window.htmx = htmx;
}

/** Filters nobody filled in do not belong in the address. */
function leaveOutEmpty(data) {
  for (const key of [...data.keys()]) {
    const filled = data.getAll(key).filter((value) => value !== "");
    data.delete(key);
    filled.forEach((value) => data.append(key, value));
  }
}

function sentence(xhr) {
  try {
    return JSON.parse(xhr.responseText).error ?? "";
  } catch {
    return "";
  }
}
