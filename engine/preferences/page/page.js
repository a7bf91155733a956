// Keys, the annotator's name across a reload, and what a press sends. The server believes none of it unchecked.
(() => {
  const NAME = "stillhouse-annotator";
  const INPUT = "#sh-name input, #sh-name textarea";
  // A pair that has stood for less has not been looked at: a press was meant for the one before.
  const LOOK_MS = 250;
  const KEYS = {
    pair: { ArrowLeft: "sh-left", ArrowRight: "sh-right", ArrowDown: "sh-tie", b: "sh-both_bad", s: "sh-skip", u: "sh-undo" },
    grid: { Enter: "sh-submit", u: "sh-undo" },
  };
  let id = "", since = 0, place = 0;

  const page = () => document.querySelector(".sh-page");
  const cards = () => [...document.querySelectorAll(".sh-rated")];
  const state = () => page()?.dataset.state ?? "loading";
  const looked = () => performance.now() - since >= LOOK_MS;

  function press(button) {
    if (looked()) document.getElementById(button)?.click();
  }

  function focus(next) {
    const all = cards();
    document.documentElement.dataset.shRated = String(all.every((one) => one.dataset.rating));
    if (!all.length) return;
    place = Math.max(0, Math.min(all.length - 1, next));
    all.forEach((card, i) => card.classList.toggle("sh-focus", i === place));
  }

  function rate(card, rating) {
    card.dataset.rating = rating;
    for (const button of card.querySelectorAll("[data-rate]")) {
      button.setAttribute("aria-pressed", String(button.dataset.rate === String(rating)));
    }
    const all = cards();
    const open = all.findIndex((one) => !one.dataset.rating);
    focus(open >= 0 ? open : all.indexOf(card));
  }

  // Gradio changes the elements that are there rather than making new ones.
  function refresh() {
    const now = page();
    if (document.documentElement.dataset.sh !== state()) {
      document.documentElement.dataset.sh = state();
      const input = document.querySelector(INPUT);
      if (state() === "welcome") input?.focus();
      else input?.blur();
    }
    if (!now) return;
    if ((now.dataset.id ?? "") !== id) {
      id = now.dataset.id ?? "";
      since = performance.now();
      place = 0;
    }
    if (now.dataset.annotator) sessionStorage.setItem(NAME, now.dataset.annotator);
    focus(place);
  }

  function request(act) {
    const typed = document.querySelector(INPUT)?.value ?? "";
    return JSON.stringify({
      act,
      annotator: act === "begin" ? typed : sessionStorage.getItem(NAME) ?? "",
      id: page()?.dataset.id ?? "",
      ms: Math.round(performance.now() - since),
      ratings: cards().map((card) => Number(card.dataset.rating)),
    });
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const button = KEYS[state()]?.[key];
    if (button) {
      event.preventDefault();
      press(button);
    } else if (state() === "grid" && /^[1-5]$/.test(key)) {
      rate(cards()[place], Number(key));
    } else if (state() === "grid" && (key === "ArrowLeft" || key === "ArrowRight")) {
      event.preventDefault();
      focus(place + (key === "ArrowLeft" ? -1 : 1));
    }
  }

  function onClick(event) {
    const rating = event.target.closest?.("[data-rate]");
    if (rating) return rate(rating.closest(".sh-rated"), Number(rating.dataset.rate));
    if (event.target.closest?.("[data-leave]")) {
      sessionStorage.removeItem(NAME);
      return location.reload();
    }
    const card = event.target.closest?.("[data-press]");
    if (card) press(card.dataset.press);
  }

  window.stillhouse = { request };
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onClick);
  new MutationObserver(refresh).observe(document.documentElement, {
    childList: true, subtree: true, attributes: true, attributeFilter: ["data-id", "data-state"],
  });
})();
