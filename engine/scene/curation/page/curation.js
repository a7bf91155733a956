// What a press sends. The server believes none of it unchecked.
(() => {
  let pending = { act: "open" };
  let compared = [];

  const page = () => document.querySelector(".cu-page");

  function request() {
    const now = page()?.dataset ?? {};
    const sent = { shelf: now.shelf ?? "refs", page: Number(now.page ?? 0), compared, ...pending };
    pending = { act: "open" };
    return JSON.stringify(sent);
  }

  function send(content) {
    pending = content;
    document.getElementById("cu-send")?.click();
  }

  function compare(name) {
    compared = compared.includes(name) ? compared.filter((one) => one !== name) : [...compared, name].slice(-2);
    send({ act: "open" });
  }

  function onClick(event) {
    const tab = event.target.closest?.("[data-shelf-to]");
    if (tab) return send({ act: "open", shelf: tab.dataset.shelfTo, page: 0 });
    const button = event.target.closest?.("[data-act]");
    if (!button) return;
    const { act, value } = button.dataset;
    if (act === "turn") return send({ act: "open", page: Number(value) });
    if (act === "compare") return compare(value);
    // Lines move when one is removed or put back: what is compared would be another scene.
    if (act !== "keep") compared = compared.filter((one) => act !== "clear" && !one.startsWith("line:"));
    if (act === "clear") return send({ act: "open" });
    send({ act, name: value, key: button.closest(".cu-card")?.dataset.key ?? "" });
  }

  window.stillhouseScenes = { request };
  document.addEventListener("click", onClick);
})();
