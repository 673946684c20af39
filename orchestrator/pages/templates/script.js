// Comfort only: lists can be filtered, tables sorted. Without it everything can be read.
for (const table of document.querySelectorAll("table[data-filter]")) {
  const field = document.createElement("input");
  field.type = "search";
  field.className = "filter";
  field.placeholder = field.ariaLabel = table.dataset.filter;
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/);
    for (const row of table.tBodies[0].rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
    }
  });
  table.before(field);
}
for (const table of document.querySelectorAll("table[data-sort]")) {
  for (const head of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.ariaSort !== "descending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.ariaSort = down ? "descending" : "ascending";
      const key = (row) => row.cells[head.cellIndex].textContent;
      const number = (text) => parseFloat(text.replaceAll(",", ""));
      const rows = [...table.tBodies[0].rows].sort((one, other) => {
        const [a, b] = [key(one), key(other)];
        const order = head.classList.contains("n") ? number(a) - number(b) : a.localeCompare(b);
        return down ? -order : order;
      });
      table.tBodies[0].append(...rows);
    });
  }
}
// A link may lead into something folded.
const unfold = () => {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  const folded = target && target.querySelector("details");
  if (folded) folded.open = true;
};
addEventListener("hashchange", unfold);
unfold();
