const TIMEOUT = 20_000;

/** The server did not take what was sent: `again` when trying once more may help, else the reason in words. */
export class NotTaken extends Error {
  constructor({ sentence = "", again = false, signedOut = false }) {
    super(sentence);
    Object.assign(this, { again, signedOut });
  }
}

async function ask(url, options = {}) {
  let answer;
  try {
    answer = await fetch(url, {
      ...options,
      headers: { Accept: "application/json", ...options.headers },
      credentials: "same-origin",
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT),
    });
  } catch {
    throw new NotTaken({ again: true });
  }
  const body = await answer.json().catch(() => null);
  if (answer.ok && body?.success) return body.data;
  if (answer.status >= 500 || answer.status === 429) throw new NotTaken({ again: true });
  throw new NotTaken({ sentence: body?.error ?? "", signedOut: answer.status === 401 });
}

/** Sends cells, with the mark each teacher has seen there; returns what became of each. Raises NotTaken. */
export function save(url, cells, reason) {
  const entries = cells.map((cell) => {
    const { value, absent } = cell.read();
    return {
      enrolment_id: cell.row.id,
      component_id: cell.column.key,
      ...(absent ? { absent } : { value }),
      seen: cell.mark,
    };
  });
  const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
  return ask(url, {
    method: "PUT",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify({ entries, reason }),
  });
}

/** What was entered after the mark `after`, here or elsewhere. Raises NotTaken. */
export const news = (url, after) => ask(`${url}?after=${after}`);
