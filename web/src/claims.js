/* Filters the rows of the page of `tumen claims`: text, class, verdict, document. Without a script all rows are shown. */
(() => {
  const form = document.querySelector(".filter"), rows = [...document.querySelectorAll("table.claims tbody tr")];
  const output = form.querySelector("output"), empty = document.querySelector(".empty");
  const words = rows.map((row) => row.textContent.toLowerCase());
  function apply() {
    const asked = form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, i) => {
      const fits = ["class", "verdict", "document"].every((key) => !form.elements[key].value || row.dataset[key] === form.elements[key].value);
      row.hidden = !(fits && asked.every((word) => words[i].includes(word)));
      shown += !row.hidden;
    });
    output.textContent = `${shown} of ${rows.length}`;
    empty.hidden = shown > 0;
    const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value)).toString();
    history.replaceState(null, "", query ? `#${query}` : location.pathname + location.search);
  }
  for (const [key, value] of new URLSearchParams(location.hash.slice(1))) if (form.elements[key]) form.elements[key].value = value;
  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  apply();
})();
