"use strict";
for (const here of document.querySelectorAll(".here")) {
  if (location.protocol.startsWith("http")) here.textContent = new URL(".", location).href;
}
for (const note of document.querySelectorAll(".where")) {
  note.hidden = location.protocol.startsWith("http");
}
const search = document.querySelector(".search");
const input = search.querySelector("input");
const found = search.querySelector("output");
const charts = [...document.querySelectorAll("article")];
const filter = () => {
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const chart of charts) {
    const fits = words.every((word) => chart.dataset.words.includes(word));
    chart.hidden = !fits;
    shown += fits;
  }
  found.textContent = words.length ? `${shown} of ${charts.length} charts` : "";
};
search.hidden = false;
input.addEventListener("input", filter);
filter();
if (navigator.clipboard) {
  for (const lines of document.querySelectorAll(".lines")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(lines.querySelector("pre").textContent);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
    lines.append(button);
  }
}
