/* global document, setTimeout, window */
// Runs in the reader's browser: no build step stands before it, so it is plain.
(() => {
  const input = document.getElementById("search");
  const list = document.getElementById("found");
  const up = document.body.dataset.up;
  const all = window.sections.map((one) => ({
    ...one,
    title: one.title,
    all: `${one.page} ${one.title} ${one.text}`.toLowerCase(),
  }));
  const most = 20;
  const show = () => {
    const words = input.value
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== "");
    const hits = words.length === 0 ? [] : all.filter((one) => words.every((word) => one.all.includes(word)));
    // Those whose title says it first.
    const inTitle = ({ title }) => words.some((word) => title.toLowerCase().includes(word));
    hits.sort((a, b) => Number(inTitle(b)) - Number(inTitle(a)));
    list.replaceChildren(
      ...hits.slice(0, most).map(({ page, href, title }) => {
        const item = document.createElement("li");
        const link = document.createElement("a");
        link.href = up + href;
        link.textContent = page === title ? title : `${page}: ${title}`;
        item.append(link);
        return item;
      }),
    );
    if (words.length > 0 && hits.length === 0) list.append("nothing was found");
  };
  input.addEventListener("input", show);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") list.querySelector("a")?.click();
    if (event.key === "Escape") {
      input.value = "";
      show();
    }
  });
  // A link into the same page leaves the list open.
  list.addEventListener("click", () => setTimeout(() => list.replaceChildren()));
})();
