/**
 * Recordings ([data-player]): go on where one stopped, skip, speed, keys; where it stopped is told to data-save.
 */
const EVERY = 15000;
const SKIP = 5;

export function startPlayers() {
  document.querySelectorAll("[data-player]").forEach(start);
}

function start(box) {
  const media = box.querySelector("audio, video");
  const begin = Number(box.dataset.start);
  let told = begin;
  let last = 0;

  const tell = (now = false) => {
    const at = Math.floor(media.currentTime);
    if (at === told || (!now && Date.now() - last < EVERY)) return;
    told = at;
    last = Date.now();
    save(box.dataset.save, at, Number.isFinite(media.duration) ? Math.round(media.duration) : 0);
  };

  media.addEventListener("loadedmetadata", () => {
    if (begin && begin < media.duration) media.currentTime = begin;
  }, { once: true });
  media.addEventListener("timeupdate", () => tell());
  media.addEventListener("pause", () => tell(true));
  media.addEventListener("ended", () => tell(true));
  window.addEventListener("pagehide", () => tell(true));

  box.querySelector("[data-speed]")?.addEventListener("change", ({ target }) => {
    media.playbackRate = Number(target.value);
  });
  box.addEventListener("click", ({ target }) => {
    const skip = target.closest("[data-skip]");
    if (skip) media.currentTime += Number(skip.dataset.skip);
    if (target.closest("[data-restart]")) media.currentTime = 0;
  });
  media.addEventListener("keydown", (event) => press(event, media));
  showCaptions(box, media);
}

function press(event, media) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const act = {
    " ": () => (media.paused ? media.play() : media.pause()),
    k: () => (media.paused ? media.play() : media.pause()),
    ArrowLeft: () => { media.currentTime -= SKIP; },
    ArrowRight: () => { media.currentTime += SKIP; },
    m: () => { media.muted = !media.muted; },
  }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

/** Browsers show captions over pictures only: for audio they stand below it. */
function showCaptions(box, media) {
  const place = box.querySelector("[data-captions]");
  if (!place) return;
  const [track] = media.textTracks;
  track.mode = "hidden";
  track.addEventListener("cuechange", () => {
    place.textContent = [...track.activeCues].map((cue) => cue.text).join(" ");
  });
}

function save(url, seconds, length) {
  const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
  fetch(url, {
    method: "POST",
    keepalive: true,
    headers: { "X-CSRFToken": token },
    body: new URLSearchParams({ seconds, length }),
  }).catch(() => {});
}
