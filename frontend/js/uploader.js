import htmx from "htmx.org";
import { filled } from "./words.js";

const ATTEMPTS = 4;
const PAUSE = 1500;

/**
 * Sends files in pieces, with progress for each: <div x-data="uploader" data-begin data-uploads data-piece>.
 * What was interrupted goes on where it stopped once the same file is chosen again, also after a reload.
 */
export const uploader = () => ({
  over: false,

  get state() {
    return this.over ? "is-over" : "";
  },

  init() {
    this.list = this.$root.querySelector("[data-uploads-list]");
    this.line = Promise.resolve();
    this.list.querySelectorAll("li[data-key]").forEach((row) => this.offerCancel(row));
  },

  enter(event) {
    event.preventDefault();
    this.over = true;
  },

  leave() {
    this.over = false;
  },

  drop(event) {
    event.preventDefault();
    this.over = false;
    this.take([...event.dataTransfer.files]);
  },

  send(event) {
    event.preventDefault();
    const input = this.$root.querySelector("input[type=file]");
    this.take([...input.files]);
    input.value = "";
  },

  /** One file after the other: several at once would only share the line. */
  take(files) {
    const section = this.$root.querySelector("[name=section_id]")?.value ?? "";
    for (const file of files) {
      const row = this.rowOf(file);
      this.say(row, this.word("waiting"));
      this.line = this.line.then(() => this.bring(file, row, section));
    }
  },

  /** An interrupted upload of this name and size goes on; otherwise a new one begins. */
  rowOf(file) {
    const same = [...this.list.children].find(
      (row) => row.dataset.key && row.dataset.name === file.name && Number(row.dataset.size) === file.size,
    );
    if (same) return same;
    const row = this.$root.querySelector("template[data-upload]").content.firstElementChild.cloneNode(true);
    row.querySelector(".q-upload-name").textContent = file.name;
    const bar = row.querySelector("progress");
    bar.max = Math.max(file.size, 1);
    bar.setAttribute("aria-label", file.name);
    this.list.append(row);
    this.offerCancel(row);
    return row;
  },

  offerCancel(row) {
    row.querySelector("[data-cancel]")?.addEventListener("click", () => this.giveUp(row));
  },

  async bring(file, row, section) {
    if (row.dataset.gone) return;
    try {
      const upload = await this.begin(file, row, section);
      await this.sendPieces(file, row, upload.received);
      this.say(row, this.word("checking"));
      await this.call("POST", `${this.address(row)}/finish`);
      this.say(row, this.word("done"));
      row.querySelector("[data-cancel]")?.remove();
      row.classList.add("is-done");
      delete row.dataset.key;
      this.refresh();
    } catch (error) {
      if (row.dataset.gone) return;
      if (error.final) delete row.dataset.key;
      row.classList.add("is-bad");
      this.say(row, error.sentence || this.word("stopped"));
    }
  },

  async begin(file, row, section) {
    row.classList.remove("is-bad");
    if (row.dataset.key) {
      const { data } = await this.call("GET", this.address(row));
      return data;
    }
    const body = { name: file.name, size: file.size };
    if (this.$root.dataset.offering) body.offering_id = this.$root.dataset.offering;
    if (section) body.section_id = section;
    const { data } = await this.call("POST", this.$root.dataset.begin, JSON.stringify(body), "application/json");
    Object.assign(row.dataset, { key: data.key, name: file.name, size: file.size });
    return data;
  },

  async sendPieces(file, row, from) {
    const piece = Number(this.$root.dataset.piece);
    const bar = row.querySelector("progress");
    let sent = from;
    while (sent < file.size) {
      if (row.dataset.gone) throw new Error("gone");
      const start = sent;
      const show = (loaded) => {
        bar.value = start + loaded;
        const percent = Math.floor((100 * (start + loaded)) / file.size);
        this.say(row, filled(this.word("sending"), { percent }));
      };
      const { data } = await this.call(
        "PUT", `${this.address(row)}?offset=${start}`, file.slice(start, start + piece), "application/octet-stream", show,
      );
      sent = data.received;
    }
    bar.value = file.size;
  },

  /** The line may break: what the server did not refuse is tried again before it counts as interrupted. */
  async call(method, url, body = null, type = "", show = null) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await request(method, url, body, type, show);
      } catch (error) {
        if (error.final || attempt === ATTEMPTS) throw error;
        await new Promise((go) => setTimeout(go, PAUSE * attempt));
      }
    }
  },

  async giveUp(row) {
    row.dataset.gone = "yes";
    if (row.dataset.key) await request("DELETE", this.address(row)).catch(() => {});
    row.remove();
    this.$root.querySelector("input[type=file]").focus();
  },

  address(row) {
    return this.$root.dataset.uploads.replace("KEY", encodeURIComponent(row.dataset.key));
  },

  word(name) {
    return this.$root.getAttribute(`data-word-${name}`) ?? "";
  },

  say(row, sentence) {
    row.querySelector(".q-upload-state").textContent = sentence;
  },

  refresh() {
    htmx.ajax("GET", this.$root.dataset.refresh, { target: "#kept-materials", swap: "innerHTML" });
  },
});

function request(method, url, body = null, type = "", show = null) {
  return new Promise((keep, fail) => {
    const xhr = new XMLHttpRequest();
    xhr.open(method, url);
    const token = document.querySelector('meta[name="csrf-token"]')?.content;
    if (token && method !== "GET") xhr.setRequestHeader("X-CSRFToken", token);
    if (type) xhr.setRequestHeader("Content-Type", type);
    if (show) xhr.upload.addEventListener("progress", (event) => show(event.loaded));
    xhr.addEventListener("load", () => {
      const answer = parsed(xhr.responseText);
      if (xhr.status < 300) keep(answer);
      else fail(refusal(xhr.status, answer));
    });
    for (const broken of ["error", "timeout", "abort"]) xhr.addEventListener(broken, () => fail(new Error(broken)));
    xhr.send(body);
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** Busy and failing servers are worth another try; a refusal is not. */
function refusal(status, answer) {
  const sentences = Object.values(answer.fields ?? {});
  return Object.assign(new Error(`status ${status}`), {
    final: status < 500 && status !== 429,
    sentence: sentences[0] ?? answer.error ?? "",
  });
}
